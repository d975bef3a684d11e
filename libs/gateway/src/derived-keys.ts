import { createSecretKey } from 'node:crypto';
import { accessKeys, type LongTermCredential, longTermCredential, principalOf } from '@muniment/credentials/contract';
import { roles, users } from '@muniment/directory/contract';
import type { Change, Principal, Sources } from '@muniment/kernel';
import type { Sealer } from '@muniment/runtime';
import { type CredentialScope, deriveSigningKey } from '@muniment/sigv4';
import { readSession, type SealedSession } from '@muniment/sts/contract';
import type { KnownCredential, SigningKeys } from './signing-keys.js';

export interface DerivedKeysOptions {
  readonly from: Pick<Sources, 'anywhere' | 'findById'>;
  readonly sealer: Pick<Sealer, 'open' | 'openToken'>;
  readonly partition: string;
  /** Waits until rows hold everything written so far; who is unknown may just have been made. Rejects when they do not. */
  readonly caughtUp: () => Promise<void>;
}

const most = 10_000;

interface Remembered {
  /** The user or role that it stands and falls with. */
  readonly ownerId: string | undefined;
  readonly credential: Omit<KnownCredential, 'signingKey'>;
  readonly expires: number;
  readonly secret: string;
  readonly known: Map<string, KnownCredential>;
}

/** Derived signing keys, kept until the rows they come from change; secrets stay in here. */
export class DerivedKeys implements SigningKeys {
  readonly #options: DerivedKeysOptions;
  readonly #longTerm = new Map<string, Remembered>();
  readonly #sessions = new Map<string, Remembered & { readonly accessKeyId: string }>();
  /** Grows when rows change: what was being read meanwhile is not remembered. */
  #changes = 0;

  constructor(options: DerivedKeysOptions) {
    this.#options = options;
  }

  longTerm(accessKeyId: string, scope: CredentialScope): KnownCredential | Promise<KnownCredential | undefined> {
    const remembered = this.#longTerm.get(accessKeyId);
    return remembered ? known(remembered, scope) : this.#findLongTerm(accessKeyId, scope);
  }

  session(accessKeyId: string, token: string, scope: CredentialScope, now: Date) {
    const remembered = this.#sessions.get(token);
    if (!remembered) return this.#openSession(accessKeyId, token, scope, now);
    if (remembered.accessKeyId !== accessKeyId) return undefined;
    return remembered.expires <= now.getTime() ? 'expired' : known(remembered, scope);
  }

  /** Tells that rows have changed: keys, and users behind them, are looked up anew. */
  changed(changes: readonly Change[]): void {
    for (const { model, before, after } of changes) {
      if (model.name === accessKeys.name) {
        this.#changes++;
        this.#longTerm.delete(model.id(before ?? after));
      } else if (model.name === users.name && before !== undefined && renamed(before, after)) {
        this.#changes++;
        this.#forgetOwner(model.id(before));
      } else if (model.name === roles.name && before !== undefined && after === undefined) {
        this.#changes++;
        this.#forgetOwner(model.id(before));
      }
    }
  }

  /** Tells that rows may be others without a word: nothing is remembered. */
  lost(): void {
    this.#changes++;
    this.#longTerm.clear();
    this.#sessions.clear();
  }

  #forgetOwner(ownerId: string): void {
    for (const kept of [this.#longTerm, this.#sessions]) {
      for (const [name, remembered] of kept) if (remembered.ownerId === ownerId) kept.delete(name);
    }
  }

  async #findLongTerm(accessKeyId: string, scope: CredentialScope): Promise<KnownCredential | undefined> {
    const changes = this.#changes;
    let found = await this.#opened(accessKeyId).catch(() => undefined);
    if (!found) {
      // A key that is not there may just have been made, one that cannot be opened just been deleted.
      await this.#options.caughtUp();
      found = await this.#opened(accessKeyId);
    }
    if (!found) return undefined;
    const { account, principal, status, secret } = found;
    const remembered: Remembered = {
      ownerId: ownerOf(principal),
      credential: { account, principal, active: status === 'Active' },
      expires: Number.POSITIVE_INFINITY,
      secret,
      known: new Map(),
    };
    if (changes === this.#changes) keep(this.#longTerm, accessKeyId, remembered);
    return known(remembered, scope);
  }

  async #opened(accessKeyId: string): Promise<(LongTermCredential & { readonly secret: string }) | undefined> {
    const { from, partition, sealer } = this.#options;
    const found = await longTermCredential(accessKeyId, partition, from);
    return found && { ...found, secret: await sealer.open({ account: found.account, id: accessKeyId }, found.sealed) };
  }

  async #openSession(accessKeyId: string, token: string, scope: CredentialScope, now: Date) {
    const content = this.#options.sealer.openToken(token);
    const sealed = content === undefined ? undefined : readSession(content);
    // A token is bound to its key id: another session's token does not open this one's door.
    if (!sealed || sealed.accessKeyId !== accessKeyId) return undefined;
    const expires = Date.parse(sealed.session.expiresAt);
    if (expires <= now.getTime()) return 'expired' as const;
    const changes = this.#changes;
    let principal = await this.#principalOf(sealed);
    if (!principal) {
      // Who signed in elsewhere a moment ago may just have been made.
      await this.#options.caughtUp();
      principal = await this.#principalOf(sealed);
    }
    if (!principal) return undefined;
    const remembered = {
      accessKeyId,
      ownerId: ownerOf(principal),
      credential: { account: sealed.account, principal, session: sealed.session, active: true },
      expires,
      secret: sealed.secretAccessKey,
      known: new Map<string, KnownCredential>(),
    };
    if (changes === this.#changes) keep(this.#sessions, token, remembered);
    return known(remembered, scope);
  }

  /** A session of a user is the user of today: renamed, or gone and then nobody's, as is a role's without the role. */
  async #principalOf({ principal, account }: SealedSession): Promise<SealedSession['principal'] | undefined> {
    const { from, partition } = this.#options;
    if (principal.type === 'Root') return principal;
    if (principal.type === 'AssumedRole') {
      return (await from.findById(roles, principal.roleId, account)) ? principal : undefined;
    }
    return principalOf(principal, await from.findById(users, principal.userId, account), { account, partition });
  }
}

export function ownerOf(principal: Principal): string | undefined {
  if (principal.type === 'Root') return undefined;
  return principal.type === 'User' ? principal.userId : principal.roleId;
}

const renamed = (before: unknown, after: unknown): boolean => {
  const [old, now] = [before, after] as { userName: string; path: string }[];
  return now === undefined || old?.userName !== now.userName || old?.path !== now.path;
};

/** One finished answer for each day, region and service: few at any time. */
function known({ credential, secret, known: answers }: Remembered, scope: CredentialScope): KnownCredential {
  const name = `${scope.date}/${scope.region}/${scope.service}`;
  let answer = answers.get(name);
  if (answer === undefined) {
    if (answers.size >= 16) answers.clear();
    answer = { ...credential, signingKey: createSecretKey(deriveSigningKey(secret, scope)) };
    answers.set(name, answer);
  }
  return answer;
}

function keep<Value>(kept: Map<string, Value>, name: string, value: Value): void {
  kept.set(name, value);
  if (kept.size <= most) return;
  const [oldest] = kept.keys();
  if (oldest !== undefined) kept.delete(oldest);
}
