import { describe, test } from '@jest/globals';
import { CreateOrganization, DeleteOrganization, DescribeOrganization, ListRoots } from './organization.operations.js';
import {
  acme,
  arn,
  backend,
  engineering,
  given,
  joined,
  management,
  member,
  organizationId,
  outsider,
  root,
  rootOf,
  unit,
} from './organization.testing.js';
import {
  CreateOrganizationalUnit,
  DeleteOrganizationalUnit,
  DescribeOrganizationalUnit,
  ListOrganizationalUnitsForParent,
  UpdateOrganizationalUnit,
} from './organizational-unit.operations.js';
import {
  DescribeAccount,
  LeaveOrganization,
  ListAccounts,
  ListAccountsForParent,
  ListChildren,
  ListParents,
  MoveAccount,
  RemoveAccountFromOrganization,
} from './member.operations.js';

const notInUse = ['AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.'] as const;
const notManager = ['AccessDeniedException', "You don't have permissions to access this resource."] as const;

describe('an organization', () => {
  test('is made by the account that manages it from then on; service control policies are enabled', async () => {
    const outcome = given().when(CreateOrganization, {});
    const created = { organizationId: 'o-0000000001', rootId: 'r-00000002', managementAccount: management };
    await outcome.then([
      {
        type: 'OrganizationCreated',
        data: { ...created, featureSet: 'ALL', enabled: ['SERVICE_CONTROL_POLICY'] },
      },
      {
        type: 'AccountJoinedOrganization',
        data: {
          accountId: management,
          organizationId: created.organizationId,
          parentId: created.rootId,
          name: management,
          method: 'INVITED',
          tags: [],
        },
      },
    ]);
    await outcome.asks([{ action: 'organizations:CreateOrganization', resource: '*', account: management }]);
    await outcome.replies({
      Organization: {
        Id: created.organizationId,
        Arn: `arn:aws:organizations::${management}:organization/o-0000000001`,
        FeatureSet: 'ALL',
        MasterAccountArn: `arn:aws:organizations::${management}:account/o-0000000001/${management}`,
        MasterAccountId: management,
        AvailablePolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }],
      },
    });
  });

  test('for billing only has no policies', () =>
    given()
      .when(CreateOrganization, { FeatureSet: 'CONSOLIDATED_BILLING' })
      .replies({
        Organization: {
          Id: 'o-0000000001',
          Arn: `arn:aws:organizations::${management}:organization/o-0000000001`,
          FeatureSet: 'CONSOLIDATED_BILLING',
          MasterAccountArn: `arn:aws:organizations::${management}:account/o-0000000001/${management}`,
          MasterAccountId: management,
          AvailablePolicyTypes: [],
        },
      }));

  test('an account is in one at most', () =>
    given(...acme)
      .when(CreateOrganization, {})
      .fails('AlreadyInOrganizationException', 'The AWS account is already a member of an organization.'));

  test('members may see it, strangers have none', async () => {
    const description = {
      Organization: {
        Id: organizationId,
        Arn: arn(`organization/${organizationId}`),
        FeatureSet: 'ALL' as const,
        MasterAccountArn: arn(`account/${organizationId}/${management}`),
        MasterAccountId: management,
        AvailablePolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY' as const, Status: 'ENABLED' as const }],
      },
    };
    await given(...acme)
      .as(rootOf(member))
      .when(DescribeOrganization, {})
      .replies(description);
    await given(...acme)
      .as(rootOf(outsider))
      .when(DescribeOrganization, {})
      .fails(...notInUse);
  });

  test('has one root', async () => {
    await given(...acme)
      .when(ListRoots, {})
      .replies({
        Roots: [
          {
            Id: root,
            Arn: arn(`root/${organizationId}/${root}`),
            Name: 'Root',
            PolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }],
          },
        ],
      });
    await given(...acme)
      .as(rootOf(member))
      .when(ListRoots, {})
      .fails(...notManager);
  });

  test('is deleted when only the management account is left, with all that is in it', async () => {
    await given(...acme)
      .when(DeleteOrganization, {})
      .fails('OrganizationNotEmptyException');
    const left = { type: 'AccountLeftOrganization', data: { accountId: member } } as const;
    const deleted = { type: 'OrganizationDeleted', data: { organizationId } } as const;
    await given(...acme, left)
      .when(DeleteOrganization, {})
      .then([deleted]);
    await given(...acme, left, deleted)
      .when(DescribeOrganization, {})
      .fails(...notInUse);
    // Units of the same name can be made in a new one: nothing of the old one is left.
    await given(...acme, left, deleted, ...acme.slice(3, 5))
      .when(CreateOrganizationalUnit, { ParentId: root, Name: 'Engineering' })
      .then([unit('ou-abcd-00000001', root, 'Engineering')]);
  });
});

