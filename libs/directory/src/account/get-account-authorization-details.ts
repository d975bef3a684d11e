import { iam } from '@muniment/aws-model';
import {
  type Call,
  encodeDocument,
  type Page,
  policyName,
  query,
  type ReadModel,
  type Sources,
  sliceOf,
} from '@muniment/kernel';
import { arn } from '../arn.js';
import { type Group, groups } from '../group/group.js';
import { profileOnWire } from '../instance-profile/instance-profile.operations.js';
import { instanceProfiles } from '../instance-profile/instance-profile.js';
import {
  type AnyPolicy,
  allOfAws,
  ofCustomer,
  policyKey,
  usageOf,
  usageOfAll,
  versionOf,
} from '../managed-policy/lookup.js';
import { managedPolicies } from '../managed-policy/managed-policy.js';
import { policyOnWire, versionOnWire } from '../managed-policy/policy-on-wire.js';
import { type Kind, mixedPage, pagedOnWire } from '../mixed-listing.js';
import { rolesLastUsed } from '../other-contexts.js';
import { lastUsedOnWire, roleOnWire, shownRole } from '../role/role.operations.js';
import { type Role, roles } from '../role/role.js';
import { userOnWire } from '../user/user.operations.js';
import { type User, users } from '../user/user.js';

const inlineOnWire = (inline: Readonly<Record<string, string>>): iam.PolicyDetail[] =>
  Object.entries(inline).map(([name, document]) => ({ PolicyName: name, PolicyDocument: encodeDocument(document) }));

const attachedOnWire = (attached: readonly string[]): iam.AttachedPolicy[] =>
  attached.map((policyArn) => ({ PolicyName: policyName(policyArn), PolicyArn: policyArn }));

async function userDetail(row: User, from: Sources, call: Call): Promise<iam.UserDetail> {
  const joined = await Promise.all(row.groups.map(async (groupId) => from.findById(groups, groupId)));
  return {
    ...userOnWire(row, call),
    Tags: [...row.tags],
    UserPolicyList: inlineOnWire(row.inline),
    GroupList: joined.flatMap((group) => (group ? [group.groupName] : [])),
    AttachedManagedPolicies: attachedOnWire(row.attached),
  };
}

const groupDetail = (row: Group, call: Call): iam.GroupDetail => ({
  Path: row.path,
  GroupName: row.groupName,
  GroupId: row.groupId,
  Arn: arn.group(call, row.path, row.groupName),
  CreateDate: new Date(row.createdAt),
  GroupPolicyList: inlineOnWire(row.inline),
  AttachedManagedPolicies: attachedOnWire(row.attached),
});

async function roleDetail(row: Role, from: Sources, call: Call): Promise<iam.RoleDetail> {
  const role = await shownRole(row, from, call);
  const profiles = await from.filed(instanceProfiles, 'role', row.roleId);
  // Unlike GetRole, these details have neither.
  const { Description: _, MaxSessionDuration: __, ...shown } = roleOnWire(role, call);
  return {
    ...shown,
    Tags: [...row.tags],
    InstanceProfileList: profiles.map((profile) => profileOnWire({ profile, role }, call)),
    RolePolicyList: inlineOnWire(row.inline),
    AttachedManagedPolicies: attachedOnWire(row.attached),
    RoleLastUsed: lastUsedOnWire(await from.findById(rolesLastUsed, row.roleId), call),
  };
}

/** Of AWS's policies the version in force: all versions of one alone may be 5 MB. */
async function policyDetail(policy: AnyPolicy, from: Sources): Promise<iam.ManagedPolicyDetail> {
  const { Tags: _, ...shown } = policyOnWire(policy, await usageOf(from, policy.policyArn));
  const newestFirst = policy.aws ? [policy.defaultVersionId] : [...policy.versionIds].reverse();
  const versions = await Promise.all(newestFirst.map((versionId) => versionOf(from, policy, versionId)));
  return {
    ...shown,
    PolicyVersionList: versions.flatMap((version) =>
      version ? [versionOnWire(version, policy.defaultVersionId)] : [],
    ),
  };
}

type AnyKind =
  | Kind<'User', User>
  | Kind<'Group', Group>
  | Kind<'Role', Role>
  | Kind<'LocalManagedPolicy' | 'AWSManagedPolicy', AnyPolicy>;

/** Everything there is, in AWS's order; of AWS's policies those that the account uses. */
async function kindsOf(from: Sources, call: Call): Promise<AnyKind[]> {
  const usage = await usageOfAll(from);
  const inUse = allOfAws(call).filter(({ policyArn }) => {
    const { attachments, boundaries } = usage(policyArn);
    return attachments > 0 || boundaries > 0;
  });
  const stored = <Name extends string, Row>(kind: Name, model: ReadModel<Row>): Kind<Name, Row> => ({
    kind,
    key: model.key,
    read: (part: Page) => from.list(model, part),
  });
  return [
    stored('User', users),
    stored('Group', groups),
    stored('Role', roles),
    {
      kind: 'LocalManagedPolicy',
      key: policyKey,
      read: async (part) => (await from.list(managedPolicies, part)).map((row) => ofCustomer(row, call)),
    },
    { kind: 'AWSManagedPolicy', key: policyKey, read: sliceOf(inUse, policyKey) },
  ];
}

export const GetAccountAuthorizationDetails = query(iam.GetAccountAuthorizationDetails, {
  async gather(input, from, call) {
    const { Filter = [] } = input;
    const kinds = (await kindsOf(from, call)).filter(({ kind }) => Filter.length === 0 || Filter.includes(kind));
    const { items, next } = await mixedPage(input, kinds, call);
    const details = { users: [], groups: [], roles: [], policies: [], next } as Details;
    for (const item of items) {
      switch (item.kind) {
        case 'User':
          details.users.push(await userDetail(item.row, from, call));
          break;
        case 'Group':
          details.groups.push(groupDetail(item.row, call));
          break;
        case 'Role':
          details.roles.push(await roleDetail(item.row, from, call));
          break;
        default:
          details.policies.push(await policyDetail(item.row, from));
      }
    }
    return details;
  },
  authorize: () => ({ resource: '*' }),
  reply: (details) => ({
    UserDetailList: details.users,
    GroupDetailList: details.groups,
    RoleDetailList: details.roles,
    Policies: details.policies,
    ...pagedOnWire(details),
  }),
});

interface Details {
  readonly users: iam.UserDetail[];
  readonly groups: iam.GroupDetail[];
  readonly roles: iam.RoleDetail[];
  readonly policies: iam.ManagedPolicyDetail[];
  readonly next: string | undefined;
}
