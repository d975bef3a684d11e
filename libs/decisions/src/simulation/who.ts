import { arn } from '@muniment/directory/contract';
import type { Call, Principal } from '@muniment/kernel';

/** What an ARN names that policies can be simulated for. */
export interface Entity {
  readonly kind: 'user' | 'group' | 'role';
  readonly partition: string;
  readonly account: string;
  /** Without its path. */
  readonly name: string;
  /** Of the session of a role that is named instead of the role. */
  readonly sessionName?: string;
}

const iamArn = /^arn:([^:]+):iam::(\d{12}):(user|group|role)\/(?:[^:]*\/)?([^/:]+)$/;
const sessionArn = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/:]+)\/([^/:]+)$/;

export function entityOf(text: string): Entity | undefined {
  const [, partition = '', account = '', kind = '', name = ''] = iamArn.exec(text) ?? [];
  if (kind !== '') return { kind: kind as Entity['kind'], partition, account, name };
  const [, ofSession = '', owner = '', role = '', sessionName = ''] = sessionArn.exec(text) ?? [];
  return role === '' ? undefined : { kind: 'role', partition: ofSession, account: owner, name: role, sessionName };
}

/** What AWS gives as `aws:userid` when nobody is said to call. */
const nobody = 'STUB_PRINCIPAL_FOR_POLICY_SIMULATOR';

/** Sessions have a name that only a call would give; roles are simulated in one of this name. */
const anySession = 'PolicySimulator';

/** A user without name and ARN: keys that only a name could give are absent, and no policy names it. */
export const nobodyOf = (account: string): Principal =>
  ({ type: 'User', account, arn: undefined, userId: nobody, userName: undefined }) as unknown as Principal;

/** Whom an ARN means of whom nothing else is looked up: the ARN is all that is known (AWS gives it as `aws:userid`). */
export function strangerOf(text: string, { kind, partition, account, name, sessionName }: Entity): Principal {
  if (kind === 'user') return { type: 'User', account, arn: text, userId: text, userName: name };
  // No policy element names a group; it is only the caller that AWS lets one be.
  if (kind === 'group') return { ...nobodyOf(account), arn: text, userId: text } as Principal;
  const named = arn.role({ account, partition }, '/', name);
  const role = { roleArn: sessionName === undefined ? text : named, roleId: text, roleName: name };
  return sessionOf(role, { partition, account, ...(sessionName === undefined ? {} : { sessionName }) });
}

/** Somebody who has assumed a role. */
export const sessionOf = (
  { roleArn, roleId, roleName }: { readonly roleArn: string; readonly roleId: string; readonly roleName: string },
  { partition, account, sessionName = anySession }: Pick<Entity, 'partition' | 'account' | 'sessionName'>,
): Principal => ({
  type: 'AssumedRole',
  account,
  arn: `arn:${partition}:sts::${account}:assumed-role/${roleName}/${sessionName}`,
  roleArn,
  roleId,
  sessionName,
});

/** Who `CallerArn` is; AWS takes users, groups and roles, Muniment sessions of roles as well. */
export function callerOf(text: string, call: Call<'InvalidInput'>): Principal {
  const entity = entityOf(text);
  if (!entity) {
    return call.fault('InvalidInput', 'Invalid caller - Caller must be an IAM user, role or group in this context.');
  }
  return strangerOf(text, entity);
}