describe('organizational units', () => {
  const onWire = (id: string, name: string) => ({ Id: id, Arn: arn(`ou/${organizationId}/${id}`), Name: name });

  test('are made in the root or in one another', async () => {
    const outcome = given(...acme).when(CreateOrganizationalUnit, { ParentId: engineering, Name: 'Frontend' });
    await outcome.then([unit('ou-abcd-00000001', engineering, 'Frontend')]);
    await outcome.replies({ OrganizationalUnit: onWire('ou-abcd-00000001', 'Frontend') });
    await outcome.asks([
      {
        action: 'organizations:CreateOrganizationalUnit',
        resource: arn(`ou/${organizationId}/${engineering}`),
        account: management,
        context: {},
      },
    ]);
  });

  test('tags need a permission of their own', () =>
    given(...acme)
      .when(CreateOrganizationalUnit, { ParentId: root, Name: 'Frontend', Tags: [{ Key: 'a', Value: 'b' }] })
      .asks(
        ['organizations:CreateOrganizationalUnit', 'organizations:TagResource'].map((action) => ({
          action,
          resource: arn(`root/${organizationId}/${root}`),
          account: management,
          context: { 'aws:RequestTag/a': 'b', 'aws:TagKeys': ['a'] },
        })),
      ));

  test('have names of their own among their siblings', async () => {
    const taken = ['DuplicateOrganizationalUnitException', 'An OU with the same name already exists.'] as const;
    await given(...acme)
      .when(CreateOrganizationalUnit, { ParentId: root, Name: 'Engineering' })
      .fails(...taken);
    await given(...acme)
      .when(CreateOrganizationalUnit, { ParentId: root, Name: 'Backend' })
      .then([unit('ou-abcd-00000001', root, 'Backend')]);
    await given(...acme)
      .when(UpdateOrganizationalUnit, { OrganizationalUnitId: backend, Name: 'Backend' })
      .fails(...taken);
    await given(...acme)
      .when(UpdateOrganizationalUnit, { OrganizationalUnitId: backend, Name: 'Engine room' })
      .replies({ OrganizationalUnit: onWire(backend, 'Engine room') });
  });

  test('stand at most five below the root', () => {
    const deep = ['a', 'b', 'c', 'd', 'e'].map((letter) => `ou-abcd-${letter.repeat(8)}`);
    const chain = deep.map((id, level) => unit(id, deep[level - 1] ?? root, id));
    return given(...acme, ...chain)
      .when(CreateOrganizationalUnit, { ParentId: deep[4] ?? '', Name: 'too deep' })
      .fails('ConstraintViolationException');
  });

  test('are deleted when they are empty', async () => {
    await given(...acme)
      .when(DeleteOrganizationalUnit, { OrganizationalUnitId: backend })
      .fails('OrganizationalUnitNotEmptyException');
    await given(...acme, { type: 'AccountMoved', data: { accountId: member, parentId: root } })
      .when(DeleteOrganizationalUnit, { OrganizationalUnitId: backend })
      .then([{ type: 'OrganizationalUnitDeleted', data: { unitId: backend } }]);
    await given(...acme)
      .when(DeleteOrganizationalUnit, { OrganizationalUnitId: root })
      .fails('OrganizationalUnitNotFoundException');
  });

  test('are described and listed, to the management account only', async () => {
    await given(...acme)
      .when(DescribeOrganizationalUnit, { OrganizationalUnitId: backend })
      .replies({ OrganizationalUnit: onWire(backend, 'Backend') });
    await given(...acme)
      .when(ListOrganizationalUnitsForParent, { ParentId: engineering })
      .replies({ OrganizationalUnits: [onWire(backend, 'Backend')] });
    await given(...acme)
      .when(ListOrganizationalUnitsForParent, { ParentId: 'ou-abcd-00000000' })
      .fails('ParentNotFoundException');
    await given(...acme)
      .as(rootOf(member))
      .when(DescribeOrganizationalUnit, { OrganizationalUnitId: backend })
      .fails(...notManager);
  });
});

