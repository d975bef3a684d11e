/** People and policies that the tests of this library share. */
import { compilePolicy, type CompiledPolicy, type PolicyType } from './compile.js';
import type { RequestContext } from './context.js';
import type { PolicyKind } from './document.js';
import { evaluate, type AuthorizationRequest, type PolicySet } from './evaluate.js';
import { readPolicy } from './grammar/read-policy.js';
import type { Principal } from './principal.js';

export const ACCOUNT = '111122223333';
export const OTHER_ACCOUNT = '444455556666';

type Of<Type extends Principal['type']> = Extract<Principal, { readonly type: Type }>;

export const root: Of<'Root'> = { type: 'Root', account: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` };

export const alice: Of<'User'> = {
  type: 'User',
  account: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:user/staff/alice`,
  userId: 'AIDAALICEALICEALICE1',
  userName: 'alice',
};

export const session: Of<'AssumedRole'> = {
  type: 'AssumedRole',
  account: ACCOUNT,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Reader/alice`,
  roleArn: `arn:aws:iam::${ACCOUNT}:role/teams/Reader`,
  roleId: 'AROAREADERREADERREAD',
  sessionName: 'alice',
};

export const federated: Of<'FederatedUser'> = {
  type: 'FederatedUser',
  account: ACCOUNT,
  arn: `arn:aws:sts::${ACCOUNT}:federated-user/bob`,
  userArn: alice.arn,
  userId: alice.userId,
  name: 'bob',
};

export const service: Of<'Service'> = {
  type: 'Service',
  names: ['logs.amazonaws.com', 'logs.us-east-1.amazonaws.com'],
};
export const webIdentity: Of<'Federated'> = {
  type: 'Federated',
  provider: `arn:aws:iam::${ACCOUNT}:oidc-provider/id.example`,
};
export const anonymous: Of<'Anonymous'> = { type: 'Anonymous' };

export type Statement = Readonly<Record<string, unknown>>;

const KINDS: Readonly<Record<PolicyType, PolicyKind>> = {
  identity: 'identity',
  boundary: 'identity',
  session: 'session',
  resource: 'resource',
  trust: 'trust',
  scp: 'scp',
  rcp: 'rcp',
};

/** Compiles statements by way of their text, as every caller has to. */
export function policy(
  type: PolicyType,
  statements: Statement | readonly Statement[],
  version = '2012-10-17',
): CompiledPolicy {
  const text = JSON.stringify({ Version: version, Statement: statements });
  const reading = readPolicy(text, KINDS[type], { oldVersions: true });
  if (!reading.ok) throw new Error(`${reading.error.message} ${reading.error.detail ?? ''} in ${text}`);
  return compilePolicy(reading.policy, { id: `${type}-policy`, type });
}

export const allowAll: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };
export const denyAll: Statement = { Effect: 'Deny', Action: '*', Resource: '*' };
/** Says something, but about nothing that the tests ask for: an implicit deny. */
export const allowOther: Statement = { Effect: 'Allow', Action: 'other:Thing', Resource: '*' };

export const BUCKET = 'arn:aws:s3:::bucket';
export const OBJECT = `${BUCKET}/key`;

export function request(principal: Principal, more: Partial<AuthorizationRequest> = {}): AuthorizationRequest {
  return { principal, action: 's3:GetObject', resource: OBJECT, context: {}, ...more };
}

/** `Allow`, `Deny` (implicit) or `Explicit`, with the denying type: short enough for tables. */
export function outcome(asked: AuthorizationRequest, policies: Partial<PolicySet>): string {
  const { effect, explicit, by } = evaluate(asked, { identity: [], ...policies });
  if (effect === 'Allow') return 'Allow';
  return `${explicit ? 'Explicit' : 'Deny'}${by === undefined ? '' : ` by ${by}`}`;
}

/** Whether a condition block holds: an Allow under it, on everything. */
export function conditionHolds(
  Condition: unknown,
  context: RequestContext,
  principal: Principal = alice,
  version?: string,
): boolean {
  const identity = [policy('identity', { ...allowAll, Condition }, version)];
  return outcome(request(principal, { context }), { identity }) === 'Allow';
}
