import type { Session } from '@muniment/kernel';

export interface Refusal {
  readonly code: 'AccessDenied' | 'InvalidClientTokenId';
  readonly message: string;
  readonly status: 403;
}

/** What credentials of one kind may call of one service. */
type Limit =
  | { readonly only: readonly string[] }
  | { readonly not: readonly string[] }
  /** Everything, provided that the second factor was given. */
  | { readonly mfa: true };

/**
 * Which temporary credentials may call what (requirements-2 section 8, ruling 17). Services that are not named, and
 * long-term credentials, are limited by policies only.
 */
const limits: Readonly<Record<Session['kind'], Readonly<Record<string, Limit>>>> = {
  AssumeRole: { sts: { not: ['GetFederationToken', 'GetSessionToken'] } },
  GetSessionToken: { sts: { only: ['AssumeRole', 'GetCallerIdentity'] }, iam: { mfa: true } },
};

const wrongKind = (operation: string): Refusal => ({
  code: 'AccessDenied',
  message: `Cannot call ${operation} with session credentials`,
  status: 403,
});

/** IAM does not know such credentials at all. */
const withoutMfa: Refusal = {
  code: 'InvalidClientTokenId',
  message: 'The security token included in the request is invalid.',
  status: 403,
};

/** Why these credentials may not make this call, whatever policies say; undefined: policies decide. */
export function refusal(session: Session | undefined, service: string, operation: string): Refusal | undefined {
  const limit = session && limits[session.kind][service];
  if (!limit) return undefined;
  if ('mfa' in limit) return session.mfaAt === undefined ? withoutMfa : undefined;
  const refused = 'only' in limit ? !limit.only.includes(operation) : limit.not.includes(operation);
  return refused ? wrongKind(operation) : undefined;
}
