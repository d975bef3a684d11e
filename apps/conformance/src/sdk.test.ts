/** The AWS SDK for JavaScript tells the life of every kind of thing: made, read, listed, changed, removed. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { IAM } from '@aws-sdk/client-iam';
import { eventually } from '@muniment/testing';
import { type Clients, clientsFor, document, person, refusal, statement, trusting, unique } from './harness/clients.js';
import { type Target, target } from './harness/target.js';

jest.setTimeout(60_000);

let server: Target;
let root: Clients;
let iam: IAM;

beforeAll(async () => {
  server = await target();
  root = clientsFor(server.url, server.root);
  iam = root.iam;
});
afterAll(() => server?.dispose());

const readObjects = statement('Allow', 's3:GetObject');
const listObjects = statement('Allow', 's3:ListBucket');
const arn = (resource: string): string => `arn:aws:iam::${server.accountId}:${resource}`;

async function policy(name: string, ...statements: object[]): Promise<string> {
  const { Policy } = await iam.createPolicy({ PolicyName: unique(name), PolicyDocument: document(...statements) });
  return Policy?.Arn ?? '';
}

test('a user: made with path and tags, read, listed, renamed, removed', async () => {
  const UserName = unique('ada');
  const Path = `/${unique('lab')}/`;
  const made = await iam.createUser({ UserName, Path, Tags: [{ Key: 'team', Value: 'engines' }] });
  expect(made.User).toEqual({
    UserName,
    Path,
    Arn: arn(`user${Path}${UserName}`),
    UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
    CreateDate: expect.any(Date),
    Tags: [{ Key: 'team', Value: 'engines' }],
  });
  expect((await iam.getUser({ UserName })).User).toEqual(made.User);
  const { Tags: _, ...listed } = made.User ?? {};
  expect((await iam.listUsers({ PathPrefix: Path })).Users).toEqual([listed]);

  const renamed = `${UserName}-2`;
  await iam.updateUser({ UserName, NewUserName: renamed, NewPath: '/' });
  expect((await iam.getUser({ UserName: renamed })).User).toMatchObject({
    UserId: made.User?.UserId,
    Arn: arn(`user/${renamed}`),
  });
  expect((await refusal(iam.getUser({ UserName }))).name).toBe('NoSuchEntityException');
  await iam.deleteUser({ UserName: renamed });
  expect((await refusal(iam.getUser({ UserName: renamed }))).name).toBe('NoSuchEntityException');
});

test('a new access key signs the very next call, and is listed, switched off, and removed', async () => {
  const ada = await person(server.url, root, 'ada', statement('Allow', 'iam:GetUser'));
  expect((await ada.iam.getUser({})).User).toMatchObject({ UserName: ada.name, Arn: ada.arn });
  const { accessKeyId: AccessKeyId } = ada.credentials;
  const { AccessKeyMetadata } = await iam.listAccessKeys({ UserName: ada.name });
  expect(AccessKeyMetadata).toEqual([
    { UserName: ada.name, AccessKeyId, Status: 'Active', CreateDate: expect.any(Date) },
  ]);
  await iam.updateAccessKey({ UserName: ada.name, AccessKeyId, Status: 'Inactive' });
  expect(await refusal(ada.iam.getUser({}))).toEqual({
    name: 'InvalidClientTokenId',
    message: 'The security token included in the request is invalid.',
  });
  await iam.updateAccessKey({ UserName: ada.name, AccessKeyId, Status: 'Active' });
  await ada.iam.getUser({});
  await iam.deleteAccessKey({ UserName: ada.name, AccessKeyId });
  expect((await refusal(ada.iam.getUser({}))).name).toBe('InvalidClientTokenId');
});

test('the last use of an access key is told', async () => {
  const ada = await person(server.url, root, 'ada');
  await ada.sts.getCallerIdentity({});
  const { accessKeyId: AccessKeyId } = ada.credentials;
  await eventually(async () => {
    const { UserName, AccessKeyLastUsed } = await iam.getAccessKeyLastUsed({ AccessKeyId });
    expect(UserName).toBe(ada.name);
    expect(AccessKeyLastUsed).toMatchObject({ ServiceName: 'sts', Region: 'us-east-1' });
  });
});

test('groups have members and policies, and go when both are gone', async () => {
  const GroupName = unique('engineers');
  const ada = await person(server.url, root, 'ada');
  const { Group } = await iam.createGroup({ GroupName });
  expect(Group).toMatchObject({
    GroupName,
    Path: '/',
    GroupId: expect.stringMatching(/^AGPA/),
    Arn: arn(`group/${GroupName}`),
  });
  await iam.addUserToGroup({ GroupName, UserName: ada.name });
  await iam.addUserToGroup({ GroupName, UserName: ada.name });
  expect((await iam.getGroup({ GroupName })).Users?.map(({ UserName }) => UserName)).toEqual([ada.name]);
  expect((await iam.listGroupsForUser({ UserName: ada.name })).Groups).toEqual([Group]);
  await iam.updateGroup({ GroupName, NewGroupName: `${GroupName}-2` });
  expect((await refusal(iam.deleteGroup({ GroupName: `${GroupName}-2` }))).name).toBe('DeleteConflictException');
  await iam.removeUserFromGroup({ GroupName: `${GroupName}-2`, UserName: ada.name });
  await iam.deleteGroup({ GroupName: `${GroupName}-2` });
});

test('a role: trust, description, session length, tags', async () => {
  const RoleName = unique('builder');
  const AssumeRolePolicyDocument = trusting(arn('root'));
  const { Role } = await iam.createRole({ RoleName, AssumeRolePolicyDocument, Tags: [{ Key: 'a', Value: '1' }] });
  expect(Role).toMatchObject({ RoleId: expect.stringMatching(/^AROA/), Arn: arn(`role/${RoleName}`) });
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(AssumeRolePolicyDocument);
  await iam.updateRole({ RoleName, Description: 'builds', MaxSessionDuration: 7200 });
  await iam.tagRole({ RoleName, Tags: [{ Key: 'b', Value: '2' }] });
  await iam.untagRole({ RoleName, TagKeys: ['a'] });
  expect((await iam.getRole({ RoleName })).Role).toMatchObject({
    Description: 'builds',
    MaxSessionDuration: 7200,
    Tags: [{ Key: 'b', Value: '2' }],
    RoleLastUsed: {},
  });
  const changed = trusting(arn('root'), { Condition: { StringEquals: { 'sts:ExternalId': 'x' } } });
  await iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: changed });
  const { Role: read } = await iam.getRole({ RoleName });
  expect(decodeURIComponent(read?.AssumeRolePolicyDocument ?? '')).toBe(changed);
  await iam.deleteRole({ RoleName });
});

test('a managed policy has up to five versions, one of them the default', async () => {
  const PolicyArn = await policy('reads', readObjects);
  const PolicyDocument = document(listObjects);
  const { PolicyVersion } = await iam.createPolicyVersion({ PolicyArn, PolicyDocument, SetAsDefault: true });
  expect(PolicyVersion).toMatchObject({ VersionId: 'v2', IsDefaultVersion: true });
  expect((await iam.getPolicy({ PolicyArn })).Policy).toMatchObject({ DefaultVersionId: 'v2', AttachmentCount: 0 });
  const { PolicyVersion: second } = await iam.getPolicyVersion({ PolicyArn, VersionId: 'v2' });
  expect(decodeURIComponent(second?.Document ?? '')).toBe(PolicyDocument);
  expect((await refusal(iam.deletePolicyVersion({ PolicyArn, VersionId: 'v2' }))).name).toBe('DeleteConflictException');
  for (let version = 3; version <= 5; version++) await iam.createPolicyVersion({ PolicyArn, PolicyDocument });
  expect(await refusal(iam.createPolicyVersion({ PolicyArn, PolicyDocument }))).toMatchObject({
    name: 'LimitExceededException',
  });
  await iam.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v1' });
  await iam.deletePolicyVersion({ PolicyArn, VersionId: 'v2' });
  const { Versions } = await iam.listPolicyVersions({ PolicyArn });
  expect(Versions?.map(({ VersionId, IsDefaultVersion }) => [VersionId, IsDefaultVersion])).toEqual([
    ['v5', false],
    ['v4', false],
    ['v3', false],
    ['v1', true],
  ]);
  for (const VersionId of ['v3', 'v4', 'v5']) await iam.deletePolicyVersion({ PolicyArn, VersionId });
  await iam.deletePolicy({ PolicyArn });
  expect((await refusal(iam.getPolicy({ PolicyArn }))).name).toBe('NoSuchEntityException');
});

test('policies are attached to users, groups and roles, and say to whom', async () => {
  const PolicyArn = await policy('reads', readObjects);
  const [UserName, GroupName, RoleName] = [unique('u'), unique('g'), unique('r')];
  await iam.createUser({ UserName });
  await iam.createGroup({ GroupName });
  await iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting(arn('root')) });
  await iam.attachUserPolicy({ UserName, PolicyArn });
  await iam.attachGroupPolicy({ GroupName, PolicyArn });
  await iam.attachRolePolicy({ RoleName, PolicyArn });
  await iam.attachRolePolicy({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' });
  expect((await iam.getPolicy({ PolicyArn })).Policy?.AttachmentCount).toBe(3);
  const attached = { PolicyArn, PolicyName: PolicyArn.split('/')[1] };
  expect((await iam.listAttachedUserPolicies({ UserName })).AttachedPolicies).toEqual([attached]);
  expect((await iam.listAttachedGroupPolicies({ GroupName })).AttachedPolicies).toEqual([attached]);
  expect((await iam.listAttachedRolePolicies({ RoleName })).AttachedPolicies).toHaveLength(2);
  expect(await iam.listEntitiesForPolicy({ PolicyArn })).toMatchObject({
    PolicyUsers: [{ UserName, UserId: expect.stringMatching(/^AIDA/) }],
    PolicyGroups: [{ GroupName, GroupId: expect.stringMatching(/^AGPA/) }],
    PolicyRoles: [{ RoleName, RoleId: expect.stringMatching(/^AROA/) }],
    IsTruncated: false,
  });
  expect((await refusal(iam.deletePolicy({ PolicyArn }))).name).toBe('DeleteConflictException');
  await iam.detachUserPolicy({ UserName, PolicyArn });
  await iam.detachGroupPolicy({ GroupName, PolicyArn });
  await iam.detachRolePolicy({ RoleName, PolicyArn });
  await iam.deletePolicy({ PolicyArn });
});

test('inline policies are put, read as they were written, listed and removed', async () => {
  const [UserName, GroupName, RoleName] = [unique('u'), unique('g'), unique('r')];
  await iam.createUser({ UserName });
  await iam.createGroup({ GroupName });
  await iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting(arn('root')) });
  const PolicyName = 'own';
  const PolicyDocument = `{ "Version": "2012-10-17",\n "Statement": ${JSON.stringify(readObjects)} }`;
  await iam.putUserPolicy({ UserName, PolicyName, PolicyDocument });
  await iam.putGroupPolicy({ GroupName, PolicyName, PolicyDocument });
  await iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument });
  const read = await iam.getUserPolicy({ UserName, PolicyName });
  expect({ ...read, PolicyDocument: decodeURIComponent(read.PolicyDocument ?? '') }).toMatchObject({
    UserName,
    PolicyName,
    PolicyDocument,
  });
  expect((await iam.getGroupPolicy({ GroupName, PolicyName })).PolicyDocument).toBe(read.PolicyDocument);
  expect((await iam.getRolePolicy({ RoleName, PolicyName })).PolicyDocument).toBe(read.PolicyDocument);
  expect((await iam.listUserPolicies({ UserName })).PolicyNames).toEqual([PolicyName]);
  await iam.deleteUserPolicy({ UserName, PolicyName });
  await iam.deleteGroupPolicy({ GroupName, PolicyName });
  await iam.deleteRolePolicy({ RoleName, PolicyName });
  expect((await iam.listRolePolicies({ RoleName })).PolicyNames).toEqual([]);
  expect((await refusal(iam.getUserPolicy({ UserName, PolicyName }))).name).toBe('NoSuchEntityException');
});

test('permissions boundaries of users and roles', async () => {
  const PermissionsBoundary = await policy('limit', readObjects);
  const [UserName, RoleName] = [unique('u'), unique('r')];
  const shown = { PermissionsBoundaryArn: PermissionsBoundary, PermissionsBoundaryType: 'PermissionsBoundaryPolicy' };
  await iam.createUser({ UserName, PermissionsBoundary });
  expect((await iam.getUser({ UserName })).User?.PermissionsBoundary).toEqual(shown);
  await iam.deleteUserPermissionsBoundary({ UserName });
  expect((await iam.getUser({ UserName })).User?.PermissionsBoundary).toBeUndefined();
  await iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting(arn('root')) });
  await iam.putRolePermissionsBoundary({ RoleName, PermissionsBoundary });
  expect((await iam.getRole({ RoleName })).Role?.PermissionsBoundary).toEqual(shown);
  expect((await iam.getPolicy({ PolicyArn: PermissionsBoundary })).Policy?.PermissionsBoundaryUsageCount).toBe(1);
  await iam.deleteRolePermissionsBoundary({ RoleName });
});

test('tags of users and policies', async () => {
  const UserName = unique('u');
  await iam.createUser({ UserName });
  const Tags = [
    { Key: 'cost', Value: '' },
    { Key: 'team', Value: 'blue + green = teal' },
  ];
  await iam.tagUser({ UserName, Tags });
  expect((await iam.listUserTags({ UserName })).Tags).toEqual(Tags);
  await iam.untagUser({ UserName, TagKeys: ['cost', 'unknown'] });
  expect((await iam.getUser({ UserName })).User?.Tags).toEqual([Tags[1]]);
  const PolicyArn = await policy('tagged', readObjects);
  await iam.tagPolicy({ PolicyArn, Tags });
  expect((await iam.listPolicyTags({ PolicyArn })).Tags).toEqual(Tags);
  await iam.untagPolicy({ PolicyArn, TagKeys: ['team'] });
  expect((await iam.getPolicy({ PolicyArn })).Policy?.Tags).toEqual([Tags[0]]);
});

test('an instance profile holds one role', async () => {
  const [InstanceProfileName, RoleName] = [unique('web'), unique('web')];
  await iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting(arn('root')) });
  await iam.createInstanceProfile({ InstanceProfileName });
  await iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName });
  expect((await refusal(iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName }))).name).toBe(
    'LimitExceededException',
  );
  const { InstanceProfile } = await iam.getInstanceProfile({ InstanceProfileName });
  expect(InstanceProfile).toMatchObject({
    InstanceProfileId: expect.stringMatching(/^AIPA/),
    Roles: [{ RoleName, Arn: arn(`role/${RoleName}`) }],
  });
  const { InstanceProfiles } = await iam.listInstanceProfilesForRole({ RoleName });
  expect(InstanceProfiles?.map((profile) => profile.InstanceProfileName)).toEqual([InstanceProfileName]);
  expect((await refusal(iam.deleteRole({ RoleName }))).name).toBe('DeleteConflictException');
  await iam.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName });
  await iam.deleteInstanceProfile({ InstanceProfileName });
  await iam.deleteRole({ RoleName });
});

test('the account has one alias, replaced by the next', async () => {
  const [first, second] = [unique('acme'), unique('acme')];
  await iam.createAccountAlias({ AccountAlias: first });
  expect((await iam.listAccountAliases({})).AccountAliases).toEqual([first]);
  await iam.createAccountAlias({ AccountAlias: second });
  expect((await iam.listAccountAliases({})).AccountAliases).toEqual([second]);
  await iam.deleteAccountAlias({ AccountAlias: second });
  expect((await iam.listAccountAliases({})).AccountAliases).toEqual([]);
});

test('STS tells who calls, and to whom a key belongs', async () => {
  const ada = await person(server.url, root, 'ada', statement('Allow', 'sts:GetAccessKeyInfo'));
  const { User } = await iam.getUser({ UserName: ada.name });
  expect(await ada.sts.getCallerIdentity({})).toMatchObject({
    Account: server.accountId,
    Arn: ada.arn,
    UserId: User?.UserId,
  });
  expect(await root.sts.getCallerIdentity({})).toMatchObject({ Arn: arn('root'), UserId: server.accountId });
  const { accessKeyId: AccessKeyId } = ada.credentials;
  expect((await ada.sts.getAccessKeyInfo({ AccessKeyId })).Account).toBe(server.accountId);
});
