import { describe, test } from '@jest/globals';
import { account, arns, created, event, given, ids, noise } from '../directory.testing.js';
import {
  AddUserToGroup,
  CreateGroup,
  DeleteGroup,
  GetGroup,
  ListGroups,
  ListGroupsForUser,
  RemoveUserFromGroup,
  UpdateGroup,
} from './group.operations.js';

const at = new Date('2026-11-20T10:00:00.000Z');
const admins = { Path: '/teams/', GroupName: 'Admins', GroupId: ids.admins, Arn: arns.admins, CreateDate: at };
const readers = { Path: '/', GroupName: 'readers', GroupId: ids.readers, Arn: arns.readers, CreateDate: at };
const alice = { Path: '/staff/', UserName: 'Alice', UserId: ids.alice, Arn: arns.alice, CreateDate: at };
const bob = { Path: '/', UserName: 'bob', UserId: ids.bob, Arn: arns.bob, CreateDate: at };

const noGroup = 'The group with name Admins cannot be found.';
const noUser = 'The user with name Alice cannot be found.';

const joined = (userId: string, groupId: string) => event('UserJoinedGroup', { userId, groupId });
const left = (userId: string, groupId: string) => event('UserLeftGroup', { userId, groupId });
const ofAlice = { 'aws:ResourceTag/Team': 'red', 'iam:ResourceTag/Team': 'red', 'iam:PermissionsBoundary': undefined };

describe('CreateGroup', () => {
  const groupId = 'AGPA00000000000000001';

  test('makes a group with a unique id (requirements-4 UID-1)', async () => {
    const input = { GroupName: 'Ops_1', Path: '/teams/' };
    const Arn = `arn:aws:iam::${account}:group/teams/Ops_1`;
    const Group = { Path: '/teams/', GroupName: 'Ops_1', GroupId: groupId, Arn, CreateDate: at };
    await given()
      .when(CreateGroup, input)
      .then([event('GroupCreated', { groupId, groupName: 'Ops_1', path: '/teams/' })]);
    await given().when(CreateGroup, input).replies({ Group });
    await given()
      .when(CreateGroup, input)
      .asks([{ action: 'iam:CreateGroup', resource: Arn }]);
  });

  test('a taken name is refused, whatever its case (requirements-4 NAM-5)', () =>
    given(created.admins)
      .when(CreateGroup, { GroupName: 'ADMINS' })
      .fails('EntityAlreadyExists', 'Group with name ADMINS already exists.'));

  test('a user may have the name (requirements-4 NAM-4)', () =>
    given(created.alice)
      .when(CreateGroup, { GroupName: 'Alice' })
      .then([event('GroupCreated', { groupId, groupName: 'Alice', path: '/' })]));

  test('300 are the most (requirements-4 section 2.2)', () => {
    const many = noise(300, (n) => event('GroupCreated', { groupId: `AGPA${n}`, groupName: `g${n}`, path: '/' }));
    return given(...many)
      .when(CreateGroup, { GroupName: 'one-more' })
      .fails('LimitExceeded', 'Cannot exceed quota for GroupsPerAccount: 300');
  });
});

describe('GetGroup', () => {
  const both = [created.admins, created.bob, created.alice, joined(ids.bob, ids.admins), joined(ids.alice, ids.admins)];

  test('shows the members by name', () =>
    given(...both)
      .when(GetGroup, { GroupName: 'admins' })
      .replies({ Group: admins, Users: [alice, bob], IsTruncated: false }));

  test('shows the members page by page, the group on each', async () => {
    await given(...both)
      .when(GetGroup, { GroupName: 'Admins', MaxItems: 1 })
      .replies({ Group: admins, Users: [alice], IsTruncated: true, Marker: 'alice' });
    await given(...both)
      .when(GetGroup, { GroupName: 'Admins', MaxItems: 1, Marker: 'alice' })
      .replies({ Group: admins, Users: [bob], IsTruncated: false });
  });

  test('of an empty group has no users', () =>
    given(created.admins, created.alice, joined(ids.alice, ids.admins), left(ids.alice, ids.admins))
      .when(GetGroup, { GroupName: 'Admins' })
      .replies({ Group: admins, Users: [], IsTruncated: false }));

  test('is asked about the group', () =>
    given(...both)
      .when(GetGroup, { GroupName: 'admins' })
      .asks([{ action: 'iam:GetGroup', resource: arns.admins }]));

  test('of no group is refused', () => given().when(GetGroup, { GroupName: 'Admins' }).fails('NoSuchEntity', noGroup));
});

describe('ListGroups', () => {
  const both = [created.readers, created.admins];

  test('goes by name, page by page, under a path', async () => {
    await given(...both)
      .when(ListGroups, {})
      .replies({ Groups: [admins, readers], IsTruncated: false });
    await given(...both)
      .when(ListGroups, { MaxItems: 1 })
      .replies({ Groups: [admins], IsTruncated: true, Marker: 'admins' });
    await given(...both)
      .when(ListGroups, { MaxItems: 1, Marker: 'admins' })
      .replies({ Groups: [readers], IsTruncated: false });
    await given(...both)
      .when(ListGroups, { PathPrefix: '/teams/' })
      .replies({ Groups: [admins], IsTruncated: false });
  });

  test('is asked about the path', () =>
    given(...both)
      .when(ListGroups, { PathPrefix: '/teams/' })
      .asks([{ action: 'iam:ListGroups', resource: `arn:aws:iam::${account}:group/teams/` }]));
});

