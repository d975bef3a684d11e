import { createSecretKey, type KeyObject } from 'node:crypto';
import type { CredentialScope } from '@muniment/sigv4';
import type { Awaitable, Caller } from '@muniment/kernel';

/** What the verifier gets to know of a credential: whose it is and the key for one day, region and service. */
export interface KnownCredential {
  readonly account: string;
  readonly principal: Caller['principal'];
  readonly session?: Caller['session'];
  readonly active: boolean;
  readonly signingKey: KeyObject;
}

/**
 * Hands out derived signing keys, never secrets (architecture 3). Answers undefined for keys and tokens that are not
 * known, `expired` for a session that is over.
 */
export interface SigningKeys {
  longTerm(accessKeyId: string, scope: CredentialScope): Awaitable<KnownCredential | undefined>;
  session(
    accessKeyId: string,
    token: string,
    scope: CredentialScope,
    now: Date,
  ): Awaitable<KnownCredential | 'expired' | undefined>;
}

/** Unknown keys cost the same work as known ones: their requests are verified with this one, and refused. */
export const dummyKey: KeyObject = createSecretKey(Buffer.alloc(32, 1));
