import { beforeEach, describe, expect, test } from '@jest/globals';
import type { DirectoryEvent } from '@muniment/directory/contract';
import type { Caller } from '@muniment/kernel';
import {
  Accounts,
  account,
  allow,
  attached,
  groupCreated,
  inline,
  now,
  other,
  policyArn,
  policyCreated,
  roleArn,
  roleCalls,
  roleCreated,
  rootCalls,
  statement,
  userArn,
  userCalls,
  userCreated,
} from './accounts.testing.js';
import { Decisions, type Question } from './decisions.js';

let accounts: Accounts;
let decisions: Decisions;

beforeEach(() => {
  accounts = new Accounts();
  decisions = new Decisions({ from: accounts.reader });
});

const happen = (...events: DirectoryEvent[]) => decisions.changed(accounts.happen(account, ...events));

const getAlice: Question = { action: 'iam:GetUser', resource: userArn('alice') };
const ask = (caller: Caller, ...questions: Question[]) =>
  decisions.authorize(caller, questions.length > 0 ? questions : [getAlice], now);
const allowed = { allowed: true };
const denied = (reason = 'because no identity-based policy allows the iam:GetUser action', arn = userArn('alice')) => ({
  allowed: false,
  message: `User: ${arn} is not authorized to perform: iam:GetUser on resource: ${userArn('alice')} ${reason}`,
});

describe('identity policies', () => {
  test('nothing is allowed by default, except to the root user (requirements-4 EVL-1)', async () => {
    happen(userCreated('alice'));
    expect(await ask(userCalls('alice'))).toEqual(denied());
    expect(await ask(rootCalls())).toEqual(allowed);
  });

  test('a user has its inline and attached policies and those of its groups (requirements-4 EVL-8)', async () => {
    happen(
      userCreated('alice'),
      groupCreated('readers'),
      inline('User', 'alice', 'own', allow('iam:GetUser')),
      policyCreated('lists', allow('iam:ListUsers')),
      attached('User', 'alice', policyArn('lists')),
      inline('Group', 'readers', 'shared', allow('iam:GetRole')),
      attached('Group', 'readers', 'arn:aws:iam::aws:policy/IAMReadOnlyAccess'),
    );
    const questions: Question[] = [
      { action: 'iam:GetUser', resource: '*' },
      { action: 'iam:ListUsers', resource: '*' },
    ];
    expect(await ask(userCalls('alice'), ...questions)).toEqual(allowed);
    const ofGroup: Question[] = [
      { action: 'iam:GetRole', resource: '*' },
      { action: 'iam:ListGroups', resource: '*' },
    ];
    expect(await ask(userCalls('alice'), ...ofGroup)).toMatchObject({ allowed: false });
    happen({ type: 'UserJoinedGroup', data: { userId: 'AIDAalice', groupId: 'AGPAreaders' } });
    expect(await ask(userCalls('alice'), ...ofGroup)).toEqual(allowed);
  });

  test('all questions have to be allowed; the first refusal is told (requirements-4 8.1)', async () => {
    happen(userCreated('alice'), inline('User', 'alice', 'own', allow('iam:ListUsers')));
    const questions = [
      { action: 'iam:ListUsers', resource: '*' },
      getAlice,
      { action: 'iam:ListRoles', resource: '*' },
    ];
    expect(await ask(userCalls('alice'), ...questions)).toEqual(denied());
  });

  test('an explicit deny of a group wins over administrator rights (requirements-4 EVL-2)', async () => {
    happen(
      userCreated('alice'),
      groupCreated('barred'),
      attached('User', 'alice', 'arn:aws:iam::aws:policy/AdministratorAccess'),
      inline('Group', 'barred', 'no', statement('Deny', 'iam:*')),
      { type: 'UserJoinedGroup', data: { userId: 'AIDAalice', groupId: 'AGPAbarred' } },
    );
    expect(await ask(userCalls('alice'))).toEqual(denied('with an explicit deny in an identity-based policy'));
  });

  test('a boundary caps what identity policies give (requirements-4 EVL-5)', async () => {
    happen(
      policyCreated('cap', allow('iam:List*')),
      userCreated('alice', { boundary: policyArn('cap') }),
      attached('User', 'alice', 'arn:aws:iam::aws:policy/AdministratorAccess'),
    );
    expect(await ask(userCalls('alice'))).toEqual(
      denied('because no permissions boundary allows the iam:GetUser action'),
    );
    expect(await ask(userCalls('alice'), { action: 'iam:ListUsers', resource: '*' })).toEqual(allowed);
  });

  test('nobody changes what belongs to AWS, not even the root user', async () => {
    const resource = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
    expect(await ask(rootCalls(), { action: 'iam:GetPolicy', resource })).toEqual(allowed);
    expect(await ask(rootCalls(), { action: 'iam:DeletePolicy', resource, account: 'aws' })).toMatchObject({
      message: expect.stringContaining('because no resource-based policy allows the iam:DeletePolicy action'),
    });
  });

  test('after a rename the new name counts, whatever name the credentials know', async () => {
    happen(
      userCreated('alice'),
      inline('User', 'alice', 'own', allow('iam:GetUser', { Resource: 'arn:aws:iam::*:user/${aws:username}' })),
    );
    happen({ type: 'UserRenamed', data: { userId: 'AIDAalice', userName: 'alicia', path: '/' } });
    const stale = userCalls('alice');
    expect(await ask(stale, { action: 'iam:GetUser', resource: userArn('alicia') })).toEqual(allowed);
    expect(await ask(stale)).toEqual(denied(undefined, userArn('alicia')));
  });
});

