/** Lists page by page, and the views of a whole account. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  type IAM,
  paginateGetAccountAuthorizationDetails,
  paginateListUsers,
  type UserDetail,
  waitUntilUserExists,
} from '@aws-sdk/client-iam';
import { clientsFor, document, refusal, statement, trusting, unique } from './harness/clients.js';
import { type Target, target } from './harness/target.js';

jest.setTimeout(60_000);

const count = 250;
const path = `/${unique('many')}/`;
const names = Array.from({ length: count }, (_, index) => unique(`user${String(index).padStart(3, '0')}`));
let server: Target;
let iam: IAM;

beforeAll(async () => {
  server = await target();
  ({ iam } = clientsFor(server.url, server.root));
  await Promise.all(names.map((UserName) => iam.createUser({ UserName, Path: path })));
});
afterAll(() => server?.dispose());

test('a paginator of the SDK sees each of 250 users once', async () => {
  const seen: string[] = [];
  const sizes: number[] = [];
  for await (const { Users = [] } of paginateListUsers({ client: iam, pageSize: 60 }, { PathPrefix: path })) {
    sizes.push(Users.length);
    seen.push(...Users.map(({ UserName }) => UserName ?? ''));
  }
  expect(sizes).toEqual([60, 60, 60, 60, 10]);
  expect(seen).toEqual([...names].sort());
});

test('by hand: 100 to a page unless told, a marker as long as there is more', async () => {
  const first = await iam.listUsers({ PathPrefix: path });
  expect(first).toMatchObject({ IsTruncated: true, Marker: expect.any(String) });
  expect(first.Users).toHaveLength(100);
  const rest = await iam.listUsers({ PathPrefix: path, MaxItems: 150, Marker: first.Marker });
  expect(rest.IsTruncated).toBe(false);
  expect(rest.Marker).toBeUndefined();
  expect(rest.Users).toHaveLength(150);
});

test('a list goes on where it stopped, whatever was made or removed meanwhile', async () => {
  const Path = `/${unique('few')}/`;
  const users = ['b', 'd', 'f', 'h'].map((letter) => unique(letter));
  for (const UserName of users) await iam.createUser({ UserName, Path });
  const { Marker } = await iam.listUsers({ PathPrefix: Path, MaxItems: 2 });
  await iam.deleteUser({ UserName: users[1] ?? '' });
  await iam.createUser({ UserName: unique('a'), Path });
  const { Users } = await iam.listUsers({ PathPrefix: Path, Marker });
  expect(Users?.map(({ UserName }) => UserName)).toEqual(users.slice(2));
});

test('a marker that the service has not given out is refused', async () => {
  const { Marker } = await iam.listUsers({ MaxItems: 1 });
  expect((await refusal(iam.listUsers({ Marker: 'AAAA' }))).name).toBe('ValidationError');
  expect((await refusal(iam.listRoles({ Marker }))).name).toBe('ValidationError');
});

test('a waiter of the SDK ends at once for a user that was just made', async () => {
  const UserName = unique('w');
  await iam.createUser({ UserName });
  const { state } = await waitUntilUserExists({ client: iam, maxWaitTime: 5 }, { UserName });
  expect(state).toBe('SUCCESS');
});

test('the summary counts what there is, beside the quotas', async () => {
  const { SummaryMap: before = {} } = await iam.getAccountSummary({});
  await iam.createUser({ UserName: unique('s') });
  const RoleName = unique('s');
  await iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting(server.accountId) });
  const { SummaryMap: after = {} } = await iam.getAccountSummary({});
  expect(before['Users']).toBeGreaterThanOrEqual(count);
  expect(after).toMatchObject({ UsersQuota: 5000, GroupsQuota: 300, AccessKeysPerUserQuota: 2, AccountMFAEnabled: 0 });
  // Of an installation that is shared others may make use at the same time: at least one more of each.
  expect(after['Users']).toBeGreaterThanOrEqual((before['Users'] ?? 0) + 1);
  expect(after['Roles']).toBeGreaterThanOrEqual((before['Roles'] ?? 0) + 1);
});

test('authorization details show users, groups, roles and policies with all that they hold', async () => {
  const [UserName, GroupName, RoleName, PolicyName] = [unique('u'), unique('g'), unique('r'), unique('p')];
  const PolicyDocument = document(statement('Allow', 's3:GetObject'));
  const { Policy } = await iam.createPolicy({ PolicyName, PolicyDocument });
  const PolicyArn = Policy?.Arn;
  await iam.createUser({ UserName, Tags: [{ Key: 'a', Value: 'b' }] });
  await iam.createGroup({ GroupName });
  await iam.addUserToGroup({ UserName, GroupName });
  await iam.putUserPolicy({ UserName, PolicyName: 'own', PolicyDocument });
  await iam.attachGroupPolicy({ GroupName, PolicyArn });
  await iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting(server.accountId) });
  await iam.attachRolePolicy({ RoleName, PolicyArn });
  const Filter = ['User', 'Group', 'Role', 'LocalManagedPolicy'] as const;
  const users: UserDetail[] = [];
  const found: object[] = [];
  for await (const page of paginateGetAccountAuthorizationDetails(
    { client: iam, pageSize: 100 },
    { Filter: [...Filter] },
  )) {
    users.push(...(page.UserDetailList ?? []));
    found.push(...(page.GroupDetailList ?? []), ...(page.RoleDetailList ?? []), ...(page.Policies ?? []));
  }
  expect(new Set(users.map((user) => user.UserId)).size).toBe(users.length);
  expect(users.length).toBeGreaterThan(count);
  const shown = users.find((user) => user.UserName === UserName);
  expect(decodeURIComponent(shown?.UserPolicyList?.[0]?.PolicyDocument ?? '')).toBe(PolicyDocument);
  expect(shown).toMatchObject({
    GroupList: [GroupName],
    UserPolicyList: [{ PolicyName: 'own' }],
    Tags: [{ Key: 'a', Value: 'b' }],
  });
  const AttachedManagedPolicies = [{ PolicyArn, PolicyName }];
  expect(found).toContainEqual(expect.objectContaining({ GroupName, AttachedManagedPolicies }));
  expect(found).toContainEqual(expect.objectContaining({ RoleName, AttachedManagedPolicies }));
  const PolicyVersionList = [expect.objectContaining({ VersionId: 'v1', IsDefaultVersion: true })];
  expect(found).toContainEqual(expect.objectContaining({ PolicyName, AttachmentCount: 2, PolicyVersionList }));
});
