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
  fold,
  type Holder,
  inlineDelete,
  inlineGet,
  inlineListing,
  inlinePut,
  list,
  query,
  resourceTags,
  tagging,
  tagListing,
  untagging,
} from '@muniment/kernel';
import { arn } from '../arn.js';
import { usableAsBoundary } from '../boundary.js';
import { creatingWithTags } from '../creating-with-tags.js';
import { type Directory, directory } from '../directory.js';
import { attachableTo } from '../managed-policy/attachable.js';
import { accessKeysOfUsers } from '../other-contexts.js';
import { type Account, accounts, everybody } from '../platform/platform.js';
import { checkInline } from '../policy-document.js';
import { quotas, within } from '../quotas.js';
import { type User, users } from './user.js';

const missing = (name: string): string => `The user with name ${name} cannot be found.`;

/** What is asked about one user: its ARN, its tags, its boundary. */
const askFor = (call: Call, name: string, user: User | undefined) => ({
  resource: arn.user(call, user?.path ?? '/', user?.userName ?? name),
  context: { ...resourceTags(user?.tags), 'iam:PermissionsBoundary': user?.boundary },
});

export const userHolder: Holder<Directory, User, 'UserName'> = {
  aggregate: directory,
  noun: 'User',
  input: 'UserName',
  model: users,
  table: (account) => account.users,
  key: fold,
  ask: askFor,
  missing,
};

export const boundaryOnWire = (boundary: string | undefined) =>
  boundary === undefined
    ? {}
    : {
        PermissionsBoundary: {
          PermissionsBoundaryType: 'PermissionsBoundaryPolicy' as const,
          PermissionsBoundaryArn: boundary,
        },
      };

/** Lists leave tags and boundary out, single reads have them. */
export const userInList = (row: User, call: Call): iam.User => ({
  Path: row.path,
  UserName: row.userName,
  UserId: row.userId,
  Arn: arn.user(call, row.path, row.userName),
  CreateDate: new Date(row.createdAt),
});

export const userOnWire = (row: User, call: Call): iam.User => ({
  ...userInList(row, call),
  ...boundaryOnWire(row.boundary),
  ...(row.tags.length > 0 ? { Tags: [...row.tags] } : {}),
});

/** The root user is no row: it is the account itself (requirements-4 section 7, principal key values). */
const rootOnWire = (account: Account | undefined, call: Call): iam.User => ({
  Path: '/',
  UserName: '<root_account>',
  UserId: call.account,
  Arn: arn.root(call),
  CreateDate: account ? new Date(account.createdAt) : call.now,
});

/** Who is meant when no name is given: the user behind the credentials. */
export const callersName = (call: Call): string | undefined =>
  call.caller.principal.type === 'User' ? call.caller.principal.userName : undefined;

export const CreateUser = directory.command(iam.CreateUser, {
  authorize: ({ UserName, Path = '/', PermissionsBoundary, Tags }, _, call) =>
    creatingWithTags(
      { resource: arn.user(call, Path, UserName), context: { 'iam:PermissionsBoundary': PermissionsBoundary } },
      'iam:TagUser',
      Tags,
    ),
  decide({ UserName, Path = '/', PermissionsBoundary: boundary, Tags = [] }, account, call) {
    if (account.users.keyed(fold(UserName))) {
      call.fault('EntityAlreadyExists', `User with name ${UserName} already exists.`);
    }
    if (boundary !== undefined) usableAsBoundary(account, boundary, call);
    within('UsersPerAccount', account.users.size + 1, call);
    const tags = checkedTags(Tags, [], anyCase, call);
    return {
      type: 'UserCreated',
      data: { userId: call.id('AIDA'), userName: UserName, path: Path, tags, ...(boundary && { boundary }) },
    };
  },
  reply: ({ UserName }, account, call) => ({ User: userOnWire(account.users.keyed(fold(UserName)) as User, call) }),
});

