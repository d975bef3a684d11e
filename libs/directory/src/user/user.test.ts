import { describe, test } from '@jest/globals';
import { type Principal, readModel } from '@muniment/kernel';
import { account, arns, created, event, given, ids, noise, tags } from '../directory.testing.js';
import { accounts, everybody } from '../platform/platform.js';
import { CreateUser, DeleteUser, GetUser, ListUsers, UpdateUser } from './user.operations.js';

const at = new Date('2026-11-20T10:00:00.000Z');

const bob = { Path: '/', UserName: 'bob', UserId: ids.bob, Arn: arns.bob, CreateDate: at };
const aliceInList = { Path: '/staff/', UserName: 'Alice', UserId: ids.alice, Arn: arns.alice, CreateDate: at };
const alice = { ...aliceInList, Tags: tags };

const missing = 'The user with name Alice cannot be found.';

describe('CreateUser', () => {
  const userId = 'AIDA00000000000000001';

  test('makes a user with a unique id (requirements-4 UID-1)', async () => {
    const call = given().when(CreateUser, { UserName: 'Carol' });
    await call.then([event('UserCreated', { userId, userName: 'Carol', path: '/', tags: [] })]);
    const Arn = `arn:aws:iam::${account}:user/Carol`;
    await given()
      .when(CreateUser, { UserName: 'Carol' })
      .replies({ User: { Path: '/', UserName: 'Carol', UserId: userId, Arn, CreateDate: at } });
  });

  test('takes path, tags and boundary', async () => {
    const input = { UserName: 'Carol', Path: '/staff/', Tags: tags, PermissionsBoundary: arns.policy };
    const data = { userId, userName: 'Carol', path: '/staff/', boundary: arns.policy, tags };
    await given(created.policy)
      .when(CreateUser, input)
      .then([event('UserCreated', data)]);
    await given(created.policy)
      .when(CreateUser, input)
      .replies({
        User: {
          Path: '/staff/',
          UserName: 'Carol',
          UserId: userId,
          Arn: `arn:aws:iam::${account}:user/staff/Carol`,
          CreateDate: at,
          PermissionsBoundary: {
            PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
            PermissionsBoundaryArn: arns.policy,
          },
          Tags: tags,
        },
      });
  });

  test.each(['Alice', 'ALICE', 'alice'])(
    'the name %s is taken, whatever case and path (requirements-4 NAM-4, NAM-5)',
    (UserName) =>
      given(created.alice)
        .when(CreateUser, { UserName, Path: '/other/' })
        .fails('EntityAlreadyExists', `User with name ${UserName} already exists.`),
  );

  test('a name that was given up is free again, under another id (requirements-4 UID-2)', () =>
    given(created.alice, event('UserDeleted', { userId: ids.alice }))
      .when(CreateUser, { UserName: 'Alice' })
      .then([event('UserCreated', { userId, userName: 'Alice', path: '/', tags: [] })]));

  test('a boundary must be there', () =>
    given()
      .when(CreateUser, { UserName: 'Carol', PermissionsBoundary: arns.policy })
      .fails('NoSuchEntity', `Scope ARN: ${arns.policy} does not exist or is not attachable.`));

  test('tags must be fit to be tags', () =>
    given()
      .when(CreateUser, { UserName: 'Carol', Tags: [...tags, { Key: 'TEAM', Value: '' }] })
      .fails('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.'));

  test('5000 are the most (requirements-4 section 2.2)', () => {
    const many = noise(5000, (n) =>
      event('UserCreated', { userId: `AIDA${n}`, userName: `u${n}`, path: '/', tags: [] }),
    );
    return given(...many)
      .when(CreateUser, { UserName: 'Carol' })
      .fails('LimitExceeded', 'Cannot exceed quota for UsersPerAccount: 5000');
  });

  test('is asked about the user to be; with tags also whether it may be tagged', async () => {
    const resource = `arn:aws:iam::${account}:user/staff/Carol`;
    const input = { UserName: 'Carol', Path: '/staff/', PermissionsBoundary: arns.readOnly };
    const boundary = { 'iam:PermissionsBoundary': arns.readOnly };
    await given()
      .when(CreateUser, input)
      .asks([{ action: 'iam:CreateUser', resource, context: boundary }]);
    const context = {
      ...boundary,
      'aws:TagKeys': ['Team'],
      'aws:RequestTag/Team': 'red',
      'aws:ResourceTag/Team': 'red',
    };
    await given()
      .when(CreateUser, { ...input, Tags: tags })
      .asks([
        { action: 'iam:CreateUser', resource, context },
        { action: 'iam:TagUser', resource, context },
      ]);
  });
});

