import { iam } from '@muniment/aws-model';
import {
  anyCase,
  attachedListing,
  attaching,
  boundaryDelete,
  boundaryPut,
  type Call,
  checkedTags,
  detaching,
  encodeDocument,
  fold,
  type Holder,
  inlineDelete,
  inlineGet,
  inlineListing,
  inlinePut,
  listing,
  page,
  query,
  resourceTags,
  type Sources,
  tagging,
  tagListing,
  untagging,
} from '@muniment/kernel';
import { arn } from '../arn.js';
import { usableAsBoundary } from '../boundary.js';
import { creatingWithTags } from '../creating-with-tags.js';
import { type Directory, directory } from '../directory.js';
import { attachableTo } from '../managed-policy/attachable.js';
import { rolesLastUsed } from '../other-contexts.js';
import { checkInline } from '../policy-document.js';
import { quotas, within } from '../quotas.js';
import { boundaryOnWire } from '../user/user.operations.js';
import { type Role, roles } from './role.js';
import { shownTrust, storedTrust, trustedIds } from './trust.js';

const missing = (name: string): string => `The role with name ${name} cannot be found.`;

/** What is asked about one role: its ARN, its tags, its boundary. */
const askFor = (call: Call, name: string, role: Role | undefined) => ({
  resource: arn.role(call, role?.path ?? '/', role?.roleName ?? name),
  context: { ...resourceTags(role?.tags), 'iam:PermissionsBoundary': role?.boundary },
});

export const roleHolder: Holder<Directory, Role, 'RoleName'> = {
  aggregate: directory,
  noun: 'Role',
  input: 'RoleName',
  model: roles,
  table: (account) => account.roles,
  key: fold,
  ask: askFor,
  missing,
};

/** A stored role with its trust policy as it is answered. */
export const shownRole = async (row: Role, from: Sources, call: Call): Promise<Role> => ({
  ...row,
  trust: await shownTrust(row.trust, from, call),
});

/** Lists and instance profiles leave tags, boundary and last use out. Takes a shown role. */
export const roleInList = (row: Role, call: Call): iam.Role => ({
  Path: row.path,
  RoleName: row.roleName,
  RoleId: row.roleId,
  Arn: arn.role(call, row.path, row.roleName),
  CreateDate: new Date(row.createdAt),
  AssumeRolePolicyDocument: encodeDocument(row.trust),
  ...(row.description === undefined ? {} : { Description: row.description }),
  MaxSessionDuration: row.maxSessionSeconds,
});

export const roleOnWire = (row: Role, call: Call): iam.Role => ({
  ...roleInList(row, call),
  ...boundaryOnWire(row.boundary),
  ...(row.tags.length > 0 ? { Tags: [...row.tags] } : {}),
});

/** AWS's default, for CreateRole and UpdateRole alike (API reference, `MaxSessionDuration`). */
const oneHour = 3600;

export const CreateRole = directory.command(iam.CreateRole, {
  gather: ({ AssumeRolePolicyDocument }, _, from, call) => trustedIds(AssumeRolePolicyDocument, from, call),
  authorize: ({ RoleName, Path = '/', PermissionsBoundary, Tags }, _, call) =>
    creatingWithTags(
      { resource: arn.role(call, Path, RoleName), context: { 'iam:PermissionsBoundary': PermissionsBoundary } },
      'iam:TagRole',
      Tags,
    ),
  decide(input, account, call, ids) {
    const { RoleName, Path = '/', PermissionsBoundary: boundary, Tags = [], Description: description } = input;
    if (account.roles.keyed(fold(RoleName))) {
      call.fault('EntityAlreadyExists', `Role with name ${RoleName} already exists.`);
    }
    // Such roles are bound by no service control policy: only services may make them.
    if (Path.startsWith('/aws-service-role/')) {
      call.fault('InvalidInput', "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles");
    }
    const trust = storedTrust(input.AssumeRolePolicyDocument, ids, call);
    if (boundary !== undefined) usableAsBoundary(account, boundary, call);
    within('RolesPerAccount', account.roles.size + 1, call);
    return {
      type: 'RoleCreated',
      data: {
        roleId: call.id('AROA'),
        roleName: RoleName,
        path: Path,
        trust,
        maxSessionSeconds: input.MaxSessionDuration ?? oneHour,
        tags: checkedTags(Tags, [], anyCase, call),
        ...(description === undefined ? {} : { description }),
        ...(boundary === undefined ? {} : { boundary }),
      },
    };
  },
  reply: ({ RoleName, AssumeRolePolicyDocument: trust }, account, call) => ({
    Role: roleOnWire({ ...(account.roles.keyed(fold(RoleName)) as Role), trust }, call),
  }),
});

const dayInMilliseconds = 24 * 60 * 60 * 1000;
/** How long a use is remembered (requirements-2 section 4). */
const trackedDays = 400;

/** Empty, but there, for a role that was not used within the tracking period (requirements-2 section 4). */
export function lastUsedOnWire(used: { at: string; region: string } | undefined, { now }: Call): iam.RoleLastUsed {
  if (!used || now.getTime() - Date.parse(used.at) > trackedDays * dayInMilliseconds) return {};
  return { LastUsedDate: new Date(used.at), Region: used.region };
}

