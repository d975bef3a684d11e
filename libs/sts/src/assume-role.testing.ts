import { expect } from '@jest/globals';
import type { Caller, Event, Tag } from '@muniment/kernel';
import { AssumeRole } from './assume-role.js';
import { account, alice, answer, fault, holding, otherAccount } from './sts.testing.js';

export const trust = '{"Version":"2012-10-17","Statement":[]}';
export const reader = `arn:aws:iam::${otherAccount}:role/team/Reader`;
const named = (roleName: string, path: string, rest: { tags?: Tag[]; maxSessionSeconds?: number } = {}): Event => ({
  type: 'RoleCreated',
  data: { roleId: `AROA${roleName.toUpperCase()}`, roleName, path, trust, maxSessionSeconds: 7200, tags: [], ...rest },
});
const narrow: Event = {
  type: 'PolicyCreated',
  data: { policyId: 'ANPANARROW', policyName: 'Narrow', path: '/', document: trust, tags: [] },
};
const history = {
  [otherAccount]: [named('Reader', '/team/', { tags: [{ Key: 'Star', Value: '3' }] }), narrow],
  [account]: [named('Reader', '/')],
};

export const assume = (input: object, caller: Caller = alice) =>
  answer(AssumeRole, { RoleArn: reader, RoleSessionName: 'ann', ...input }, caller, history);
export const sessionFrom = async (input: object, caller: Caller = alice) =>
  holding((await assume(input, caller)).sealed);
export const expectRefused = (input: object, code: string, message: unknown, caller: Caller = alice) =>
  expect(assume(input, caller)).rejects.toEqual(fault(code, message));
export const notAuthorized = (action: string, resource: string, { principal }: Caller = alice) =>
  `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource}`;
export const until = (seconds: number) => new Date(Date.UTC(2026, 10, 20, 10) + seconds * 1000);
export const tag = (Key: string, Value: string): Tag => ({ Key, Value });
