import { describe, test } from '@jest/globals';
import { awsManagedPolicy } from '@muniment/aws-managed-policies';
import { encodeDocument, readModel } from '@muniment/kernel';
import { account, allowAll, arns, created, ec2Trust, event, given, ids, tags } from '../directory.testing.js';
import { GetAccountAuthorizationDetails } from './get-account-authorization-details.js';
import { GetAccountSummary } from './get-account-summary.js';

const at = new Date('2026-11-20T10:00:00.000Z');

describe('GetAccountSummary', () => {
  const accessKeys = readModel<{ accessKeyId: string; userId: string }>('access-keys', {
    id: ({ accessKeyId }) => accessKeyId,
    indexes: { user: ({ userId }) => [userId] },
  });

  const empty = {
    Users: 0,
    UsersQuota: 5000,
    Groups: 0,
    GroupsQuota: 300,
    ServerCertificates: 0,
    ServerCertificatesQuota: 20,
    UserPolicySizeQuota: 2048,
    GroupPolicySizeQuota: 5120,
    GroupsPerUserQuota: 10,
    SigningCertificatesPerUserQuota: 2,
    AccessKeysPerUserQuota: 2,
    MFADevices: 0,
    MFADevicesInUse: 0,
    AccountMFAEnabled: 0,
    AccountAccessKeysPresent: 0,
    AccountPasswordPresent: 0,
    AccountSigningCertificatesPresent: 0,
    AttachedPoliciesPerGroupQuota: 10,
    AttachedPoliciesPerRoleQuota: 10,
    AttachedPoliciesPerUserQuota: 10,
    Policies: 0,
    PoliciesQuota: 1500,
    PolicySizeQuota: 6144,
    PolicyVersionsInUse: 0,
    PolicyVersionsInUseQuota: 10000,
    VersionsPerPolicyQuota: 5,
    GlobalEndpointTokenVersion: 1,
    AssumeRolePolicySizeQuota: 2048,
    InstanceProfiles: 0,
    InstanceProfilesQuota: 1000,
    Providers: 0,
    RolePolicySizeQuota: 10240,
    Roles: 0,
    RolesQuota: 1000,
  };

  test('counts what there is and shows the quotas (requirements-4 LIM-13)', async () => {
    const call = given(created.alice, created.bob, created.admins, created.deploy, created.policy, created.server)
      .with(accessKeys, [{ accessKeyId: 'AKIA0000000000000001', userId: account }])
      .when(GetAccountSummary, {});
    const used = { Users: 2, Groups: 1, Roles: 1, Policies: 1, PolicyVersionsInUse: 1, InstanceProfiles: 1 };
    await call.replies({ SummaryMap: { ...empty, ...used, AccountAccessKeysPresent: 1 } });
    await call.asks([{ action: 'iam:GetAccountSummary', resource: '*' }]);
  });

  test('keys of users are no keys of the root user', () =>
    given(created.alice)
      .with(accessKeys, [{ accessKeyId: 'AKIA0000000000000001', userId: ids.alice }])
      .when(GetAccountSummary, {})
      .replies({ SummaryMap: { ...empty, Users: 1 } }));
});

