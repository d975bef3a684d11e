import type { CredentialScope } from '@muniment/sigv4';
import type { Position } from '@muniment/kernel';
import type { DerivedKeys } from './derived-keys.js';
import type { KnownCredential } from './signing-keys.js';

/** Prefixes of the subjects on which gateways ask for signing keys: one for the service of each kind of key. */
export const keysPrefix = 'muniment.keys';
export const sessionsPrefix = 'muniment.sessions';

export interface LongTermAsked {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** The answer must know everything up to here. */
  readonly position: Position;
}

export interface SessionAsked extends LongTermAsked {
  readonly token: string;
  readonly now: Date;
}

/** A derived key for one day, region and service: never the secret that it was derived from. */
export interface TravellingCredential extends Omit<KnownCredential, 'signingKey'> {
  readonly signingKey: Uint8Array;
}

export type KeyAnswer =
  | {
      readonly credential?: TravellingCredential;
      /** Of a state that may be older than was asked for: good for this once, and not to be remembered. */
      readonly provisional?: true;
    }
  | { readonly expired: true }
  | { readonly unavailable: string };

export interface KeyAnswersOptions {
  readonly keys: DerivedKeys;
  /** Waits, not for ever, until the rows that keys come from hold a position. */
  readonly reached: (position: Position) => boolean | Promise<boolean>;
  /** Whether they do hold it: with the log away nobody waits for what they lack. */
  readonly holds: (position: Position) => boolean;
}

function travelling(known: KnownCredential | 'expired' | undefined): KeyAnswer {
  if (known === undefined) return {};
  if (known === 'expired') return { expired: true };
  return { credential: { ...known, signingKey: known.signingKey.export() } };
}

/** Answers gateways' questions for keys from rows and a sealer of this process. */
function answering<Asked extends LongTermAsked>(
  { reached, holds }: KeyAnswersOptions,
  find: (asked: Asked) => unknown,
): (asked: Asked) => Promise<KeyAnswer> {
  return async (asked) => {
    if (!(await reached(asked.position))) return { unavailable: 'it has not caught up with the last change' };
    try {
      const provisional = !holds(asked.position);
      const answer = travelling((await find(asked)) as KnownCredential | 'expired' | undefined);
      return provisional && 'credential' in answer ? { ...answer, provisional } : answer;
    } catch (error) {
      return { unavailable: error instanceof Error ? error.message : String(error) };
    }
  };
}

/** What the credentials service answers on `muniment.keys.LongTerm`. */
export const longTermAnswers = (options: KeyAnswersOptions): ((asked: LongTermAsked) => Promise<KeyAnswer>) =>
  answering(options, ({ accessKeyId, scope }) => options.keys.longTerm(accessKeyId, scope));

/** What the sts service answers on `muniment.sessions.Open`. */
export const sessionAnswers = (options: KeyAnswersOptions): ((asked: SessionAsked) => Promise<KeyAnswer>) =>
  answering(options, ({ accessKeyId, token, scope, now }) => options.keys.session(accessKeyId, token, scope, now));
