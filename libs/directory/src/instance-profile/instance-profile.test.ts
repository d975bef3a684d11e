import { describe, test } from '@jest/globals';
import { encodeDocument } from '@muniment/kernel';
import { account, arns, created, ec2Trust, event, given, ids, noise, tags } from '../directory.testing.js';
import {
  AddRoleToInstanceProfile,
  CreateInstanceProfile,
  DeleteInstanceProfile,
  GetInstanceProfile,
  ListInstanceProfiles,
  ListInstanceProfilesForRole,
  RemoveRoleFromInstanceProfile,
} from './instance-profile.operations.js';

const at = new Date('2026-11-20T10:00:00.000Z');

const serverInList = {
  Path: '/web/',
  InstanceProfileName: 'Server',
  InstanceProfileId: ids.server,
  Arn: arns.server,
  CreateDate: at,
  Roles: [],
};
const role = {
  Path: '/service/',
  RoleName: 'Deploy',
  RoleId: ids.deploy,
  Arn: arns.deploy,
  CreateDate: at,
  AssumeRolePolicyDocument: encodeDocument(ec2Trust),
  MaxSessionDuration: 3600,
};

const noProfile = 'Instance Profile Server cannot be found.';
const noRole = 'The role with name Deploy cannot be found.';

const added = (roleId: string) => event('InstanceProfileRoleAdded', { instanceProfileId: ids.server, roleId });
const removed = (roleId: string) => event('InstanceProfileRoleRemoved', { instanceProfileId: ids.server, roleId });
const named = (n: string) =>
  event('InstanceProfileCreated', { instanceProfileId: `AIPA${n}`, instanceProfileName: n, path: '/', tags: [] });

const ofServer = { 'aws:ResourceTag/Team': 'red', 'iam:ResourceTag/Team': 'red' };

describe('CreateInstanceProfile', () => {
  const instanceProfileId = 'AIPA00000000000000001';
  const input = { InstanceProfileName: 'Batch', Path: '/web/', Tags: tags };
  const Arn = `arn:aws:iam::${account}:instance-profile/web/Batch`;

  test('makes an empty profile with a unique id (requirements-4 UID-1)', async () => {
    const data = { instanceProfileId, instanceProfileName: 'Batch', path: '/web/', tags };
    await given()
      .when(CreateInstanceProfile, input)
      .then([event('InstanceProfileCreated', data)]);
    await given()
      .when(CreateInstanceProfile, input)
      .replies({
        InstanceProfile: {
          Path: '/web/',
          InstanceProfileName: 'Batch',
          InstanceProfileId: instanceProfileId,
          Arn,
          CreateDate: at,
          Roles: [],
          Tags: tags,
        },
      });
  });

  test('is asked about the profile to be; with tags also whether it may be tagged', async () => {
    const context = { 'aws:TagKeys': ['Team'], 'aws:RequestTag/Team': 'red', 'aws:ResourceTag/Team': 'red' };
    await given()
      .when(CreateInstanceProfile, input)
      .asks([
        { action: 'iam:CreateInstanceProfile', resource: Arn, context },
        { action: 'iam:TagInstanceProfile', resource: Arn, context },
      ]);
    await given()
      .when(CreateInstanceProfile, { InstanceProfileName: 'Batch', Path: '/web/' })
      .asks([{ action: 'iam:CreateInstanceProfile', resource: Arn, context: {} }]);
  });

  test('a taken name is refused, whatever its case (requirements-4 NAM-5)', () =>
    given(created.server)
      .when(CreateInstanceProfile, { InstanceProfileName: 'SERVER' })
      .fails('EntityAlreadyExists', 'Instance Profile SERVER already exists.'));

  test('1000 are the most (requirements-4 section 2.2)', () =>
    given(...noise(1000, (n) => named(`p${n}`)))
      .when(CreateInstanceProfile, { InstanceProfileName: 'one-more' })
      .fails('LimitExceeded', 'Cannot exceed quota for InstanceProfilesPerAccount: 1000'));

  test('tag keys are told apart by case (requirements-2 section 6)', () => {
    const both = [...tags, { Key: 'TEAM', Value: 'blue' }];
    return given()
      .when(CreateInstanceProfile, { InstanceProfileName: 'Batch', Tags: both })
      .then([
        event('InstanceProfileCreated', { instanceProfileId, instanceProfileName: 'Batch', path: '/', tags: both }),
      ]);
  });
});

describe('GetInstanceProfile', () => {
  test('shows the role as a whole', () =>
    given(created.deploy, created.server, added(ids.deploy))
      .when(GetInstanceProfile, { InstanceProfileName: 'SERVER' })
      .replies({ InstanceProfile: { ...serverInList, Roles: [role], Tags: tags } }));

  test('shows no role that was removed', () =>
    given(created.deploy, created.server, added(ids.deploy), removed(ids.deploy))
      .when(GetInstanceProfile, { InstanceProfileName: 'Server' })
      .replies({ InstanceProfile: { ...serverInList, Tags: tags } }));
});

