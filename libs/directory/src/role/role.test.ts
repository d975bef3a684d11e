import { describe, test } from '@jest/globals';
import { encodeDocument, readModel } from '@muniment/kernel';
import {
  account,
  allowAll,
  arns,
  created,
  ec2Trust,
  event,
  given,
  ids,
  noise,
  tags,
  trusting,
} from '../directory.testing.js';
import {
  CreateRole,
  DeleteRole,
  GetRole,
  ListRoles,
  UpdateAssumeRolePolicy,
  UpdateRole,
  UpdateRoleDescription,
} from './role.operations.js';

const at = new Date('2026-11-20T10:00:00.000Z');
const missing = 'The role with name Deploy cannot be found.';

const deployInList = {
  Path: '/service/',
  RoleName: 'Deploy',
  RoleId: ids.deploy,
  Arn: arns.deploy,
  CreateDate: at,
  AssumeRolePolicyDocument: encodeDocument(ec2Trust),
  MaxSessionDuration: 3600,
};
const auditInList = {
  Path: '/',
  RoleName: 'audit',
  RoleId: ids.audit,
  Arn: arns.audit,
  CreateDate: at,
  AssumeRolePolicyDocument: encodeDocument(ec2Trust),
  Description: 'Reads everything',
  MaxSessionDuration: 7200,
};
const boundaryOnWire = {
  PermissionsBoundaryType: 'PermissionsBoundaryPolicy' as const,
  PermissionsBoundaryArn: arns.readOnly,
};

const ofDeploy = {
  'aws:ResourceTag/Team': 'red',
  'iam:ResourceTag/Team': 'red',
  'iam:PermissionsBoundary': undefined,
};

describe('CreateRole', () => {
  const roleId = 'AROA00000000000000001';
  const plain = { RoleName: 'Build', AssumeRolePolicyDocument: ec2Trust };

  test('makes no role that looks like a service-linked one: those escape service control policies', () =>
    given()
      .when(CreateRole, { ...plain, Path: '/aws-service-role/ecs.amazonaws.com/' })
      .fails('InvalidInput', "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles"));

  test('makes a role with a unique id that can be assumed for an hour (requirements-2 section 4)', async () => {
    const data = { roleId, roleName: 'Build', path: '/', trust: ec2Trust, maxSessionSeconds: 3600, tags: [] };
    await given()
      .when(CreateRole, plain)
      .then([event('RoleCreated', data)]);
    await given()
      .when(CreateRole, plain)
      .replies({
        Role: {
          Path: '/',
          RoleName: 'Build',
          RoleId: roleId,
          Arn: `arn:aws:iam::${account}:role/Build`,
          CreateDate: at,
          AssumeRolePolicyDocument: encodeDocument(ec2Trust),
          MaxSessionDuration: 3600,
        },
      });
  });

  const full = {
    ...plain,
    Path: '/ci/',
    Description: 'Builds',
    MaxSessionDuration: 43200,
    PermissionsBoundary: arns.readOnly,
    Tags: tags,
  };

  test('takes path, description, session length, boundary and tags', async () => {
    await given()
      .when(CreateRole, full)
      .then([
        event('RoleCreated', {
          roleId,
          roleName: 'Build',
          path: '/ci/',
          trust: ec2Trust,
          description: 'Builds',
          maxSessionSeconds: 43200,
          boundary: arns.readOnly,
          tags,
        }),
      ]);
    await given()
      .when(CreateRole, full)
      .replies({
        Role: {
          Path: '/ci/',
          RoleName: 'Build',
          RoleId: roleId,
          Arn: `arn:aws:iam::${account}:role/ci/Build`,
          CreateDate: at,
          AssumeRolePolicyDocument: encodeDocument(ec2Trust),
          Description: 'Builds',
          MaxSessionDuration: 43200,
          PermissionsBoundary: boundaryOnWire,
          Tags: tags,
        },
      });
  });

  test('is asked about the role to be; with tags also whether it may be tagged', async () => {
    const resource = `arn:aws:iam::${account}:role/ci/Build`;
    const boundary = { 'iam:PermissionsBoundary': arns.readOnly };
    const context = {
      ...boundary,
      'aws:TagKeys': ['Team'],
      'aws:RequestTag/Team': 'red',
      'aws:ResourceTag/Team': 'red',
    };
    await given()
      .when(CreateRole, full)
      .asks([
        { action: 'iam:CreateRole', resource, context },
        { action: 'iam:TagRole', resource, context },
      ]);
    await given()
      .when(CreateRole, { ...full, Tags: [] })
      .asks([{ action: 'iam:CreateRole', resource, context: boundary }]);
  });

  test('a taken name is refused, whatever case and path (requirements-4 NAM-4, NAM-5)', () =>
    given(created.deploy)
      .when(CreateRole, { ...plain, RoleName: 'DEPLOY' })
      .fails('EntityAlreadyExists', 'Role with name DEPLOY already exists.'));

  test('a boundary must be there', () =>
    given()
      .when(CreateRole, { ...plain, PermissionsBoundary: arns.policy })
      .fails('NoSuchEntity', `Scope ARN: ${arns.policy} does not exist or is not attachable.`));

  test('1000 are the most (requirements-4 section 2.2)', () => {
    const data = (n: number) => ({ ...created.audit.data, roleId: `AROA${n}`, roleName: `r${n}` });
    return given(...noise(1000, (n) => event('RoleCreated', data(n))))
      .when(CreateRole, plain)
      .fails('LimitExceeded', 'Cannot exceed quota for RolesPerAccount: 1000');
  });
});

