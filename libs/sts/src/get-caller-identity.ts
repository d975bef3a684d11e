import { sts } from '@muniment/aws-model';
import { type Principal, query, unrestricted } from '@muniment/kernel';

/** What `aws:userid` is for each kind of caller (requirements-4 section 7). */
export function userIdOf(principal: Principal): string {
  switch (principal.type) {
    case 'Root':
      return principal.account;
    case 'User':
      return principal.userId;
    case 'AssumedRole':
      return `${principal.roleId}:${principal.sessionName}`;
  }
}

/** Answers everyone, even those whom a policy denies it (requirements-2 section 8). */
export const GetCallerIdentity = query(sts.GetCallerIdentity, {
  gather: async (_input, _from, call) => call.caller,
  authorize: unrestricted,
  reply: ({ account, principal }) => ({ UserId: userIdOf(principal), Account: account, Arn: principal.arn }),
});