describe('GetAccountAuthorizationDetails', () => {
  const lastUsed = readModel<{ roleId: string; at: string; region: string }>('roles-last-used', {
    id: ({ roleId }) => roleId,
  });
  const billing = awsManagedPolicy(arns.billing);
  const inline = [{ PolicyName: 'own', PolicyDocument: encodeDocument(allowAll) }];
  const attached = [{ PolicyName: 'Billing', PolicyArn: arns.billing }];

  const all = [
    created.alice,
    created.admins,
    created.deploy,
    created.server,
    created.policy,
    event('UserJoinedGroup', { userId: ids.alice, groupId: ids.admins }),
    event('UserPolicyPut', { id: ids.alice, policyName: 'own', document: allowAll }),
    event('UserBoundaryPut', { id: ids.alice, boundary: arns.policy }),
    event('GroupPolicyAttached', { id: ids.admins, policyArn: arns.billing }),
    event('RolePolicyPut', { id: ids.deploy, policyName: 'own', document: allowAll }),
    event('RolePolicyAttached', { id: ids.deploy, policyArn: arns.billing }),
    event('InstanceProfileRoleAdded', { instanceProfileId: ids.server, roleId: ids.deploy }),
  ];
  const uses = [{ roleId: ids.deploy, at: '2026-11-19T10:00:00.000Z', region: 'eu-west-1' }];

  const users = [
    {
      Path: '/staff/',
      UserName: 'Alice',
      UserId: ids.alice,
      Arn: arns.alice,
      CreateDate: at,
      PermissionsBoundary: {
        PermissionsBoundaryType: 'PermissionsBoundaryPolicy' as const,
        PermissionsBoundaryArn: arns.policy,
      },
      Tags: tags,
      UserPolicyList: inline,
      GroupList: ['Admins'],
      AttachedManagedPolicies: [],
    },
  ];
  const groups = [
    {
      Path: '/teams/',
      GroupName: 'Admins',
      GroupId: ids.admins,
      Arn: arns.admins,
      CreateDate: at,
      GroupPolicyList: [],
      AttachedManagedPolicies: attached,
    },
  ];
  const deploy = {
    Path: '/service/',
    RoleName: 'Deploy',
    RoleId: ids.deploy,
    Arn: arns.deploy,
    CreateDate: at,
    AssumeRolePolicyDocument: encodeDocument(ec2Trust),
  };
  const roles = [
    {
      ...deploy,
      Tags: tags,
      InstanceProfileList: [
        {
          Path: '/web/',
          InstanceProfileName: 'Server',
          InstanceProfileId: ids.server,
          Arn: arns.server,
          CreateDate: at,
          Roles: [{ ...deploy, MaxSessionDuration: 3600 }],
          Tags: tags,
        },
      ],
      RolePolicyList: inline,
      AttachedManagedPolicies: attached,
      RoleLastUsed: { LastUsedDate: new Date('2026-11-19T10:00:00.000Z'), Region: 'eu-west-1' },
    },
  ];
  const own = {
    PolicyName: 'Mine',
    PolicyId: ids.policy,
    Arn: arns.policy,
    Path: '/own/',
    DefaultVersionId: 'v1',
    AttachmentCount: 0,
    PermissionsBoundaryUsageCount: 1,
    IsAttachable: true,
    CreateDate: at,
    UpdateDate: at,
    PolicyVersionList: [
      { Document: encodeDocument(allowAll), VersionId: 'v1', IsDefaultVersion: true, CreateDate: at },
    ],
  };
  const ofAws = {
    PolicyName: 'Billing',
    PolicyId: billing?.policyId,
    Arn: arns.billing,
    Path: '/job-function/',
    DefaultVersionId: billing?.defaultVersionId,
    AttachmentCount: 2,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: new Date(billing?.createdAt ?? ''),
    UpdateDate: new Date(billing?.updatedAt ?? ''),
    PolicyVersionList: [
      {
        Document: encodeDocument(billing?.document ?? ''),
        VersionId: billing?.defaultVersionId,
        IsDefaultVersion: true,
        CreateDate: new Date(billing?.updatedAt ?? ''),
      },
    ],
  };
  const nothing = { UserDetailList: [], GroupDetailList: [], RoleDetailList: [], Policies: [], IsTruncated: false };

  test('shows everything there is, of AWS’s policies those in use (requirements-3, seed line 50871)', () =>
    given(...all)
      .with(lastUsed, uses)
      .when(GetAccountAuthorizationDetails, {})
      .replies({
        UserDetailList: users,
        GroupDetailList: groups,
        RoleDetailList: roles,
        Policies: [own, ofAws],
        IsTruncated: false,
      }));

  test('Filter picks kinds', async () => {
    await given(...all)
      .with(lastUsed, uses)
      .when(GetAccountAuthorizationDetails, { Filter: ['Group', 'AWSManagedPolicy'] })
      .replies({ ...nothing, GroupDetailList: groups, Policies: [ofAws] });
    await given(...all)
      .with(lastUsed, uses)
      .when(GetAccountAuthorizationDetails, { Filter: ['LocalManagedPolicy'] })
      .replies({ ...nothing, Policies: [own] });
  });

  test('pages go over all kinds', async () => {
    const first = { ...nothing, UserDetailList: users, GroupDetailList: groups, IsTruncated: true };
    await given(...all)
      .when(GetAccountAuthorizationDetails, { MaxItems: 2 })
      .replies({ ...first, Marker: 'Group:admins' });
    const second = { ...nothing, RoleDetailList: roles, Policies: [own], IsTruncated: true };
    await given(...all)
      .with(lastUsed, uses)
      .when(GetAccountAuthorizationDetails, { MaxItems: 2, Marker: 'Group:admins' })
      .replies({ ...second, Marker: 'LocalManagedPolicy:mine' });
    await given(...all)
      .when(GetAccountAuthorizationDetails, { MaxItems: 2, Marker: 'LocalManagedPolicy:mine' })
      .replies({ ...nothing, Policies: [ofAws] });
  });

  test('an empty account has nothing to show', () => given().when(GetAccountAuthorizationDetails, {}).replies(nothing));
});