describe('ListGroupsForUser', () => {
  const member = [
    created.alice,
    created.readers,
    created.admins,
    joined(ids.alice, ids.readers),
    joined(ids.alice, ids.admins),
  ];

  test('goes by name, page by page', async () => {
    const UserName = 'ALICE';
    await given(...member)
      .when(ListGroupsForUser, { UserName })
      .replies({ Groups: [admins, readers], IsTruncated: false });
    await given(...member)
      .when(ListGroupsForUser, { UserName, MaxItems: 1 })
      .replies({ Groups: [admins], IsTruncated: true, Marker: 'admins' });
    await given(...member)
      .when(ListGroupsForUser, { UserName, MaxItems: 1, Marker: 'admins' })
      .replies({ Groups: [readers], IsTruncated: false });
  });

  test('is asked about the user', () =>
    given(...member)
      .when(ListGroupsForUser, { UserName: 'alice' })
      .asks([{ action: 'iam:ListGroupsForUser', resource: arns.alice, context: ofAlice }]));

  test('of nobody is refused', () =>
    given().when(ListGroupsForUser, { UserName: 'Alice' }).fails('NoSuchEntity', noUser));
});

describe('UpdateGroup', () => {
  const renamed = (groupName: string, path: string) => event('GroupRenamed', { groupId: ids.admins, groupName, path });

  test.each([
    ['name', { NewGroupName: 'Ops' }, renamed('Ops', '/teams/')],
    ['path', { NewPath: '/' }, renamed('Admins', '/')],
    ['both', { NewGroupName: 'Ops', NewPath: '/' }, renamed('Ops', '/')],
    ['case of the name', { NewGroupName: 'ADMINS' }, renamed('ADMINS', '/teams/')],
  ])('changes %s', (_, change, happened) =>
    given(created.admins)
      .when(UpdateGroup, { GroupName: 'admins', ...change })
      .then([happened]),
  );

  test('keeps id and members (requirements-1 section 18)', () =>
    given(created.admins, created.bob, joined(ids.bob, ids.admins), renamed('Ops', '/'))
      .when(GetGroup, { GroupName: 'Ops' })
      .replies({
        Group: { ...admins, GroupName: 'Ops', Path: '/', Arn: `arn:aws:iam::${account}:group/Ops` },
        Users: [bob],
        IsTruncated: false,
      }));

  test('to a name that is taken is refused', () =>
    given(created.admins, created.readers)
      .when(UpdateGroup, { GroupName: 'Admins', NewGroupName: 'Readers' })
      .fails('EntityAlreadyExists', 'Group with name Readers already exists.'));

  test('of no group is refused', () =>
    given().when(UpdateGroup, { GroupName: 'Admins', NewPath: '/' }).fails('NoSuchEntity', noGroup));

  test('is asked about both ARNs (requirements-2 section 30)', async () => {
    const ask = (resource: string) => ({ action: 'iam:UpdateGroup', resource });
    await given(created.admins)
      .when(UpdateGroup, { GroupName: 'admins', NewGroupName: 'Ops', NewPath: '/x/' })
      .asks([ask(arns.admins), ask(`arn:aws:iam::${account}:group/x/Ops`)]);
  });
});

describe('DeleteGroup', () => {
  const remove = { GroupName: 'ADMINS' };

  test('deletes an empty group', () =>
    given(created.admins, created.alice, joined(ids.alice, ids.admins), left(ids.alice, ids.admins))
      .when(DeleteGroup, remove)
      .then([event('GroupDeleted', { groupId: ids.admins })]));

  test.each([
    ['remove users from group', joined(ids.alice, ids.admins)],
    ['detach all policies', event('GroupPolicyAttached', { id: ids.admins, policyArn: arns.readOnly })],
    ['delete policies', event('GroupPolicyPut', { id: ids.admins, policyName: 'P', document: '{}' })],
  ])('conflict: must %s first (requirements-1 section 18)', (what, still) =>
    given(created.alice, created.admins, still)
      .when(DeleteGroup, remove)
      .fails('DeleteConflict', `Cannot delete entity, must ${what} first.`),
  );

  test('of no group is refused', () =>
    given().when(DeleteGroup, { GroupName: 'Admins' }).fails('NoSuchEntity', noGroup));
});

describe('membership', () => {
  const names = { GroupName: 'ADMINS', UserName: 'ALICE' };
  const both = [created.admins, created.alice];

  test('begins and ends', async () => {
    await given(...both)
      .when(AddUserToGroup, names)
      .then([joined(ids.alice, ids.admins)]);
    await given(...both, joined(ids.alice, ids.admins))
      .when(RemoveUserFromGroup, names)
      .then([left(ids.alice, ids.admins)]);
  });

  test('that is there already, or is not there, is no error (cloud-custodian pull request 4730)', async () => {
    await given(...both, joined(ids.alice, ids.admins))
      .when(AddUserToGroup, names)
      .then([]);
    await given(...both)
      .when(RemoveUserFromGroup, names)
      .then([]);
  });

  test('of one user in ten groups is the most (requirements-4 section 2.2)', async () => {
    const ten = noise(10, (n) => joined(ids.alice, `AGPA${n}`));
    await given(...both, ...ten)
      .when(AddUserToGroup, names)
      .fails('LimitExceeded', 'Cannot exceed quota for GroupsPerUser: 10');
    await given(...both, ...ten.slice(1), joined(ids.alice, ids.admins))
      .when(AddUserToGroup, names)
      .then([]);
  });

  test.each([
    ['AddUserToGroup', AddUserToGroup],
    ['RemoveUserFromGroup', RemoveUserFromGroup],
  ])('%s: asked about the group, refused without group or user', async (name, operation) => {
    await given(...both)
      .when(operation, names)
      .asks([{ action: `iam:${name}`, resource: arns.admins }]);
    const input = { GroupName: 'Admins', UserName: 'Alice' };
    await given(created.alice).when(operation, input).fails('NoSuchEntity', noGroup);
    await given(created.admins).when(operation, input).fails('NoSuchEntity', noUser);
  });
});
