import { expect, test } from '@jest/globals';
import type { PolicyType } from './compile.js';
import type { Decision } from './decision.js';
import { denialText } from './denial-text.js';
import { evaluate } from './evaluate.js';
import { ACCOUNT, alice, anonymous, policy, request, service, session, webIdentity } from './fixtures.js';

const asked = request(alice, { action: 'iam:GetUser', resource: `arn:aws:iam::${ACCOUNT}:user/x` });
const base = `User: ${alice.arn} is not authorized to perform: iam:GetUser on resource: arn:aws:iam::${ACCOUNT}:user/x`;
const denied = (by: PolicyType | undefined, explicit: boolean): Decision => ({
  effect: 'Deny',
  explicit,
  by,
  statements: [],
});

test.each<[PolicyType, boolean, string]>([
  ['scp', false, 'because no service control policy allows the iam:GetUser action'],
  ['scp', true, 'with an explicit deny in a service control policy'],
  ['rcp', false, 'because no resource control policy allows the iam:GetUser action'],
  ['rcp', true, 'with an explicit deny in a resource control policy'],
  ['boundary', false, 'because no permissions boundary allows the iam:GetUser action'],
  ['boundary', true, 'with an explicit deny in a permissions boundary'],
  ['session', false, 'because no session policy allows the iam:GetUser action'],
  ['session', true, 'with an explicit deny in a session policy'],
  ['resource', false, 'because no resource-based policy allows the iam:GetUser action'],
  ['resource', true, 'with an explicit deny in a resource-based policy'],
  ['trust', false, 'because no role trust policy allows the iam:GetUser action'],
  ['trust', true, 'with an explicit deny in the role trust policy'],
  ['identity', false, 'because no identity-based policy allows the iam:GetUser action'],
  ['identity', true, 'with an explicit deny in an identity-based policy'],
])('%s, explicit %s: %s (requirements-4 11.1; ruling 12 for sessions)', (by, explicit, text) => {
  expect(denialText(asked, denied(by, explicit))).toBe(`${base} ${text}`);
});

test('a missing Allow of a service control policy reads as an explicit deny (requirements-4 section 15, 10)', () => {
  const decision = evaluate(asked, {
    identity: [],
    scps: [[policy('scp', { Effect: 'Allow', Action: 's3:*', Resource: '*' })]],
  });
  expect(denialText(asked, decision)).toBe(`${base} with an explicit deny in a service control policy`);
});

test('a role session is named by its session ARN (requirements-4 ERR-1)', () => {
  const asking = { ...asked, principal: session };
  expect(denialText(asking, evaluate(asking, { identity: [] }))).toMatch(
    `User: ${session.arn} is not authorized to perform: iam:GetUser`,
  );
});

test('without a resource of its own the action stands alone (requirements-4 ERR-4)', () => {
  expect(denialText({ ...asked, resource: '*' }, denied('identity', false))).toBe(
    `User: ${alice.arn} is not authorized to perform: iam:GetUser because no identity-based policy allows the iam:GetUser action`,
  );
});

test('callers without an ARN', () => {
  expect(denialText({ ...asked, principal: service }, denied('resource', true))).toMatch(
    /^User: logs\.amazonaws\.com is not/,
  );
  expect(denialText({ ...asked, principal: anonymous }, denied('resource', true))).toMatch(/^User: anonymous is not/);
  expect(
    denialText({ ...asked, principal: webIdentity, action: 'sts:AssumeRoleWithSAML' }, denied('trust', false)),
  ).toBe('Not authorized to perform sts:AssumeRoleWithSAML');
});

test('a senseless request is denied without naming a policy', () => {
  expect(denialText(asked, denied(undefined, false))).toBe(base);
});