describe('principals that are gone', () => {
  const trust = {
    kind: 'trust' as const,
    id: roleArn('night'),
    document: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }],
    }),
  };

  test('a deleted user is denied everything, even by a trust policy for everyone', async () => {
    happen(userCreated('alice'), inline('User', 'alice', 'own', allow('*')));
    expect(await ask(userCalls('alice'))).toEqual(allowed);
    happen({ type: 'UserDeleted', data: { userId: 'AIDAalice' } });
    expect(await ask(userCalls('alice'))).toEqual(denied());
    const assume: Question = { action: 'sts:AssumeRole', resource: roleArn('night'), resourcePolicy: trust };
    expect(await ask(userCalls('alice'), assume)).toMatchObject({ allowed: false });
  });

  test('a user of the same name made later is another one (requirements-4 UID-2)', async () => {
    happen(userCreated('alice'), { type: 'UserDeleted', data: { userId: 'AIDAalice' } });
    happen({ type: 'UserCreated', data: { userId: 'AIDAnew', userName: 'alice', path: '/', tags: [] } });
    happen({ type: 'UserPolicyPut', data: { id: 'AIDAnew', policyName: 'own', document: allow('*') } });
    expect(await ask(userCalls('alice'))).toEqual(denied());
  });

  test('sessions of a deleted role are denied everything', async () => {
    happen(roleCreated('night'), inline('Role', 'night', 'own', allow('*')));
    expect(await ask(roleCalls('night'))).toEqual(allowed);
    happen({ type: 'RoleDeleted', data: { roleId: 'AROAnight' } });
    expect(await ask(roleCalls('night'))).toEqual(
      denied(undefined, `arn:aws:sts::${account}:assumed-role/night/night`),
    );
  });

  test('a user that was refused is known as soon as it is there', async () => {
    expect(await ask(userCalls('alice'))).toEqual(denied());
    happen(userCreated('alice'), inline('User', 'alice', 'own', allow('*')));
    expect(await ask(userCalls('alice'))).toEqual(allowed);
  });
});