describe('accounts of an organization', () => {
  const at = new Date('2026-11-20T10:00:00.000Z');
  const onWire = (accountId: string) => ({
    Id: accountId,
    Arn: arn(`account/${organizationId}/${accountId}`),
    Name: `account ${accountId.slice(0, 4)}`,
    Status: 'ACTIVE' as const,
    State: 'ACTIVE' as const,
    JoinedMethod: 'INVITED' as const,
    JoinedTimestamp: at,
  });

  test('are described and listed', async () => {
    await given(...acme)
      .when(ListAccounts, {})
      .replies({ Accounts: [onWire(management), onWire(member)] });
    await given(...acme)
      .when(ListAccounts, { MaxResults: 1 })
      .replies({ Accounts: [onWire(management)], NextToken: management });
    await given(...acme)
      .when(DescribeAccount, { AccountId: member })
      .replies({ Account: onWire(member) });
    await given(...acme)
      .when(DescribeAccount, { AccountId: outsider })
      .fails('AccountNotFoundException', "You specified an account that doesn't exist.");
    await given(...acme)
      .when(ListAccountsForParent, { ParentId: backend })
      .replies({ Accounts: [onWire(member)] });
  });

  test('parents and children', async () => {
    await given(...acme)
      .when(ListParents, { ChildId: member })
      .replies({ Parents: [{ Id: backend, Type: 'ORGANIZATIONAL_UNIT' }] });
    await given(...acme)
      .when(ListParents, { ChildId: engineering })
      .replies({ Parents: [{ Id: root, Type: 'ROOT' }] });
    await given(...acme)
      .when(ListParents, { ChildId: outsider })
      .fails('ChildNotFoundException');
    await given(...acme)
      .when(ListChildren, { ParentId: root, ChildType: 'ACCOUNT' })
      .replies({ Children: [{ Id: management, Type: 'ACCOUNT' }] });
    await given(...acme)
      .when(ListChildren, { ParentId: root, ChildType: 'ORGANIZATIONAL_UNIT' })
      .replies({ Children: [{ Id: engineering, Type: 'ORGANIZATIONAL_UNIT' }] });
  });

  test('move between units', async () => {
    const move = (SourceParentId: string, DestinationParentId: string, AccountId = member) =>
      given(...acme).when(MoveAccount, { AccountId, SourceParentId, DestinationParentId });
    await move(backend, engineering).then([
      { type: 'AccountMoved', data: { accountId: member, parentId: engineering } },
    ]);
    await move(backend, backend).fails('DuplicateAccountException');
    await move(engineering, root).fails('AccountNotFoundException');
    await move('ou-abcd-00000000', root).fails('SourceParentNotFoundException');
    await move(backend, 'ou-abcd-00000000').fails('DestinationParentNotFoundException');
    await move(root, backend, outsider).fails('AccountNotFoundException');
  });

  test('a move needs the permission on the account and on both units', () =>
    given(...acme)
      .when(MoveAccount, { AccountId: member, SourceParentId: backend, DestinationParentId: root })
      .asks(
        [
          `account/${organizationId}/${member}`,
          `ou/${organizationId}/${backend}`,
          `root/${organizationId}/${root}`,
        ].map((rest) => ({
          action: 'organizations:MoveAccount',
          resource: arn(rest),
          account: management,
          context: {},
        })),
      ));

  test('leave by themselves or are removed; the management account stays', async () => {
    const left = [{ type: 'AccountLeftOrganization' as const, data: { accountId: member } }];
    await given(...acme)
      .as(rootOf(member))
      .when(LeaveOrganization, {})
      .then(left);
    await given(...acme)
      .when(RemoveAccountFromOrganization, { AccountId: member })
      .then(left);
    await given(...acme)
      .as(rootOf(member))
      .when(RemoveAccountFromOrganization, { AccountId: member })
      .fails(...notManager);
    await given(...acme)
      .when(LeaveOrganization, {})
      .fails('MasterCannotLeaveOrganizationException');
    await given(...acme)
      .when(RemoveAccountFromOrganization, { AccountId: management })
      .fails('MasterCannotLeaveOrganizationException');
  });
});

test('organizations of one installation know nothing of each other', async () => {
  const foreign = { organizationId: 'o-foreign0001', rootId: 'r-wxyz', managementAccount: outsider };
  const both = given(
    ...acme,
    { type: 'OrganizationCreated', data: { ...foreign, featureSet: 'ALL', enabled: [] } },
    joined(outsider, foreign.rootId, { organizationId: foreign.organizationId }),
  );
  await both.as(rootOf(outsider)).when(DescribeAccount, { AccountId: member }).fails('AccountNotFoundException');
  await both
    .as(rootOf(outsider))
    .when(MoveAccount, { AccountId: member, SourceParentId: backend, DestinationParentId: foreign.rootId })
    .fails('AccountNotFoundException');
  await both
    .as(rootOf(outsider))
    .when(CreateOrganizationalUnit, { ParentId: root, Name: 'mine' })
    .fails('ParentNotFoundException');
  await both
    .when(MoveAccount, { AccountId: member, SourceParentId: backend, DestinationParentId: foreign.rootId })
    .fails('DestinationParentNotFoundException');
});