export const GetUser = query(iam.GetUser, {
  async gather({ UserName }, from, call) {
    const name = UserName ?? callersName(call);
    const row = name === undefined ? undefined : await from.find(users, fold(name));
    return { name, row, account: row ? undefined : await from.findById(accounts, call.account, everybody) };
  },
  authorize: (_, { name, row }, call) =>
    name === undefined ? { resource: call.caller.principal.arn } : askFor(call, name, row),
  decide({ UserName }, { name, row, account }, call) {
    if (row) return userOnWire(row, call);
    if (UserName === undefined && call.caller.principal.type === 'Root') return rootOnWire(account, call);
    if (name === undefined) {
      return call.fault('ValidationError', 'Must specify userName when calling with non-User credentials');
    }
    return call.fault('NoSuchEntity', missing(name));
  },
  reply: (found) => ({ User: found }),
});

export const ListUsers = list(iam.ListUsers, users, {
  authorize: ({ PathPrefix = '/' }, call) => ({ resource: arn.user(call, PathPrefix, '') }),
  keep: ({ path }, { PathPrefix = '/' }) => path.startsWith(PathPrefix),
  item: userInList,
});

export const UpdateUser = directory.command(iam.UpdateUser, {
  // A rename needs the permission on both ARNs (requirements-2 section 30).
  authorize({ UserName, NewUserName, NewPath }, account, call) {
    const row = account.users.keyed(fold(UserName));
    const ask = askFor(call, UserName, row);
    const renamed = arn.user(call, NewPath ?? row?.path ?? '/', NewUserName ?? row?.userName ?? UserName);
    return [ask, renamed !== ask.resource && { ...ask, resource: renamed }];
  },
  decide({ UserName, NewUserName, NewPath }, account, call) {
    const row = account.users.keyed(fold(UserName)) ?? call.fault('NoSuchEntity', missing(UserName));
    const userName = NewUserName ?? row.userName;
    const other = account.users.keyed(fold(userName));
    if (other && other.userId !== row.userId) {
      call.fault('EntityAlreadyExists', `User with name ${userName} already exists.`);
    }
    return { type: 'UserRenamed', data: { userId: row.userId, userName, path: NewPath ?? row.path } };
  },
});

export const DeleteUser = directory.command(iam.DeleteUser, {
  async gather({ UserName }, account, from) {
    const row = account.users.keyed(fold(UserName));
    return row ? (await from.filed(accessKeysOfUsers, 'user', row.userId, { limit: 1 })).length > 0 : false;
  },
  gathersBy: ({ UserName }, account) => account.users.keyed(fold(UserName))?.userId,
  authorize: ({ UserName }, account, call) => askFor(call, UserName, account.users.keyed(fold(UserName))),
  decide({ UserName }, account, call, hasKeys) {
    const row = account.users.keyed(fold(UserName)) ?? call.fault('NoSuchEntity', missing(UserName));
    const conflict = (what: string) => call.fault('DeleteConflict', `Cannot delete entity, must ${what} first.`);
    if (hasKeys) conflict('delete access keys');
    if (row.attached.length > 0) conflict('detach all policies');
    if (Object.keys(row.inline).length > 0) conflict('delete policies');
    if (row.groups.length > 0) conflict('remove users from group');
    return { type: 'UserDeleted', data: { userId: row.userId } };
  },
});

export const TagUser = tagging(userHolder, anyCase, iam.TagUser);
export const UntagUser = untagging(userHolder, iam.UntagUser);
export const ListUserTags = tagListing(userHolder, iam.ListUserTags);

export const PutUserPolicy = inlinePut(userHolder, checkInline('user', 'UserPolicySize'), iam.PutUserPolicy);
export const DeleteUserPolicy = inlineDelete(userHolder, iam.DeleteUserPolicy);
export const GetUserPolicy = inlineGet(userHolder, iam.GetUserPolicy);
export const ListUserPolicies = inlineListing(userHolder, iam.ListUserPolicies);

const rules = {
  attachable: attachableTo('User'),
  quota: { name: 'PoliciesPerUser', limit: quotas.AttachedPoliciesPerUser },
};
export const AttachUserPolicy = attaching(userHolder, rules, iam.AttachUserPolicy);
export const DetachUserPolicy = detaching(userHolder, iam.DetachUserPolicy);
export const ListAttachedUserPolicies = attachedListing(userHolder, iam.ListAttachedUserPolicies);

export const PutUserPermissionsBoundary = boundaryPut(userHolder, usableAsBoundary, iam.PutUserPermissionsBoundary);
export const DeleteUserPermissionsBoundary = boundaryDelete(userHolder, iam.DeleteUserPermissionsBoundary);