describe('GetUser', () => {
  const asBob: Principal = { type: 'User', account, arn: arns.bob, userId: ids.bob, userName: 'bob' };
  const asRole: Principal = {
    type: 'AssumedRole',
    account,
    arn: `arn:aws:sts::${account}:assumed-role/Deploy/ci`,
    roleArn: arns.deploy,
    roleId: ids.deploy,
    sessionName: 'ci',
  };

  test.each(['Alice', 'aLICE'])('finds %s, in the spelling of creation (requirements-4 NAM-5)', (UserName) =>
    given(created.alice).when(GetUser, { UserName }).replies({ User: alice }),
  );

  test('shows the boundary', () =>
    given(created.bob, event('UserBoundaryPut', { id: ids.bob, boundary: arns.readOnly }))
      .when(GetUser, { UserName: 'bob' })
      .replies({
        User: {
          ...bob,
          PermissionsBoundary: {
            PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
            PermissionsBoundaryArn: arns.readOnly,
          },
        },
      }));

  test('without a name means the caller', async () => {
    await given(created.alice, created.bob).as(asBob).when(GetUser, {}).replies({ User: bob });
    await given(created.bob)
      .as(asBob)
      .when(GetUser, {})
      .asks([
        {
          action: 'iam:GetUser',
          resource: arns.bob,
          context: { 'iam:PermissionsBoundary': undefined },
        },
      ]);
  });

  test('without a name, of the root user, is the account itself (requirements-4 section 7)', () => {
    const Arn = `arn:aws:iam::${account}:root`;
    const createdAt = '2020-01-02T03:04:05Z';
    const CreateDate = new Date(createdAt);
    const root = { Path: '/', UserName: '<root_account>', UserId: account, Arn, CreateDate };
    const known = [{ accountId: account, createdAt }];
    return given().with(accounts, known, everybody).when(GetUser, {}).replies({ User: root });
  });

  test('without a name, of a role, is refused', () =>
    given()
      .as(asRole)
      .when(GetUser, {})
      .fails('ValidationError', 'Must specify userName when calling with non-User credentials'));

  test('of nobody is refused, but asked about first', async () => {
    await given().when(GetUser, { UserName: 'Alice' }).fails('NoSuchEntity', missing);
    await given()
      .when(GetUser, { UserName: 'Alice' })
      .asks([
        {
          action: 'iam:GetUser',
          resource: `arn:aws:iam::${account}:user/Alice`,
          context: { 'iam:PermissionsBoundary': undefined },
        },
      ]);
  });
});

describe('ListUsers', () => {
  const both = [created.bob, created.alice, event('UserBoundaryPut', { id: ids.bob, boundary: arns.readOnly })];

  test('goes by name, without tags and boundaries', () =>
    given(...both)
      .when(ListUsers, {})
      .replies({ Users: [aliceInList, bob], IsTruncated: false }));

  test('goes page by page', async () => {
    await given(...both)
      .when(ListUsers, { MaxItems: 1 })
      .replies({ Users: [aliceInList], IsTruncated: true, Marker: 'alice' });
    await given(...both)
      .when(ListUsers, { MaxItems: 1, Marker: 'alice' })
      .replies({ Users: [bob], IsTruncated: false });
  });

  test('keeps to a path', () =>
    given(...both)
      .when(ListUsers, { PathPrefix: '/staff' })
      .replies({ Users: [aliceInList], IsTruncated: false }));

  test('is asked about the path', async () => {
    const resource = `arn:aws:iam::${account}:user/`;
    await given(...both)
      .when(ListUsers, {})
      .asks([{ action: 'iam:ListUsers', resource }]);
    await given(...both)
      .when(ListUsers, { PathPrefix: '/staff/' })
      .asks([{ action: 'iam:ListUsers', resource: `${resource}staff/` }]);
  });
});

