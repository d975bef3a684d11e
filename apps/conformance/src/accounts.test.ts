/** Two accounts in one installation: a trusted role is the one way from one to the other. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  type Clients,
  clientsFor,
  clientsOf,
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
let home: Clients;
let away: Clients;

beforeAll(async () => {
  server = await target();
  home = clientsFor(server.url, server.root);
  away = clientsFor(server.url, server.other.root);
});
afterAll(() => server?.dispose());

const abroad = (resource: string): string => `arn:aws:iam::${server.other.accountId}:${resource}`;

test("each account's root user is its own", async () => {
  expect((await home.sts.getCallerIdentity({})).Account).toBe(server.accountId);
  expect((await away.sts.getCallerIdentity({})).Account).toBe(server.other.accountId);
});

test('a role of another account can be assumed when both sides allow it', async () => {
  const ada = await person(server.url, home, 'ada');
  const RoleName = unique('visitor');
  const AssumeRolePolicyDocument = trusting(ada.arn);
  const { Role } = await away.iam.createRole({ RoleName, AssumeRolePolicyDocument });
  const PolicyDocument = document(statement('Allow', 'iam:ListUsers'));
  await away.iam.putRolePolicy({ RoleName, PolicyName: 'own', PolicyDocument });
  const input = { RoleArn: Role?.Arn, RoleSessionName: 'visit' };
  expect((await refusal(ada.sts.assumeRole(input))).name).toBe('AccessDenied');
  const may = document(statement('Allow', 'sts:AssumeRole', Role?.Arn));
  await home.iam.putUserPolicy({ UserName: ada.name, PolicyName: 'visit', PolicyDocument: may });
  const visit = clientsOf(server.url, await ada.sts.assumeRole(input));
  expect(await visit.sts.getCallerIdentity({})).toMatchObject({
    Account: server.other.accountId,
    Arn: `arn:aws:sts::${server.other.accountId}:assumed-role/${RoleName}/visit`,
  });
  const { Users = [] } = await visit.iam.listUsers({});
  expect(Users.filter(({ UserName }) => UserName === ada.name)).toEqual([]);
  await away.iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: trusting(abroad('root')) });
  expect((await refusal(ada.sts.assumeRole(input))).name).toBe('AccessDenied');
});

test("nothing of one account is seen with the other's administrators", async () => {
  const admin = await person(server.url, home, 'admin', statement('Allow', '*'));
  const names = {
    UserName: unique('u'),
    GroupName: unique('g'),
    RoleName: unique('r'),
    InstanceProfileName: unique('i'),
  };
  const { UserName, GroupName, RoleName, InstanceProfileName } = names;
  await away.iam.createUser({ UserName });
  const { AccessKey } = await away.iam.createAccessKey({ UserName });
  await away.iam.createGroup({ GroupName });
  await away.iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting(abroad('root')) });
  await away.iam.createInstanceProfile({ InstanceProfileName });
  const PolicyDocument = document(statement('Allow', 's3:*'));
  const { Policy } = await away.iam.createPolicy({ PolicyName: unique('p'), PolicyDocument });
  const PolicyArn = Policy?.Arn;
  const AccessKeyId = AccessKey?.AccessKeyId;
  const { iam } = admin;
  const own = { UserName: admin.name };
  const calls: [string, Promise<unknown>][] = [
    ['GetUser', iam.getUser({ UserName })],
    ['TagUser', iam.tagUser({ UserName, Tags: [{ Key: 'a', Value: 'b' }] })],
    ['DeleteUser', iam.deleteUser({ UserName })],
    ['ListUserPolicies', iam.listUserPolicies({ UserName })],
    ['ListAttachedUserPolicies', iam.listAttachedUserPolicies({ UserName })],
    ['ListGroupsForUser', iam.listGroupsForUser({ UserName })],
    ['ListAccessKeys', iam.listAccessKeys({ UserName })],
    ['CreateAccessKey', iam.createAccessKey({ UserName })],
    ['DeleteAccessKey', iam.deleteAccessKey({ UserName, AccessKeyId })],
    ['DeleteAccessKey of the own user', iam.deleteAccessKey({ ...own, AccessKeyId })],
    ['UpdateAccessKey', iam.updateAccessKey({ ...own, AccessKeyId, Status: 'Inactive' })],
    ['GetAccessKeyLastUsed', iam.getAccessKeyLastUsed({ AccessKeyId })],
    ['GetGroup', iam.getGroup({ GroupName })],
    ['AddUserToGroup', iam.addUserToGroup({ ...own, GroupName })],
    ['GetRole', iam.getRole({ RoleName })],
    ['UpdateAssumeRolePolicy', iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: trusting(server.accountId) })],
    ['GetInstanceProfile', iam.getInstanceProfile({ InstanceProfileName })],
    ['GetPolicy', iam.getPolicy({ PolicyArn })],
    ['GetPolicyVersion', iam.getPolicyVersion({ PolicyArn, VersionId: 'v1' })],
    ['ListPolicyVersions', iam.listPolicyVersions({ PolicyArn })],
    ['CreatePolicyVersion', iam.createPolicyVersion({ PolicyArn, PolicyDocument })],
    ['TagPolicy', iam.tagPolicy({ PolicyArn, Tags: [{ Key: 'a', Value: 'b' }] })],
    ['DeletePolicy', iam.deletePolicy({ PolicyArn })],
    ['ListEntitiesForPolicy', iam.listEntitiesForPolicy({ PolicyArn })],
    ['AttachUserPolicy', iam.attachUserPolicy({ ...own, PolicyArn })],
    ['PutUserPermissionsBoundary', iam.putUserPermissionsBoundary({ ...own, PermissionsBoundary: PolicyArn })],
    ['AssumeRole', admin.sts.assumeRole({ RoleArn: abroad(`role/${RoleName}`), RoleSessionName: 'visit' })],
  ];
  const answers = await Promise.all(calls.map(async ([name, call]) => [name, (await refusal(call)).name] as const));
  const wrong = answers.filter(
    ([, code]) => !/^(NoSuchEntityException|AccessDenied|InvalidInputException)$/.test(code),
  );
  expect(wrong).toEqual([]);
  await away.iam.getUser({ UserName });
});

test("lists show the caller's account only", async () => {
  const UserName = unique('u');
  await away.iam.createUser({ UserName });
  await away.iam.createGroup({ GroupName: UserName });
  await away.iam.createRole({ RoleName: UserName, AssumeRolePolicyDocument: trusting(abroad('root')) });
  await away.iam.createPolicy({ PolicyName: UserName, PolicyDocument: document(statement('Allow', 's3:*')) });
  const seen = await Promise.all([
    home.iam.listUsers({ MaxItems: 1000 }),
    home.iam.listGroups({ MaxItems: 1000 }),
    home.iam.listRoles({ MaxItems: 1000 }),
    home.iam.listPolicies({ Scope: 'Local', MaxItems: 1000 }),
    home.iam.getAccountAuthorizationDetails({ MaxItems: 1000 }),
    home.cloudtrail.lookupEvents({}),
  ]);
  expect(seen.filter((answer) => JSON.stringify(answer).includes(UserName))).toEqual([]);
});

test('the same names are free in each account', async () => {
  const UserName = unique('twin');
  const [first, second] = await Promise.all([home.iam.createUser({ UserName }), away.iam.createUser({ UserName })]);
  expect(first.User?.UserId).not.toBe(second.User?.UserId);
  await away.iam.deleteUser({ UserName });
  await home.iam.getUser({ UserName });
});
