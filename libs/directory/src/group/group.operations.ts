import { iam } from '@muniment/aws-model';
import {
  attachedListing,
  attaching,
  type Call,
  detaching,
  fold,
  type Holder,
  inlineDelete,
  inlineGet,
  inlineListing,
  inlinePut,
  list,
  listing,
  page,
  query,
  sliceOf,
} from '@muniment/kernel';
import { arn } from '../arn.js';
import { type Directory, directory } from '../directory.js';
import { attachableTo } from '../managed-policy/attachable.js';
import { checkInline } from '../policy-document.js';
import { quotas, within } from '../quotas.js';
import { userHolder, userInList } from '../user/user.operations.js';
import { users } from '../user/user.js';
import { type Group, groups } from './group.js';

const missing = (name: string): string => `The group with name ${name} cannot be found.`;
const taken = (name: string): string => `Group with name ${name} already exists.`;

/** Groups have neither tags nor a boundary: only the ARN is asked about. */
const askFor = (call: Call, name: string, group: Group | undefined) => ({
  resource: arn.group(call, group?.path ?? '/', group?.groupName ?? name),
});

const group: Holder<Directory, Group, 'GroupName'> = {
  aggregate: directory,
  noun: 'Group',
  input: 'GroupName',
  model: groups,
  table: (account) => account.groups,
  key: fold,
  ask: askFor,
  missing,
};

export const groupOnWire = (row: Group, call: Call): iam.Group => ({
  Path: row.path,
  GroupName: row.groupName,
  GroupId: row.groupId,
  Arn: arn.group(call, row.path, row.groupName),
  CreateDate: new Date(row.createdAt),
});

export const CreateGroup = directory.command(iam.CreateGroup, {
  authorize: ({ GroupName, Path = '/' }, _, call) => ({ resource: arn.group(call, Path, GroupName) }),
  decide({ GroupName, Path = '/' }, account, call) {
    if (account.groups.keyed(fold(GroupName))) call.fault('EntityAlreadyExists', taken(GroupName));
    within('GroupsPerAccount', account.groups.size + 1, call);
    return { type: 'GroupCreated', data: { groupId: call.id('AGPA'), groupName: GroupName, path: Path } };
  },
  reply: ({ GroupName }, account, call) => ({
    Group: groupOnWire(account.groups.keyed(fold(GroupName)) as Group, call),
  }),
});

export const GetGroup = query(iam.GetGroup, {
  async gather(input, from) {
    const row = await from.find(groups, fold(input.GroupName));
    if (!row) return { row, members: { rows: [], next: undefined } };
    return { row, members: await page(input, users.key, (part) => from.filed(users, 'group', row.groupId, part)) };
  },
  authorize: ({ GroupName }, { row }, call) => askFor(call, GroupName, row),
  decide: ({ GroupName }, { row, members }, call) => ({
    row: row ?? call.fault('NoSuchEntity', missing(GroupName)),
    members,
  }),
  reply: ({ row, members }, _, call) => ({
    ...listing(iam.GetGroup, members, (member) => userInList(member, call)),
    Group: groupOnWire(row, call),
  }),
});

export const ListGroups = list(iam.ListGroups, groups, {
  authorize: ({ PathPrefix = '/' }, call) => ({ resource: arn.group(call, PathPrefix, '') }),
  keep: ({ path }, { PathPrefix = '/' }) => path.startsWith(PathPrefix),
  item: groupOnWire,
});

export const ListGroupsForUser = query(iam.ListGroupsForUser, {
  async gather(input, from) {
    const user = await from.find(users, fold(input.UserName));
    const found = await Promise.all((user?.groups ?? []).map(async (id) => from.findById(groups, id)));
    const rows = found.filter((row) => row !== undefined).sort((a, b) => (groups.key(a) < groups.key(b) ? -1 : 1));
    return { user, listed: await page(input, groups.key, sliceOf(rows, groups.key)) };
  },
  authorize: ({ UserName }, { user }, call) => userHolder.ask(call, UserName, user),
  decide: ({ UserName }, { user, listed }, call) =>
    user ? listed : call.fault('NoSuchEntity', userHolder.missing(UserName)),
  reply: (listed, _, call) => listing(iam.ListGroupsForUser, listed, (row) => groupOnWire(row, call)),
});

