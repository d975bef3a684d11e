import type { RecordedEvent } from '@muniment/kernel';
import type { DirectoryEvent } from '../directory.js';

/** What a member account begins with, and whose directory it is. */
export interface AccountAccess {
  readonly accountId: string;
  readonly events: readonly DirectoryEvent[];
}

type Joined = { accountId: string; created?: { roleName: string; managementAccount: string } };

const oneHour = 3600;

/**
 * The reaction to an account that an organization has made: the role by which its management account gets in. It is
 * the first thing that ever happens in the account, and happens once. Undefined for all other events.
 */
export function accessAfter(
  { type, data }: Pick<RecordedEvent, 'type' | 'data'>,
  roleId: () => string,
  partition: string,
): AccountAccess | undefined {
  if (type !== 'AccountJoinedOrganization') return undefined;
  const { accountId, created } = data as Joined;
  if (!created) return undefined;
  const { roleName, managementAccount } = created;
  const Principal = { AWS: `arn:${partition}:iam::${managementAccount}:root` };
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }],
  });
  const id = roleId();
  const policyArn = `arn:${partition}:iam::aws:policy/AdministratorAccess`;
  return {
    accountId,
    events: [
      {
        type: 'RoleCreated',
        data: { roleId: id, roleName, path: '/', trust, maxSessionSeconds: oneHour, tags: [] },
      },
      { type: 'RolePolicyAttached', data: { id, policyArn } },
    ],
  };
}