export const GetRole = query(iam.GetRole, {
  async gather({ RoleName }, from, call) {
    const row = await from.find(roles, fold(RoleName));
    if (!row) return { role: undefined, used: undefined };
    return { role: await shownRole(row, from, call), used: await from.findById(rolesLastUsed, row.roleId) };
  },
  authorize: ({ RoleName }, { role }, call) => askFor(call, RoleName, role),
  decide: ({ RoleName }, { role, used }, call) => ({
    role: role ?? call.fault('NoSuchEntity', missing(RoleName)),
    used,
  }),
  reply: ({ role, used }, _, call) => ({
    Role: { ...roleOnWire(role, call), RoleLastUsed: lastUsedOnWire(used, call) },
  }),
});

export const ListRoles = query(iam.ListRoles, {
  async gather(input, from, call) {
    const { PathPrefix = '/' } = input;
    const read = (part: { after?: string; limit?: number }) => from.list(roles, part);
    const { rows, next } = await page(input, roles.key, read, ({ path }) => path.startsWith(PathPrefix));
    return { rows: await Promise.all(rows.map((row) => shownRole(row, from, call))), next };
  },
  authorize: ({ PathPrefix = '/' }, _, call) => ({ resource: arn.role(call, PathPrefix, '') }),
  reply: (listed, _, call) => listing(iam.ListRoles, listed, (row) => roleInList(row, call)),
});

export const UpdateRole = directory.command(iam.UpdateRole, {
  authorize: ({ RoleName }, account, call) => askFor(call, RoleName, account.roles.keyed(fold(RoleName))),
  decide({ RoleName, Description: description, MaxSessionDuration = oneHour }, account, call) {
    const { roleId } = account.roles.keyed(fold(RoleName)) ?? call.fault('NoSuchEntity', missing(RoleName));
    const changes = { maxSessionSeconds: MaxSessionDuration, ...(description === undefined ? {} : { description }) };
    return { type: 'RoleUpdated', data: { roleId, ...changes } };
  },
});

export const UpdateRoleDescription = directory.command(iam.UpdateRoleDescription, {
  gather: ({ RoleName }, account, from, call) =>
    shownTrust(account.roles.keyed(fold(RoleName))?.trust ?? '', from, call),
  gathersBy: ({ RoleName }, account) => account.roles.keyed(fold(RoleName))?.trust,
  authorize: ({ RoleName }, account, call) => askFor(call, RoleName, account.roles.keyed(fold(RoleName))),
  decide({ RoleName, Description: description }, account, call) {
    const { roleId } = account.roles.keyed(fold(RoleName)) ?? call.fault('NoSuchEntity', missing(RoleName));
    return { type: 'RoleUpdated', data: { roleId, description } };
  },
  reply: ({ RoleName }, account, call, trust: string) => ({
    Role: roleOnWire({ ...(account.roles.keyed(fold(RoleName)) as Role), trust }, call),
  }),
});

export const UpdateAssumeRolePolicy = directory.command(iam.UpdateAssumeRolePolicy, {
  gather: ({ PolicyDocument }, _, from, call) => trustedIds(PolicyDocument, from, call),
  authorize: ({ RoleName }, account, call) => askFor(call, RoleName, account.roles.keyed(fold(RoleName))),
  decide({ RoleName, PolicyDocument }, account, call, ids) {
    const { roleId } = account.roles.keyed(fold(RoleName)) ?? call.fault('NoSuchEntity', missing(RoleName));
    return { type: 'RoleTrustChanged', data: { roleId, trust: storedTrust(PolicyDocument, ids, call) } };
  },
});

export const DeleteRole = directory.command(iam.DeleteRole, {
  authorize: ({ RoleName }, account, call) => askFor(call, RoleName, account.roles.keyed(fold(RoleName))),
  decide({ RoleName }, account, call) {
    const row = account.roles.keyed(fold(RoleName)) ?? call.fault('NoSuchEntity', missing(RoleName));
    const conflict = (what: string) => call.fault('DeleteConflict', `Cannot delete entity, must ${what} first.`);
    const { roleId } = row;
    if (account.instanceProfiles.indexed('role', roleId).length > 0) conflict('remove roles from instance profile');
    if (row.attached.length > 0) conflict('detach all policies');
    if (Object.keys(row.inline).length > 0) conflict('delete policies');
    return { type: 'RoleDeleted', data: { roleId } };
  },
});

export const TagRole = tagging(roleHolder, anyCase, iam.TagRole);
export const UntagRole = untagging(roleHolder, iam.UntagRole);
export const ListRoleTags = tagListing(roleHolder, iam.ListRoleTags);

export const PutRolePolicy = inlinePut(roleHolder, checkInline('role', 'RolePolicySize'), iam.PutRolePolicy);
export const DeleteRolePolicy = inlineDelete(roleHolder, iam.DeleteRolePolicy);
export const GetRolePolicy = inlineGet(roleHolder, iam.GetRolePolicy);
export const ListRolePolicies = inlineListing(roleHolder, iam.ListRolePolicies);

const rules = {
  attachable: attachableTo('Role'),
  quota: { name: 'PoliciesPerRole', limit: quotas.AttachedPoliciesPerRole },
};
export const AttachRolePolicy = attaching(roleHolder, rules, iam.AttachRolePolicy);
export const DetachRolePolicy = detaching(roleHolder, iam.DetachRolePolicy);
export const ListAttachedRolePolicies = attachedListing(roleHolder, iam.ListAttachedRolePolicies);

export const PutRolePermissionsBoundary = boundaryPut(roleHolder, usableAsBoundary, iam.PutRolePermissionsBoundary);
export const DeleteRolePermissionsBoundary = boundaryDelete(roleHolder, iam.DeleteRolePermissionsBoundary);