describe('UpdateUser', () => {
  const renamed = (userName: string, path: string) => event('UserRenamed', { userId: ids.alice, userName, path });

  test.each([
    ['name', { NewUserName: 'Alicia' }, renamed('Alicia', '/staff/')],
    ['path', { NewPath: '/' }, renamed('Alice', '/')],
    ['both', { NewUserName: 'Alicia', NewPath: '/' }, renamed('Alicia', '/')],
    ['case of the name', { NewUserName: 'ALICE' }, renamed('ALICE', '/staff/')],
  ])('changes %s', (_, change, happened) =>
    given(created.alice)
      .when(UpdateUser, { UserName: 'alice', ...change })
      .then([happened]),
  );

  test('keeps id, tags, policies and groups (requirements-1 section 6)', async () => {
    const events = [
      created.admins,
      created.alice,
      event('UserJoinedGroup', { userId: ids.alice, groupId: ids.admins }),
      event('UserPolicyAttached', { id: ids.alice, policyArn: arns.readOnly }),
      renamed('Alicia', '/'),
    ];
    const Arn = `arn:aws:iam::${account}:user/Alicia`;
    await given(...events)
      .when(GetUser, { UserName: 'Alicia' })
      .replies({ User: { ...alice, Path: '/', UserName: 'Alicia', Arn } });
    await given(...events)
      .when(DeleteUser, { UserName: 'Alice' })
      .fails('NoSuchEntity', missing);
    await given(...events)
      .when(DeleteUser, { UserName: 'Alicia' })
      .fails('DeleteConflict', 'Cannot delete entity, must detach all policies first.');
  });

  test('to a name that is taken is refused', () =>
    given(created.alice, created.bob)
      .when(UpdateUser, { UserName: 'Alice', NewUserName: 'BOB' })
      .fails('EntityAlreadyExists', 'User with name BOB already exists.'));

  test('of nobody is refused', () => given().when(UpdateUser, { UserName: 'Alice' }).fails('NoSuchEntity', missing));

  test('is asked about both ARNs (requirements-2 section 30)', async () => {
    const context = {
      'aws:ResourceTag/Team': 'red',
      'iam:ResourceTag/Team': 'red',
      'iam:PermissionsBoundary': undefined,
    };
    const ask = (resource: string) => ({ action: 'iam:UpdateUser', resource, context });
    await given(created.alice)
      .when(UpdateUser, { UserName: 'Alice', NewUserName: 'Alicia', NewPath: '/x/' })
      .asks([ask(arns.alice), ask(`arn:aws:iam::${account}:user/x/Alicia`)]);
    await given(created.alice)
      .when(UpdateUser, { UserName: 'Alice' })
      .asks([ask(arns.alice)]);
  });
});

describe('DeleteUser', () => {
  const remove = { UserName: 'ALICE' };

  test('deletes who has nothing left', () =>
    given(created.alice)
      .when(DeleteUser, remove)
      .then([event('UserDeleted', { userId: ids.alice })]));

  test.each([
    ['detach all policies', event('UserPolicyAttached', { id: ids.alice, policyArn: arns.readOnly })],
    ['delete policies', event('UserPolicyPut', { id: ids.alice, policyName: 'P', document: '{}' })],
    ['remove users from group', event('UserJoinedGroup', { userId: ids.alice, groupId: ids.admins })],
  ])('conflict: must %s first (requirements-1 section 6)', (what, left) =>
    given(created.admins, created.alice, left)
      .when(DeleteUser, remove)
      .fails('DeleteConflict', `Cannot delete entity, must ${what} first.`),
  );

  const accessKeys = readModel<{ accessKeyId: string; userId: string }>('access-keys', {
    id: (key) => key.accessKeyId,
    indexes: { user: (key) => [key.userId] },
  });

  test('conflict: access keys, which another context keeps, must be deleted first', () =>
    given(created.alice)
      .with(accessKeys, [{ accessKeyId: 'AKIA0000000000000001', userId: ids.alice }])
      .when(DeleteUser, remove)
      .fails('DeleteConflict', 'Cannot delete entity, must delete access keys first.'));

  test("a boundary is in no one's way", () =>
    given(created.alice, event('UserBoundaryPut', { id: ids.alice, boundary: arns.readOnly }))
      .when(DeleteUser, remove)
      .then([event('UserDeleted', { userId: ids.alice })]));

  test('of nobody is refused', () => given().when(DeleteUser, { UserName: 'Alice' }).fails('NoSuchEntity', missing));
});