describe('sessions', () => {
  test("a session's own policy filters the role's (requirements-2 section 9)", async () => {
    happen(roleCreated('night'), inline('Role', 'night', 'own', allow('iam:*')));
    expect(await ask(roleCalls('night', { policy: allow('iam:List*') }))).toMatchObject({
      message: expect.stringContaining('because no session policy allows the iam:GetUser action'),
    });
    expect(await ask(roleCalls('night', { policy: allow('iam:Get*') }))).toEqual(allowed);
    expect(await ask(roleCalls('night'))).toEqual(allowed);
  });

  test('managed session policies count as they are now', async () => {
    happen(
      roleCreated('night'),
      inline('Role', 'night', 'own', allow('iam:*')),
      policyCreated('part', allow('iam:Get*')),
    );
    const session = roleCalls('night', { policyArns: [policyArn('part')] });
    expect(await ask(session)).toEqual(allowed);
    happen({
      type: 'PolicyVersionCreated',
      data: { policyId: 'ANPApart', versionId: 'v2', document: allow('iam:List*'), setAsDefault: true },
    });
    expect(await ask(session)).toMatchObject({ allowed: false });
  });

  test('a managed session policy that was deleted might have denied: everything is denied', async () => {
    happen(
      roleCreated('night'),
      inline('Role', 'night', 'own', allow('iam:*')),
      policyCreated('part', statement('Deny', 'iam:Get*')),
    );
    const session = roleCalls('night', { policy: allow('*'), policyArns: [policyArn('part')] });
    expect(await ask(session, { action: 'iam:ListUsers', resource: '*' })).toEqual(allowed);
    happen({ type: 'PolicyDeleted', data: { policyId: 'ANPApart', policyArn: policyArn('part') } });
    expect(await ask(session, { action: 'iam:ListUsers', resource: '*' })).toMatchObject({ allowed: false });
  });

  test("a session's managed policy belongs to the role's account", async () => {
    happen(roleCreated('night'), inline('Role', 'night', 'own', allow('iam:*')), policyCreated('part', allow('*')));
    expect(await ask(roleCalls('night', { policyArns: [policyArn('part', other)] }))).toMatchObject({ allowed: false });
  });

  test('GetSessionToken credentials act as the user itself (requirements-4 8.1)', async () => {
    happen(userCreated('alice'), inline('User', 'alice', 'own', allow('iam:GetUser')));
    const session = {
      kind: 'GetSessionToken' as const,
      issuedAt: '2026-03-01T11:00:00Z',
      expiresAt: '2026-03-01T13:00:00Z',
    };
    expect(await ask(userCalls('alice', { session }))).toEqual(allowed);
  });
});

describe('trust policies', () => {
  const trust = (Principal: object, more: object = {}): Question => ({
    action: 'sts:AssumeRole',
    resource: roleArn('night'),
    resourcePolicy: {
      kind: 'trust',
      id: roleArn('night'),
      document: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more }],
      }),
    },
  });

  test('a user that the trust policy names needs no policy of its own in the same account (requirements-4 8.2)', async () => {
    happen(userCreated('alice'));
    expect(await ask(userCalls('alice'), trust({ AWS: userArn('alice') }))).toEqual(allowed);
  });

  test('names by unique id, as trust policies are stored (requirements-4 UID-3)', async () => {
    const userId = 'AIDAALICE000000000000';
    const named = { userId, userName: 'alice', path: '/', tags: [] };
    happen({ type: 'UserCreated', data: named });
    const caller: Caller = {
      ...userCalls('alice'),
      principal: { type: 'User', account, arn: userArn('alice'), userId, userName: 'alice' },
    };
    expect(await ask(caller, trust({ AWS: userId }))).toEqual(allowed);
    expect(await ask(caller, trust({ AWS: 'AIDABOB00000000000000' }))).toMatchObject({ allowed: false });
  });

  test('identity policies alone are never enough (requirements-4 EVL-4)', async () => {
    happen(userCreated('alice'), inline('User', 'alice', 'own', allow('sts:AssumeRole')));
    expect(await ask(userCalls('alice'), trust({ AWS: `arn:aws:iam::${other}:root` }))).toMatchObject({
      message: expect.stringContaining('because no role trust policy allows the sts:AssumeRole action'),
    });
    expect(await ask(userCalls('alice'), trust({ AWS: `arn:aws:iam::${account}:root` }))).toEqual(allowed);
  });

  test('across accounts both sides have to allow (requirements-4 EVL-13)', async () => {
    const stranger: Caller = {
      ...userCalls('eve'),
      account: other,
      principal: {
        type: 'User',
        account: other,
        arn: `arn:aws:iam::${other}:user/eve`,
        userId: 'AIDAeve',
        userName: 'eve',
      },
    };
    const question = trust({ AWS: `arn:aws:iam::${other}:user/eve` });
    decisions.changed(accounts.happen(other, userCreated('eve')));
    expect(await ask(stranger, question)).toMatchObject({ allowed: false });
    decisions.changed(accounts.happen(other, inline('User', 'eve', 'own', allow('sts:AssumeRole'))));
    expect(await ask(stranger, question)).toEqual(allowed);
  });

  test('a trust policy that cannot be read allows nothing', async () => {
    happen(userCreated('alice'), inline('User', 'alice', 'own', allow('*')));
    const question: Question = {
      action: 'sts:AssumeRole',
      resource: roleArn('night'),
      resourcePolicy: { kind: 'trust', id: roleArn('night'), document: '{' },
    };
    expect(await ask(userCalls('alice'), question)).toMatchObject({ allowed: false });
    expect(await ask(rootCalls(), question)).toMatchObject({ allowed: false });
  });
});