describe('GetRole', () => {
  test.each(['Deploy', 'DEPLOY'])('finds %s, in the spelling of creation (requirements-4 NAM-5)', (RoleName) =>
    given(created.deploy)
      .when(GetRole, { RoleName })
      .replies({ Role: { ...deployInList, Tags: tags, RoleLastUsed: {} } }),
  );

  test('shows the boundary', () =>
    given(created.audit, event('RoleBoundaryPut', { id: ids.audit, boundary: arns.readOnly }))
      .when(GetRole, { RoleName: 'audit' })
      .replies({ Role: { ...auditInList, PermissionsBoundary: boundaryOnWire, RoleLastUsed: {} } }));

  const lastUsed = readModel<{ roleId: string; at: string; region: string }>('roles-last-used', {
    id: (role) => role.roleId,
  });

  test.each([
    [
      '400 days ago',
      '2025-10-16T10:00:00.000Z',
      { LastUsedDate: new Date('2025-10-16T10:00:00.000Z'), Region: 'eu-west-1' },
    ],
    ['longer ago', '2025-10-16T09:59:59.999Z', {}],
  ])('shows the last use, %s (requirements-2 section 4)', (_, used, RoleLastUsed) =>
    given(created.audit)
      .with(lastUsed, [{ roleId: ids.audit, at: used, region: 'eu-west-1' }])
      .when(GetRole, { RoleName: 'audit' })
      .replies({ Role: { ...auditInList, RoleLastUsed } }),
  );

  test('of no role is refused', () => given().when(GetRole, { RoleName: 'Deploy' }).fails('NoSuchEntity', missing));
});

describe('ListRoles', () => {
  const both = [created.deploy, created.audit, event('RoleBoundaryPut', { id: ids.audit, boundary: arns.readOnly })];

  test('goes by name, without tags, boundary and last use', () =>
    given(...both)
      .when(ListRoles, {})
      .replies({ Roles: [auditInList, deployInList], IsTruncated: false }));

  test('goes page by page, under a path', async () => {
    await given(...both)
      .when(ListRoles, { MaxItems: 1 })
      .replies({ Roles: [auditInList], IsTruncated: true, Marker: 'audit' });
    await given(...both)
      .when(ListRoles, { MaxItems: 1, Marker: 'audit' })
      .replies({ Roles: [deployInList], IsTruncated: false });
    await given(...both)
      .when(ListRoles, { PathPrefix: '/service/' })
      .replies({ Roles: [deployInList], IsTruncated: false });
  });

  test('is asked about the path', () =>
    given(...both)
      .when(ListRoles, { PathPrefix: '/service/' })
      .asks([{ action: 'iam:ListRoles', resource: `arn:aws:iam::${account}:role/service/` }]));
});