describe('lists of instance profiles', () => {
  const batch = {
    Path: '/',
    InstanceProfileName: 'batch',
    InstanceProfileId: 'AIPAbatch',
    Arn: `arn:aws:iam::${account}:instance-profile/batch`,
    CreateDate: at,
    Roles: [role],
  };
  const batchAdded = event('InstanceProfileRoleAdded', { instanceProfileId: 'AIPAbatch', roleId: ids.deploy });
  const two = [created.deploy, created.server, named('batch'), batchAdded];

  test('go by name, with roles, without tags, page by page, under a path', async () => {
    await given(...two)
      .when(ListInstanceProfiles, {})
      .replies({ InstanceProfiles: [batch, serverInList], IsTruncated: false });
    await given(...two)
      .when(ListInstanceProfiles, { MaxItems: 1 })
      .replies({ InstanceProfiles: [batch], IsTruncated: true, Marker: 'batch' });
    await given(...two)
      .when(ListInstanceProfiles, { MaxItems: 1, Marker: 'batch' })
      .replies({ InstanceProfiles: [serverInList], IsTruncated: false });
    await given(...two)
      .when(ListInstanceProfiles, { PathPrefix: '/web/' })
      .replies({ InstanceProfiles: [serverInList], IsTruncated: false });
  });

  test('of a role: one role may be in many (requirements-2 section 2)', async () => {
    const both = [created.deploy, created.audit, created.server, named('batch'), batchAdded, added(ids.deploy)];
    const server = { ...serverInList, Roles: [role] };
    await given(...both)
      .when(ListInstanceProfilesForRole, { RoleName: 'DEPLOY' })
      .replies({ InstanceProfiles: [batch, server], IsTruncated: false });
    await given(...both)
      .when(ListInstanceProfilesForRole, { RoleName: 'Deploy', MaxItems: 1 })
      .replies({ InstanceProfiles: [batch], IsTruncated: true, Marker: 'batch' });
    await given(...both)
      .when(ListInstanceProfilesForRole, { RoleName: 'Deploy', MaxItems: 1, Marker: 'batch' })
      .replies({ InstanceProfiles: [server], IsTruncated: false });
    await given(...both)
      .when(ListInstanceProfilesForRole, { RoleName: 'audit' })
      .replies({ InstanceProfiles: [], IsTruncated: false });
  });

  test('are asked about the path, or about the role', async () => {
    const resource = `arn:aws:iam::${account}:instance-profile/web/`;
    await given(...two)
      .when(ListInstanceProfiles, { PathPrefix: '/web/' })
      .asks([{ action: 'iam:ListInstanceProfiles', resource }]);
    const context = { ...ofServer, 'iam:PermissionsBoundary': undefined };
    await given(...two)
      .when(ListInstanceProfilesForRole, { RoleName: 'deploy' })
      .asks([{ action: 'iam:ListInstanceProfilesForRole', resource: arns.deploy, context }]);
  });

  test('of no role is refused', () =>
    given().when(ListInstanceProfilesForRole, { RoleName: 'Deploy' }).fails('NoSuchEntity', noRole));
});

describe('the role of an instance profile', () => {
  const names = { InstanceProfileName: 'SERVER', RoleName: 'DEPLOY' };
  const apart = [created.deploy, created.audit, created.server];

  test('is put in and taken out', async () => {
    await given(...apart)
      .when(AddRoleToInstanceProfile, names)
      .then([added(ids.deploy)]);
    await given(...apart, added(ids.deploy))
      .when(RemoveRoleFromInstanceProfile, names)
      .then([removed(ids.deploy)]);
    // To swap: remove the role, then add another (requirements-2 section 2).
    await given(...apart, added(ids.deploy), removed(ids.deploy))
      .when(AddRoleToInstanceProfile, { ...names, RoleName: 'audit' })
      .then([added(ids.audit)]);
  });

  test.each(['deploy', 'audit'])('is the only one: %s cannot be added to it (requirements-2 section 2)', (RoleName) =>
    given(...apart, added(ids.deploy))
      .when(AddRoleToInstanceProfile, { ...names, RoleName })
      .fails('LimitExceeded', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1'),
  );

  test('must be in to be taken out', () =>
    given(...apart, added(ids.audit))
      .when(RemoveRoleFromInstanceProfile, { InstanceProfileName: 'Server', RoleName: 'Deploy' })
      .fails('NoSuchEntity', noRole));

  test('may be put in by who may pass it to EC2, whatever its tags (requirements-2 section 1)', async () => {
    await given(...apart)
      .when(AddRoleToInstanceProfile, names)
      .asks([
        { action: 'iam:AddRoleToInstanceProfile', resource: arns.server, context: ofServer },
        {
          action: 'iam:PassRole',
          resource: arns.deploy,
          context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
        },
      ]);
    await given(...apart)
      .when(RemoveRoleFromInstanceProfile, names)
      .asks([{ action: 'iam:RemoveRoleFromInstanceProfile', resource: arns.server, context: ofServer }]);
  });
});

describe('DeleteInstanceProfile', () => {
  test('deletes an empty profile', () =>
    given(created.server)
      .when(DeleteInstanceProfile, { InstanceProfileName: 'SERVER' })
      .then([event('InstanceProfileDeleted', { instanceProfileId: ids.server })]));

  test('conflict: a role must be removed first (requirements-2 section 4)', () =>
    given(created.deploy, created.server, added(ids.deploy))
      .when(DeleteInstanceProfile, { InstanceProfileName: 'Server' })
      .fails('DeleteConflict', 'Cannot delete entity, must remove roles from instance profile first.'));
});

describe.each([
  ['GetInstanceProfile', GetInstanceProfile],
  ['DeleteInstanceProfile', DeleteInstanceProfile],
  ['AddRoleToInstanceProfile', AddRoleToInstanceProfile],
  ['RemoveRoleFromInstanceProfile', RemoveRoleFromInstanceProfile],
])('%s', (name, operation) => {
  const input = { InstanceProfileName: 'Server', RoleName: 'Deploy' };

  test('without a profile is refused', () =>
    given(created.deploy).when(operation, input).fails('NoSuchEntity', noProfile));

  if (!/Role/.test(name)) {
    test('is asked about the profile and its tags', () =>
      given(created.server)
        .when(operation, input)
        .asks([{ action: `iam:${name}`, resource: arns.server, context: ofServer }]));
    return;
  }
  test('without a role is refused', () => given(created.server).when(operation, input).fails('NoSuchEntity', noRole));
});
