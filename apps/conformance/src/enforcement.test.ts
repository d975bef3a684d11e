/** Who may do what: policies, boundaries, tags, roles and sessions, decided on every call with no delay. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  type Clients,
  clientsFor,
  clientsOf,
  denied,
  document,
  person,
  refusal,
  statement,
  trusting,
  unique,
} from './harness/clients.js';
import { type Target, target } from './harness/target.js';

jest.setTimeout(60_000);

let server: Target;
let root: Clients;

beforeAll(async () => {
  server = await target();
  root = clientsFor(server.url, server.root);
});
afterAll(() => server?.dispose());

const arn = (resource: string): string => `arn:aws:iam::${server.accountId}:${resource}`;
const user = (name: string, ...policy: object[]) => person(server.url, root, name, ...policy);
const anyUser = (): string => arn('user/');

async function role(name: string, trust: string, ...policy: object[]): Promise<{ RoleName: string; RoleArn: string }> {
  const RoleName = unique(name);
  const { Role } = await root.iam.createRole({ RoleName, AssumeRolePolicyDocument: trust });
  if (policy.length > 0) {
    await root.iam.putRolePolicy({ RoleName, PolicyName: 'own', PolicyDocument: document(...policy) });
  }
  return { RoleName, RoleArn: Role?.Arn ?? '' };
}

const mayAssume = statement('Allow', 'sts:AssumeRole');

test('a user without a policy may do nothing but ask who it is', async () => {
  const ada = await user('ada');
  expect(await refusal(ada.iam.listUsers({}))).toEqual(denied(ada.arn, 'iam:ListUsers', anyUser()));
  expect((await refusal(ada.iam.getUser({}))).name).toBe('AccessDenied');
  expect((await ada.sts.getCallerIdentity({})).Arn).toBe(ada.arn);
});

test('a policy works from the next call on, and so does its removal', async () => {
  const ada = await user('ada');
  const { Policy } = await root.iam.createPolicy({
    PolicyName: unique('lists'),
    PolicyDocument: document(statement('Allow', 'iam:ListUsers')),
  });
  const attachment = { UserName: ada.name, PolicyArn: Policy?.Arn };
  for (let round = 0; round < 5; round++) {
    await root.iam.attachUserPolicy(attachment);
    await ada.iam.listUsers({});
    await root.iam.detachUserPolicy(attachment);
    expect((await refusal(ada.iam.listUsers({}))).name).toBe('AccessDenied');
  }
  await root.iam.attachUserPolicy(attachment);
  const PolicyDocument = document(statement('Allow', 'iam:ListRoles'));
  await root.iam.createPolicyVersion({ PolicyArn: Policy?.Arn, PolicyDocument, SetAsDefault: true });
  expect((await refusal(ada.iam.listUsers({}))).name).toBe('AccessDenied');
  await ada.iam.listRoles({});
  await root.iam.setDefaultPolicyVersion({ PolicyArn: Policy?.Arn, VersionId: 'v1' });
  await ada.iam.listUsers({});
});

test("a group's policies are its members'", async () => {
  const ada = await user('ada');
  const GroupName = unique('listers');
  await root.iam.createGroup({ GroupName });
  const PolicyDocument = document(statement('Allow', 'iam:ListUsers'));
  await root.iam.putGroupPolicy({ GroupName, PolicyName: 'own', PolicyDocument });
  await root.iam.addUserToGroup({ GroupName, UserName: ada.name });
  await ada.iam.listUsers({});
  await root.iam.removeUserFromGroup({ GroupName, UserName: ada.name });
  expect((await refusal(ada.iam.listUsers({}))).name).toBe('AccessDenied');
});

test('an explicit deny wins', async () => {
  const ada = await user('ada', statement('Allow', '*'), statement('Deny', 'iam:ListUsers'));
  await ada.iam.listRoles({});
  const reason = 'with an explicit deny in an identity-based policy';
  expect(await refusal(ada.iam.listUsers({}))).toEqual(denied(ada.arn, 'iam:ListUsers', anyUser(), reason));
});

test('a boundary limits what policies allow, and grants nothing', async () => {
  const ada = await user('ada', statement('Allow', ['iam:ListUsers', 'iam:ListRoles']));
  const { Policy } = await root.iam.createPolicy({
    PolicyName: unique('limit'),
    PolicyDocument: document(statement('Allow', ['iam:ListRoles', 'iam:ListGroups'])),
  });
  await root.iam.putUserPermissionsBoundary({ UserName: ada.name, PermissionsBoundary: Policy?.Arn });
  await ada.iam.listRoles({});
  const reason = 'because no permissions boundary allows the iam:ListUsers action';
  expect(await refusal(ada.iam.listUsers({}))).toEqual(denied(ada.arn, 'iam:ListUsers', anyUser(), reason));
  expect((await refusal(ada.iam.listGroups({}))).message).toContain('no identity-based policy allows');
  await root.iam.deleteUserPermissionsBoundary({ UserName: ada.name });
  await ada.iam.listUsers({});
});

test('permissions by tags: own team only, and only with a team (requirements-1 section 34)', async () => {
  const ada = await user(
    'ada',
    {
      ...statement('Allow', ['iam:GetUser', 'iam:DeleteUser']),
      Condition: { StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } },
    },
    {
      ...statement('Allow', ['iam:CreateUser', 'iam:TagUser']),
      Condition: {
        StringEquals: { 'aws:RequestTag/team': '${aws:PrincipalTag/team}' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
      },
    },
  );
  const mine = unique('mine');
  const team = (Value: string) => ({ Tags: [{ Key: 'team', Value }] });
  expect((await refusal(ada.iam.createUser({ UserName: mine, ...team('red') }))).name).toBe('AccessDenied');
  await root.iam.tagUser({ UserName: ada.name, ...team('red') });
  await ada.iam.createUser({ UserName: mine, ...team('red') });
  await ada.iam.getUser({ UserName: mine });
  expect((await refusal(ada.iam.createUser({ UserName: unique('x'), ...team('blue') }))).name).toBe('AccessDenied');
  expect((await refusal(ada.iam.createUser({ UserName: unique('x') }))).name).toBe('AccessDenied');
  const two = [...team('red').Tags, { Key: 'admin', Value: 'yes' }];
  expect((await refusal(ada.iam.createUser({ UserName: unique('x'), Tags: two }))).name).toBe('AccessDenied');
  await root.iam.tagUser({ UserName: mine, ...team('blue') });
  expect((await refusal(ada.iam.deleteUser({ UserName: mine }))).name).toBe('AccessDenied');
});

test('resources and conditions on the request are heeded', async () => {
  const ada = await user(
    'ada',
    statement('Allow', 'iam:GetUser', 'arn:aws:iam::*:user/${aws:username}'),
    { ...statement('Allow', 'iam:ListUsers'), Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } },
    {
      ...statement('Allow', 'iam:ListGroups'),
      Condition: { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } },
    },
  );
  await ada.iam.getUser({});
  const bob = await user('bob');
  expect((await refusal(ada.iam.getUser({ UserName: bob.name }))).name).toBe('AccessDenied');
  expect((await refusal(ada.iam.listUsers({}))).name).toBe('AccessDenied');
  await ada.iam.listGroups({});
});

test('a role has its own permissions, not those of who assumes it', async () => {
  const ada = await user('ada', mayAssume, statement('Allow', 'iam:ListGroups'));
  const { RoleName, RoleArn } = await role('lister', trusting(ada.arn), statement('Allow', 'iam:ListUsers'));
  const RoleSessionName = 'work';
  const assumed = await ada.sts.assumeRole({ RoleArn, RoleSessionName });
  const sessionArn = `arn:aws:sts::${server.accountId}:assumed-role/${RoleName}/work`;
  expect(assumed).toMatchObject({
    AssumedRoleUser: { Arn: sessionArn, AssumedRoleId: expect.stringMatching(/^AROA\w{17}:work$/) },
    Credentials: { AccessKeyId: expect.stringMatching(/^ASIA\w{16}$/) },
  });
  const lasting = (assumed.Credentials?.Expiration?.getTime() ?? 0) - Date.now();
  expect(Math.round(lasting / 60_000)).toBe(60);
  const session = clientsOf(server.url, assumed);
  await session.iam.listUsers({});
  expect(await refusal(session.iam.listGroups({}))).toEqual(denied(sessionArn, 'iam:ListGroups', arn('group/')));
  expect(await session.sts.getCallerIdentity({})).toMatchObject({
    Arn: sessionArn,
    UserId: assumed.AssumedRoleUser?.AssumedRoleId,
  });
  await root.iam.deleteRolePolicy({ RoleName, PolicyName: 'own' });
  expect((await refusal(session.iam.listUsers({}))).name).toBe('AccessDenied');
});

test('a trust policy says who may assume a role, by which external id (requirements-1 section 24)', async () => {
  const ada = await user('ada', mayAssume);
  const bob = await user('bob', mayAssume);
  const eve = await user('eve');
  const withId = { Condition: { StringEquals: { 'sts:ExternalId': 'partner-7' } } };
  const { RoleArn } = await role('guarded', trusting(ada.arn, withId));
  const input = { RoleArn, RoleSessionName: 'work' };
  await ada.sts.assumeRole({ ...input, ExternalId: 'partner-7' });
  const refused = [
    await refusal(ada.sts.assumeRole(input)),
    await refusal(ada.sts.assumeRole({ ...input, ExternalId: 'partner-8' })),
    await refusal(bob.sts.assumeRole({ ...input, ExternalId: 'partner-7' })),
    await refusal(root.sts.assumeRole({ ...input, ExternalId: 'partner-7' })),
    await refusal(ada.sts.assumeRole({ ...input, RoleArn: `${RoleArn}x`, ExternalId: 'partner-7' })),
  ];
  expect(refused.map(({ name }) => name)).toEqual(Array.from(refused, () => 'AccessDenied'));
  const { RoleArn: open } = await role('open', trusting(arn('root')));
  await bob.sts.assumeRole({ RoleArn: open, RoleSessionName: 'work' });
  const denial = denied(eve.arn, 'sts:AssumeRole', open);
  expect(await refusal(eve.sts.assumeRole({ RoleArn: open, RoleSessionName: 'work' }))).toEqual(denial);
});

test('session policies narrow a session and never widen it', async () => {
  const ada = await user('ada', mayAssume);
  const { RoleArn } = await role('lister', trusting(ada.arn), statement('Allow', ['iam:ListUsers', 'iam:ListRoles']));
  const Policy = document(statement('Allow', ['iam:ListUsers', 'iam:ListGroups']));
  const assumed = await ada.sts.assumeRole({ RoleArn, RoleSessionName: 'narrow', Policy });
  expect(assumed.PackedPolicySize).toBeGreaterThan(0);
  const { iam } = clientsOf(server.url, assumed);
  await iam.listUsers({});
  expect((await refusal(iam.listRoles({}))).message).toMatch(
    /because no session policy allows the iam:ListRoles action$/,
  );
  expect((await refusal(iam.listGroups({}))).name).toBe('AccessDenied');
  const PolicyArns = [{ arn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' }];
  const other = clientsOf(server.url, await ada.sts.assumeRole({ RoleArn, RoleSessionName: 'narrow', PolicyArns }));
  expect((await refusal(other.iam.listUsers({}))).name).toBe('AccessDenied');
});

test('session tags count as tags of the principal, need permission, and pass along a chain when transitive', async () => {
  const trust = (AWS: string) =>
    document({ Effect: 'Allow', Principal: { AWS }, Action: ['sts:AssumeRole', 'sts:TagSession'] });
  const ada = await user('ada', statement('Allow', ['sts:AssumeRole', 'sts:TagSession']));
  const ofTeam = { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'red' } } };
  const { RoleArn: second } = await role('second', trust(arn('root')), {
    ...statement('Allow', 'iam:ListUsers'),
    ...ofTeam,
  });
  const { RoleArn: first } = await role(
    'first',
    trust(ada.arn),
    statement('Allow', ['sts:AssumeRole', 'sts:TagSession']),
    {
      ...statement('Allow', 'iam:ListUsers'),
      ...ofTeam,
    },
  );
  const Tags = [{ Key: 'team', Value: 'red' }];
  const assume = (more: object) => ada.sts.assumeRole({ RoleArn: first, RoleSessionName: 'work', ...more });
  await clientsOf(server.url, await assume({ Tags })).iam.listUsers({});
  expect((await refusal(clientsOf(server.url, await assume({})).iam.listUsers({}))).name).toBe('AccessDenied');
  const chained = async (more: object) => {
    const session = clientsOf(server.url, await assume({ Tags, ...more }));
    return clientsOf(server.url, await session.sts.assumeRole({ RoleArn: second, RoleSessionName: 'more' }));
  };
  await (await chained({ TransitiveTagKeys: ['team'] })).iam.listUsers({});
  expect((await refusal((await chained({})).iam.listUsers({}))).name).toBe('AccessDenied');
  const bob = await user('bob', mayAssume);
  const { RoleArn: third } = await role('third', trust(bob.arn));
  const untagged = bob.sts.assumeRole({ RoleArn: third, RoleSessionName: 'work', Tags });
  // Same account: the trust policy alone, naming the user, lets it tag (requirements-4 section 8).
  await untagged;
  const { RoleArn: fourth } = await role('fourth', trusting(bob.arn));
  expect((await refusal(bob.sts.assumeRole({ RoleArn: fourth, RoleSessionName: 'work', Tags }))).message).toContain(
    'sts:TagSession',
  );
});

test('sessions last from 15 minutes to the maximum of the role, chained ones an hour at most', async () => {
  const ada = await user('ada', mayAssume);
  const { RoleName, RoleArn } = await role('long', trusting(arn('root')), mayAssume);
  const assume = (DurationSeconds: number, by: Clients = ada) =>
    by.sts.assumeRole({ RoleArn, RoleSessionName: 'work', DurationSeconds });
  await assume(900);
  expect((await refusal(assume(899))).message).toContain(
    "Value '899' at 'durationSeconds' failed to satisfy constraint",
  );
  expect(await refusal(assume(3601))).toEqual({
    name: 'ValidationError',
    message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  });
  await root.iam.updateRole({ RoleName, MaxSessionDuration: 43200 });
  const session = clientsOf(server.url, await assume(43200));
  expect(await refusal(assume(3601, session))).toEqual({
    name: 'ValidationError',
    message: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
  });
  await assume(3600, session);
});

test('GetSessionToken: the same user, but no IAM without MFA and of STS two calls only (ruling 17)', async () => {
  const ada = await user('ada', statement('Allow', '*'));
  const session = clientsOf(server.url, await ada.sts.getSessionToken({}));
  expect((await session.sts.getCallerIdentity({})).Arn).toBe(ada.arn);
  expect((await refusal(session.iam.listUsers({}))).name).toBe('InvalidClientTokenId');
  expect((await refusal(session.sts.getSessionToken({}))).name).toBe('AccessDenied');
  await session.cloudtrail.lookupEvents({ MaxResults: 1 });
  const { RoleArn } = await role('any', trusting(arn('root')));
  const assumed = clientsOf(server.url, await session.sts.assumeRole({ RoleArn, RoleSessionName: 'work' }));
  expect((await refusal(assumed.sts.getSessionToken({}))).name).toBe('AccessDenied');
});

test('GetCallerIdentity cannot be denied (requirements-2 section 8)', async () => {
  const ada = await user('ada', statement('Deny', '*'));
  expect((await ada.sts.getCallerIdentity({})).Arn).toBe(ada.arn);
});

test('a source identity sticks to the session and all that follow', async () => {
  const ada = await user('ada', statement('Allow', ['sts:AssumeRole', 'sts:SetSourceIdentity']));
  const trust = document({
    Effect: 'Allow',
    Principal: { AWS: arn('root') },
    Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
  });
  const { RoleArn } = await role('traced', trust, statement('Allow', ['sts:AssumeRole', 'sts:SetSourceIdentity']));
  const input = { RoleArn, RoleSessionName: 'work' };
  const assumed = await ada.sts.assumeRole({ ...input, SourceIdentity: 'ada' });
  expect(assumed.SourceIdentity).toBe('ada');
  const session = clientsOf(server.url, assumed);
  expect((await session.sts.assumeRole(input)).SourceIdentity).toBe('ada');
  expect((await refusal(session.sts.assumeRole({ ...input, SourceIdentity: 'eve' }))).name).toBe('AccessDenied');
});

test('passing a role on needs iam:PassRole (requirements-1 section 25)', async () => {
  const { RoleName, RoleArn } = await role('web', trusting(arn('root')));
  const ada = await user('ada', statement('Allow', ['iam:CreateInstanceProfile', 'iam:AddRoleToInstanceProfile']));
  const InstanceProfileName = unique('web');
  await ada.iam.createInstanceProfile({ InstanceProfileName });
  const add = () => ada.iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName });
  expect(await refusal(add())).toEqual(denied(ada.arn, 'iam:PassRole', RoleArn));
  const PolicyDocument = document(statement('Allow', 'iam:PassRole', RoleArn));
  await root.iam.putUserPolicy({ UserName: ada.name, PolicyName: 'pass', PolicyDocument });
  await add();
});
