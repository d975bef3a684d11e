import type { Caller, Session } from '@muniment/kernel';
import type { CallFacts } from './facts.js';

const sessionContext = (session: Session | undefined, issuer?: Record<string, string>) =>
  session && {
    sessionContext: {
      ...(issuer && { sessionIssuer: issuer, webIdFederationData: {} }),
      attributes: { creationDate: session.issuedAt, mfaAuthenticated: String(session.mfaAt !== undefined) },
      ...(session.sourceIdentity !== undefined && { sourceIdentity: session.sourceIdentity }),
    },
  };

const lastSegment = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** Who called, as CloudTrail tells it (requirements-2 section 14, requirements-4 IKY-5). */
function verified({ principal, accessKeyId, session }: Caller): Record<string, unknown> {
  const { account: accountId, arn } = principal;
  const known = { arn, accountId, accessKeyId };
  switch (principal.type) {
    case 'Root':
      return { type: 'Root', principalId: accountId, ...known, ...sessionContext(session) };
    case 'User':
      return {
        type: 'IAMUser',
        principalId: principal.userId,
        ...known,
        userName: principal.userName,
        ...sessionContext(session),
      };
    case 'AssumedRole':
      return {
        type: 'AssumedRole',
        principalId: `${principal.roleId}:${principal.sessionName}`,
        ...known,
        ...sessionContext(session, {
          type: 'Role',
          principalId: principal.roleId,
          arn: principal.roleArn,
          accountId,
          userName: lastSegment(principal.roleArn),
        }),
      };
  }
}

/** Whoever claims a key id can make it as long as a header. */
const longestKeyId = 128;

/** An unverified request is told by what it claims, and by no more. */
export function userIdentity({ caller, claimed }: CallFacts): Record<string, unknown> {
  if (caller) return verified(caller);
  return {
    type: claimed?.account === undefined ? 'Unknown' : 'AWSAccount',
    ...(claimed?.account !== undefined && { accountId: claimed.account }),
    ...(claimed?.accessKeyId !== undefined && { accessKeyId: claimed.accessKeyId.slice(0, longestKeyId) }),
  };
}

/** How the owner of a role sees a caller of another account: account and principal, no more (requirements-2 section 14). */
export const foreignIdentity = (caller: Caller): Record<string, unknown> => ({
  type: 'AWSAccount',
  principalId: verified(caller)['principalId'],
  accountId: caller.account,
});

/** What `LookupEvents` calls the user: name, session name, `root`. */
export function userNameOf({ caller }: CallFacts): string | undefined {
  if (!caller) return undefined;
  const { principal } = caller;
  if (principal.type === 'Root') return 'root';
  return principal.type === 'User' ? principal.userName : principal.sessionName;
}