export const UpdateGroup = directory.command(iam.UpdateGroup, {
  // A rename needs the permission on both ARNs, as a user's does (requirements-2 section 30).
  authorize({ GroupName, NewGroupName, NewPath }, account, call) {
    const row = account.groups.keyed(fold(GroupName));
    const ask = askFor(call, GroupName, row);
    const renamed = arn.group(call, NewPath ?? row?.path ?? '/', NewGroupName ?? row?.groupName ?? GroupName);
    return [ask, renamed !== ask.resource && { resource: renamed }];
  },
  decide({ GroupName, NewGroupName, NewPath }, account, call) {
    const row = account.groups.keyed(fold(GroupName)) ?? call.fault('NoSuchEntity', missing(GroupName));
    const groupName = NewGroupName ?? row.groupName;
    const other = account.groups.keyed(fold(groupName));
    if (other && other.groupId !== row.groupId) call.fault('EntityAlreadyExists', taken(groupName));
    return { type: 'GroupRenamed', data: { groupId: row.groupId, groupName, path: NewPath ?? row.path } };
  },
});

export const DeleteGroup = directory.command(iam.DeleteGroup, {
  authorize: ({ GroupName }, account, call) => askFor(call, GroupName, account.groups.keyed(fold(GroupName))),
  decide({ GroupName }, account, call) {
    const row = account.groups.keyed(fold(GroupName)) ?? call.fault('NoSuchEntity', missing(GroupName));
    const conflict = (what: string) => call.fault('DeleteConflict', `Cannot delete entity, must ${what} first.`);
    if (account.users.indexed('group', row.groupId).length > 0) conflict('remove users from group');
    if (row.attached.length > 0) conflict('detach all policies');
    if (Object.keys(row.inline).length > 0) conflict('delete policies');
    return { type: 'GroupDeleted', data: { groupId: row.groupId } };
  },
});

/** The group and the user that a change of membership names, or AWS's refusal. */
function membership(
  { GroupName, UserName }: { GroupName: string; UserName: string },
  account: Directory,
  call: Call<'NoSuchEntity'>,
) {
  const joined = account.groups.keyed(fold(GroupName)) ?? call.fault('NoSuchEntity', missing(GroupName));
  const member = account.users.keyed(fold(UserName)) ?? call.fault('NoSuchEntity', userHolder.missing(UserName));
  const ids = { userId: member.userId, groupId: joined.groupId };
  return { ids, count: member.groups.length, isMember: member.groups.includes(joined.groupId) };
}

export const AddUserToGroup = directory.command(iam.AddUserToGroup, {
  authorize: ({ GroupName }, account, call) => askFor(call, GroupName, account.groups.keyed(fold(GroupName))),
  decide(input, account, call) {
    const { ids, count, isMember } = membership(input, account, call);
    if (isMember) return [];
    within('GroupsPerUser', count + 1, call);
    return { type: 'UserJoinedGroup', data: ids };
  },
});

/** Removing who is no member is no error on AWS either (cloud-custodian pull request 4730 tried it). */
export const RemoveUserFromGroup = directory.command(iam.RemoveUserFromGroup, {
  authorize: ({ GroupName }, account, call) => askFor(call, GroupName, account.groups.keyed(fold(GroupName))),
  decide(input, account, call) {
    const { ids, isMember } = membership(input, account, call);
    return isMember ? { type: 'UserLeftGroup', data: ids } : [];
  },
});

export const PutGroupPolicy = inlinePut(group, checkInline('group', 'GroupPolicySize'), iam.PutGroupPolicy);
export const DeleteGroupPolicy = inlineDelete(group, iam.DeleteGroupPolicy);
export const GetGroupPolicy = inlineGet(group, iam.GetGroupPolicy);
export const ListGroupPolicies = inlineListing(group, iam.ListGroupPolicies);

const rules = {
  attachable: attachableTo('Group'),
  quota: { name: 'PoliciesPerGroup', limit: quotas.AttachedPoliciesPerGroup },
};
export const AttachGroupPolicy = attaching(group, rules, iam.AttachGroupPolicy);
export const DetachGroupPolicy = detaching(group, iam.DetachGroupPolicy);
export const ListAttachedGroupPolicies = attachedListing(group, iam.ListAttachedGroupPolicies);
