import { describe, test } from '@jest/globals';
import { arns, created, event, given, ids } from '../directory.testing.js';
import { ListEntitiesForPolicy } from './list-entities-for-policy.js';

const PolicyArn = arns.readOnly;
const admins = { GroupName: 'Admins', GroupId: ids.admins };
const alice = { UserName: 'Alice', UserId: ids.alice };
const bob = { UserName: 'bob', UserId: ids.bob };
const deploy = { RoleName: 'Deploy', RoleId: ids.deploy };

/** Alice has it attached and as boundary, bob as boundary; a role and a group have it attached. */
const used = [
  created.alice,
  created.bob,
  created.admins,
  created.readers,
  created.deploy,
  created.audit,
  event('UserPolicyAttached', { id: ids.alice, policyArn: PolicyArn }),
  event('UserBoundaryPut', { id: ids.alice, boundary: PolicyArn }),
  event('UserBoundaryPut', { id: ids.bob, boundary: PolicyArn }),
  event('GroupPolicyAttached', { id: ids.admins, policyArn: PolicyArn }),
  event('RolePolicyAttached', { id: ids.deploy, policyArn: PolicyArn }),
  event('RolePolicyAttached', { id: ids.audit, policyArn: arns.billing }),
];
const nobody = { PolicyGroups: [], PolicyUsers: [], PolicyRoles: [], IsTruncated: false };

describe('ListEntitiesForPolicy', () => {
  test('shows everyone who uses the policy, once', () =>
    given(...used)
      .when(ListEntitiesForPolicy, { PolicyArn })
      .replies({ PolicyGroups: [admins], PolicyUsers: [alice, bob], PolicyRoles: [deploy], IsTruncated: false }));

  test.each([
    ['EntityFilter', { EntityFilter: 'User' as const }, { ...nobody, PolicyUsers: [alice, bob] }],
    ['EntityFilter of what has no policies', { EntityFilter: 'AWSManagedPolicy' as const }, nobody],
    ['PathPrefix', { PathPrefix: '/staff/' }, { ...nobody, PolicyUsers: [alice] }],
    [
      'PolicyUsageFilter',
      { PolicyUsageFilter: 'PermissionsPolicy' as const },
      { ...nobody, PolicyGroups: [admins], PolicyUsers: [alice], PolicyRoles: [deploy] },
    ],
    [
      'PolicyUsageFilter for boundaries',
      { PolicyUsageFilter: 'PermissionsBoundary' as const },
      { ...nobody, PolicyUsers: [alice, bob] },
    ],
  ])('%s', (_, input, output) =>
    given(...used)
      .when(ListEntitiesForPolicy, { PolicyArn, ...input })
      .replies(output),
  );

  test('pages go over all kinds', async () => {
    const Marker = 'User-policy:alice';
    await given(...used)
      .when(ListEntitiesForPolicy, { PolicyArn, MaxItems: 2 })
      .replies({ ...nobody, PolicyGroups: [admins], PolicyUsers: [alice], IsTruncated: true, Marker });
    await given(...used)
      .when(ListEntitiesForPolicy, { PolicyArn, MaxItems: 2, Marker })
      .replies({ ...nobody, PolicyUsers: [bob], PolicyRoles: [deploy] });
  });

  test('of nothing is refused', () =>
    given()
      .when(ListEntitiesForPolicy, { PolicyArn: arns.policy })
      .fails('NoSuchEntity', `Policy ${arns.policy} does not exist or is not attachable.`));
});
