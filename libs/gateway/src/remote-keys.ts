import { createSecretKey } from 'node:crypto';
import type { AccessKeyEvent } from '@muniment/credentials/contract';
import type { DirectoryEvent } from '@muniment/directory/contract';
import type { Awaitable, Position, RecordedEvent } from '@muniment/kernel';
import { type Bus, BusUnavailable, requestPersistently } from '@muniment/runtime';
import type { CredentialScope } from '@muniment/sigv4';
import { ownerOf } from './derived-keys.js';
import { type KeyAnswer, keysPrefix, type LongTermAsked, type SessionAsked, sessionsPrefix } from './key-answers.js';
import type { KnownCredential, SigningKeys } from './signing-keys.js';

export interface RemoteKeysOptions {
  readonly bus: Pick<Bus, 'request'>;
  /** What answers must know at least: the newest position that this gateway has told of. */
  readonly position: () => Position;
}

/** One access key or session with the keys derived for it so far. */
interface Held {
  readonly accessKeyId: string;
  /** The user or role that it stands and falls with. */
  readonly ownerId: string | undefined;
  readonly expires: number;
  readonly known: Map<string, KnownCredential>;
}

const most = 10_000;
const mostScopes = 16;
const persistence = { tryMilliseconds: 400, silentMilliseconds: 2000, absentMilliseconds: 800 };

const scopeName = ({ date, region, service }: CredentialScope): string => `${date}/${region}/${service}`;

/** Data of the events that end what was known of a key or of an owner's keys, by type. */
const endings: Readonly<Record<string, 'key' | 'user' | 'role'>> = {
  AccessKeyCreated: 'key',
  AccessKeyStatusChanged: 'key',
  AccessKeyDeleted: 'key',
  UserRenamed: 'user',
  UserDeleted: 'user',
  RoleDeleted: 'role',
} satisfies Partial<Record<(AccessKeyEvent | DirectoryEvent)['type'], 'key' | 'user' | 'role'>>;

/**
 * Signing keys from the services that keep secrets, remembered until an event ends them. What is remembered goes on
 * without those services, and without the log.
 */
export class RemoteKeys implements SigningKeys {
  readonly #options: RemoteKeysOptions;
  readonly #longTerm = new Map<string, Held>();
  readonly #sessions = new Map<string, Held>();
  /** Grows with what is forgotten: an answer that was under way meanwhile is not remembered. */
  #changes = 0;

  constructor(options: RemoteKeysOptions) {
    this.#options = options;
  }

  longTerm(accessKeyId: string, scope: CredentialScope): Awaitable<KnownCredential | undefined> {
    return (
      this.#longTerm.get(accessKeyId)?.known.get(scopeName(scope)) ??
      this.#ask<LongTermAsked>(`${keysPrefix}.LongTerm`, this.#longTerm, accessKeyId, {
        accessKeyId,
        scope,
        position: this.#options.position(),
      }).then((answer) => (answer === 'expired' ? undefined : answer))
    );
  }

  session(
    accessKeyId: string,
    token: string,
    scope: CredentialScope,
    now: Date,
  ): Awaitable<KnownCredential | 'expired' | undefined> {
    const held = this.#sessions.get(token);
    if (held) {
      // A token is bound to its key id: another session's token does not open this one's door.
      if (held.accessKeyId !== accessKeyId) return undefined;
      if (held.expires <= now.getTime()) return 'expired';
      const known = held.known.get(scopeName(scope));
      if (known) return known;
    }
    const position = this.#options.position();
    return this.#ask<SessionAsked>(`${sessionsPrefix}.Open`, this.#sessions, token, {
      accessKeyId,
      token,
      scope,
      now,
      position,
    });
  }

  /** Tells of events that the log holds now: what they end is asked for anew. */
  seen(events: readonly RecordedEvent[]): void {
    for (const { type, data } of events) {
      const ending = endings[type];
      if (ending === undefined) continue;
      this.#changes++;
      const { accessKeyId, userId, roleId } = data as Readonly<Record<string, string>>;
      if (ending === 'key' && accessKeyId !== undefined) this.#longTerm.delete(accessKeyId);
      else this.#forgetOwner(ending === 'user' ? userId : roleId);
    }
  }

  /** Events may have been missed: nothing is remembered. */
  lost(): void {
    this.#changes++;
    this.#longTerm.clear();
    this.#sessions.clear();
  }

  #forgetOwner(ownerId: string | undefined): void {
    for (const kept of [this.#longTerm, this.#sessions]) {
      for (const [name, held] of kept) if (held.ownerId === ownerId) kept.delete(name);
    }
  }

  async #ask<Asked extends LongTermAsked>(
    subject: string,
    kept: Map<string, Held>,
    name: string,
    asked: Asked,
  ): Promise<KnownCredential | 'expired' | undefined> {
    const changes = this.#changes;
    const answer = await requestPersistently<Asked, KeyAnswer>(this.#options.bus, subject, asked, persistence);
    if ('unavailable' in answer) throw new BusUnavailable(subject, answer.unavailable);
    if ('expired' in answer) return 'expired';
    if (answer.credential === undefined) return undefined;
    const { signingKey, ...credential } = answer.credential;
    const known: KnownCredential = { ...credential, signingKey: createSecretKey(signingKey) };
    // Events that end it may have been seen here before: they would not be seen again.
    if (changes === this.#changes && !answer.provisional) remember(kept, name, asked, known);
    return known;
  }
}

function remember(
  kept: Map<string, Held>,
  name: string,
  { accessKeyId, scope }: LongTermAsked,
  known: KnownCredential,
) {
  let held = kept.get(name);
  if (held === undefined) {
    const expires = known.session ? Date.parse(known.session.expiresAt) : Number.POSITIVE_INFINITY;
    held = { accessKeyId, ownerId: ownerOf(known.principal), expires, known: new Map() };
    kept.set(name, held);
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
  }
  if (held.known.size >= mostScopes) held.known.clear();
  held.known.set(scopeName(scope), known);
}