describe('UpdateRole', () => {
  const updated = (changes: { description?: string; maxSessionSeconds?: number }) =>
    event('RoleUpdated', { roleId: ids.audit, ...changes });

  test('changes description and session length (requirements-2 section 4)', () =>
    given(created.audit)
      .when(UpdateRole, { RoleName: 'AUDIT', Description: 'Reads', MaxSessionDuration: 3700 })
      .then([updated({ description: 'Reads', maxSessionSeconds: 3700 })]));

  test('a session length that is not given becomes an hour (API reference of UpdateRole)', () =>
    given(created.audit)
      .when(UpdateRole, { RoleName: 'AUDIT', Description: 'Reads' })
      .then([updated({ description: 'Reads', maxSessionSeconds: 3600 })]));

  test('a description that is not given stays', () =>
    given(created.audit, updated({ maxSessionSeconds: 3600 }))
      .when(ListRoles, {})
      .replies({ Roles: [{ ...auditInList, MaxSessionDuration: 3600 }], IsTruncated: false }));

  test('answers nothing', () => given(created.audit).when(UpdateRole, { RoleName: 'AUDIT' }).replies({}));
});

describe('UpdateRoleDescription', () => {
  test('changes the description alone and answers the role', async () => {
    const input = { RoleName: 'AUDIT', Description: 'Reads' };
    await given(created.audit)
      .when(UpdateRoleDescription, input)
      .then([event('RoleUpdated', { roleId: ids.audit, description: 'Reads' })]);
    await given(created.audit)
      .when(UpdateRoleDescription, input)
      .replies({ Role: { ...auditInList, Description: 'Reads' } });
  });
});

describe('UpdateAssumeRolePolicy', () => {
  test('replaces the trust policy', () =>
    given(created.deploy)
      .when(UpdateAssumeRolePolicy, { RoleName: 'DEPLOY', PolicyDocument: trusting('*') })
      .then([event('RoleTrustChanged', { roleId: ids.deploy, trust: trusting('*') })]));
});

describe('DeleteRole', () => {
  const remove = { RoleName: 'DEPLOY' };

  test('deletes a role that has nothing left', () =>
    given(created.deploy, created.server)
      .when(DeleteRole, remove)
      .then([event('RoleDeleted', { roleId: ids.deploy })]));

  test.each([
    [
      'remove roles from instance profile',
      event('InstanceProfileRoleAdded', { instanceProfileId: ids.server, roleId: ids.deploy }),
    ],
    ['detach all policies', event('RolePolicyAttached', { id: ids.deploy, policyArn: arns.readOnly })],
    ['delete policies', event('RolePolicyPut', { id: ids.deploy, policyName: 'P', document: allowAll })],
  ])('conflict: must %s first (requirements-2 section 4)', (what, left) =>
    given(created.server, created.deploy, left)
      .when(DeleteRole, remove)
      .fails('DeleteConflict', `Cannot delete entity, must ${what} first.`),
  );
});

describe.each([
  ['GetRole', GetRole, {}],
  ['UpdateRole', UpdateRole, {}],
  ['UpdateRoleDescription', UpdateRoleDescription, { Description: 'x' }],
  ['UpdateAssumeRolePolicy', UpdateAssumeRolePolicy, { PolicyDocument: ec2Trust }],
  ['DeleteRole', DeleteRole, {}],
])('%s', (name, operation, more) => {
  const input = { RoleName: 'Deploy', ...more };

  test('is asked about the role, its tags and its boundary', () =>
    given(created.deploy)
      .when(operation, input)
      .asks([{ action: `iam:${name}`, resource: arns.deploy, context: ofDeploy }]));

  test('of no role is refused', () => given().when(operation, input).fails('NoSuchEntity', missing));
});
