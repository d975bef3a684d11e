import { describe, expect, test } from '@jest/globals';
import { Fault, readModel } from '@muniment/kernel';
import { home } from '@muniment/testing';
import { credentials } from '../credentials.js';
import { aboutAlice, alice, arns, asAlice, asSession, bob, event, given } from '../credentials.testing.js';
import { rootKeyEvents } from './access-key.js';
import {
  CreateAccessKey,
  DeleteAccessKey,
  GetAccessKeyLastUsed,
  ListAccessKeys,
  UpdateAccessKey,
} from './access-key.operations.js';

const at = new Date('2026-11-20T10:00:00.000Z');
const first = 'AKIA0000000000000001';
const secret = Buffer.from('2'.padStart(30, '0')).toString('base64');
const sealed = `sealed for ${home}/${first}: ${secret}`;

const keyOf = (userId: string, accessKeyId: string) =>
  event('AccessKeyCreated', { accessKeyId, userId, sealed: 'sealed' });
const key1 = keyOf(alice.userId, 'AKIAALICEFIRSTKEY001');
const key2 = keyOf(alice.userId, 'AKIAALICEOTHERKEY002');
const bobs = keyOf(bob.userId, 'AKIABOBBOBBOBBOBBOB1');
const rootKey = keyOf(home, 'AKIAROOTROOTROOTROOT');
const off = event('AccessKeyStatusChanged', { accessKeyId: key1.data.accessKeyId, status: 'Inactive' });

const missingUser = 'The user with name Carol cannot be found.';
const missingKey = (id: string) => `The Access Key with id ${id} cannot be found.`;
const needsName = 'Must specify userName when calling with non-User credentials';

describe('CreateAccessKey', () => {
  const created = (userId: string) => event('AccessKeyCreated', { accessKeyId: first, userId, sealed });
  const shown = (UserName: string) => ({
    AccessKey: { UserName, AccessKeyId: first, Status: 'Active', SecretAccessKey: secret, CreateDate: at },
  });

  test('keeps the secret sealed and shows it once (requirements-1 section 11)', async () => {
    await given()
      .when(CreateAccessKey, { UserName: 'Alice' })
      .then([created(alice.userId)]);
    await given().when(CreateAccessKey, { UserName: 'Alice' }).replies(shown('Alice'));
  });

  test('finds users whatever the case of their name, and answers with their own spelling (requirements-4 NAM-5)', () =>
    given().when(CreateAccessKey, { UserName: 'ALICE' }).replies(shown('Alice')));

  test('without a name makes a key of the user that calls', () =>
    given()
      .as(asAlice)
      .when(CreateAccessKey, {})
      .then([created(alice.userId)]));

  test('without a name makes a key of the root user that calls, filed under the account', async () => {
    await given()
      .when(CreateAccessKey, {})
      .then([created(home)]);
    await given().when(CreateAccessKey, {}).replies(shown('<root_account>'));
  });

  test('needs a name from a role’s session', () =>
    given().as(asSession).when(CreateAccessKey, {}).fails('ValidationError', needsName));

  test('asks about the user, with its tags', async () => {
    await given()
      .when(CreateAccessKey, { UserName: 'alice' })
      .asks([{ action: 'iam:CreateAccessKey', ...aboutAlice }]);
    await given()
      .when(CreateAccessKey, {})
      .asks([{ action: 'iam:CreateAccessKey', resource: arns.root, context: {} }]);
  });

  test('refuses a user that is not there', () =>
    given().when(CreateAccessKey, { UserName: 'Carol' }).fails('NoSuchEntity', missingUser));

  test('refuses a caller that is deleted', () =>
    given()
      .as({ ...asAlice, userId: 'AIDACAROL', userName: 'Carol' })
      .when(CreateAccessKey, {})
      .fails('NoSuchEntity', missingUser));

  test('refuses a third key, inactive ones counted (requirements-1 section 11)', async () => {
    const text = 'Cannot exceed quota for AccessKeysPerUser: 2';
    await given(key1, off, key2).when(CreateAccessKey, { UserName: 'Alice' }).fails('LimitExceeded', text);
    await given(rootKey, keyOf(home, 'AKIAROOTROOTROOTROO2')).when(CreateAccessKey, {}).fails('LimitExceeded', text);
  });

  test('a repeated call cannot show the secret of its first try, and says so', () => {
    const call = {
      fault(code: string, message: string): never {
        throw new Fault(code, message);
      },
    };
    const tried = { owner: { userName: 'Alice' }, accessKeyId: first, secret, sealed };
    const reply = () => CreateAccessKey.definition.reply?.({}, credentials.empty(home), call as never, tried);
    const lost = 'The access key was created, but its secret is lost: delete it and create another.';
    expect(reply).toThrow(expect.objectContaining({ code: 'ServiceFailure', message: lost }));
  });

  test('counts the keys of each user alone, and not those that are gone', async () => {
    await given(key1, bobs, rootKey)
      .when(CreateAccessKey, { UserName: 'Alice' })
      .then([created(alice.userId)]);
    const gone = event('AccessKeyDeleted', { accessKeyId: key1.data.accessKeyId });
    await given(key1, key2, gone)
      .when(CreateAccessKey, { UserName: 'Alice' })
      .then([created(alice.userId)]);
  });
});

describe('ListAccessKeys', () => {
  const listed = (UserName: string, { data }: typeof key1, Status = 'Active') => ({
    UserName,
    AccessKeyId: data.accessKeyId,
    Status,
    CreateDate: at,
  });
  const all = [key1, key2, bobs, rootKey, off];

  test('shows the keys of one user and their status, never a secret', () =>
    given(...all)
      .when(ListAccessKeys, { UserName: 'alice' })
      .replies({
        AccessKeyMetadata: [listed('Alice', key1, 'Inactive'), listed('Alice', key2)],
        IsTruncated: false,
      }));

  test('page by page', async () => {
    await given(...all)
      .when(ListAccessKeys, { UserName: 'Alice', MaxItems: 1 })
      .replies({
        AccessKeyMetadata: [listed('Alice', key1, 'Inactive')],
        IsTruncated: true,
        Marker: key1.data.accessKeyId,
      });
    await given(...all)
      .when(ListAccessKeys, { UserName: 'Alice', MaxItems: 1, Marker: key1.data.accessKeyId })
      .replies({ AccessKeyMetadata: [listed('Alice', key2)], IsTruncated: false });
  });

  test('without a name shows the caller’s own', async () => {
    await given(...all)
      .as(asAlice)
      .when(ListAccessKeys, {})
      .asks([{ action: 'iam:ListAccessKeys', ...aboutAlice }]);
    await given(...all)
      .when(ListAccessKeys, {})
      .replies({
        AccessKeyMetadata: [listed('<root_account>', rootKey)],
        IsTruncated: false,
      });
  });

  test('refuses a user that is not there, and role sessions without a name', async () => {
    await given(...all)
      .when(ListAccessKeys, { UserName: 'Carol' })
      .fails('NoSuchEntity', missingUser);
    await given(...all)
      .as(asSession)
      .when(ListAccessKeys, {})
      .fails('ValidationError', needsName);
  });
});

describe('UpdateAccessKey', () => {
  const { accessKeyId: AccessKeyId } = key1.data;

  test('switches a key off and on (requirements-1 section 11)', async () => {
    const update = { UserName: 'Alice', AccessKeyId };
    await given(key1)
      .when(UpdateAccessKey, { ...update, Status: 'Inactive' })
      .then([off]);
    const on = event('AccessKeyStatusChanged', { accessKeyId: AccessKeyId, status: 'Active' });
    await given(key1, off)
      .when(UpdateAccessKey, { ...update, Status: 'Active' })
      .then([on]);
  });

  test('changes nothing when the key is as it is to be', () =>
    given(key1).when(UpdateAccessKey, { UserName: 'Alice', AccessKeyId, Status: 'Active' }).then([]));

  test('refuses a status that is AWS’s own to give', () =>
    given(key1)
      .when(UpdateAccessKey, { UserName: 'Alice', AccessKeyId, Status: 'Expired' })
      .fails('InvalidInput', 'Status Expired cannot be set.'));

  test.each([
    ['of nobody', 'AKIANOBODYNOBODYNOBO'],
    ['of another user', bobs.data.accessKeyId],
    ['of the root user', rootKey.data.accessKeyId],
  ])('refuses a key %s', (_, id) =>
    given(key1, bobs, rootKey)
      .when(UpdateAccessKey, { UserName: 'Alice', AccessKeyId: id, Status: 'Inactive' })
      .fails('NoSuchEntity', missingKey(id)),
  );

  test('asks about the user, with its tags', () =>
    given(key1)
      .when(UpdateAccessKey, { UserName: 'Alice', AccessKeyId, Status: 'Inactive' })
      .asks([{ action: 'iam:UpdateAccessKey', ...aboutAlice }]));
});

describe('DeleteAccessKey', () => {
  const { accessKeyId } = key1.data;
  const deleted = event('AccessKeyDeleted', { accessKeyId });

  test('deletes active keys too: only the console wants them inactive first (requirements-1 section 11)', async () => {
    await given(key1).when(DeleteAccessKey, { UserName: 'Alice', AccessKeyId: accessKeyId }).then([deleted]);
    await given(key1).as(asAlice).when(DeleteAccessKey, { AccessKeyId: accessKeyId }).then([deleted]);
  });

  test('a deleted key is gone', () =>
    given(key1, deleted)
      .when(DeleteAccessKey, { UserName: 'Alice', AccessKeyId: accessKeyId })
      .fails('NoSuchEntity', missingKey(accessKeyId)));

  test('without a name reaches no other user’s key', () =>
    given(key1).when(DeleteAccessKey, { AccessKeyId: accessKeyId }).fails('NoSuchEntity', missingKey(accessKeyId)));

  test('refuses a user that is not there', () =>
    given(key1)
      .when(DeleteAccessKey, { UserName: 'Carol', AccessKeyId: accessKeyId })
      .fails('NoSuchEntity', missingUser));

  test('asks about the user, with its tags', () =>
    given(key1)
      .when(DeleteAccessKey, { UserName: 'Alice', AccessKeyId: accessKeyId })
      .asks([{ action: 'iam:DeleteAccessKey', ...aboutAlice }]));
});

describe('GetAccessKeyLastUsed', () => {
  const { accessKeyId: AccessKeyId } = key1.data;
  // As audit keeps them.
  const lastUsed = readModel<{ accessKeyId: string; at: string; region: string; service: string }>(
    'access-keys-last-used',
    {
      id: (row) => row.accessKeyId,
    },
  );
  const denied = (id: string) =>
    `User: ${arns.root} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key ${id}`;

  test('tells when, where and for what a key was used (requirements-1 section 11)', () =>
    given(key1)
      .with(lastUsed, [{ accessKeyId: AccessKeyId, at: at.toISOString(), region: 'eu-west-1', service: 's3' }])
      .when(GetAccessKeyLastUsed, { AccessKeyId })
      .replies({ UserName: 'Alice', AccessKeyLastUsed: { LastUsedDate: at, Region: 'eu-west-1', ServiceName: 's3' } }));

  test('a key that was never used has no date (requirements-1 section 11)', () =>
    given(key1)
      .when(GetAccessKeyLastUsed, { AccessKeyId })
      .replies({ UserName: 'Alice', AccessKeyLastUsed: { Region: 'N/A', ServiceName: 'N/A' } }));

  test('knows the root user’s keys', () =>
    given(rootKey)
      .when(GetAccessKeyLastUsed, { AccessKeyId: rootKey.data.accessKeyId })
      .replies({ UserName: '<root_account>', AccessKeyLastUsed: { Region: 'N/A', ServiceName: 'N/A' } }));

  test('asks about the key’s user, with its tags; about everything when there is no such key', async () => {
    const action = 'iam:GetAccessKeyLastUsed';
    await given(key1)
      .when(GetAccessKeyLastUsed, { AccessKeyId })
      .asks([{ action, ...aboutAlice }]);
    await given()
      .when(GetAccessKeyLastUsed, { AccessKeyId })
      .asks([{ action, resource: '*' }]);
  });

  test('keys of nobody, of deleted users and of other accounts look alike', async () => {
    const gone = keyOf('AIDACAROL', 'AKIACAROLCAROLCAROL1');
    const situations = [given(), given(gone), given().elsewhere('444455556666', gone)];
    for (const situation of situations) {
      const AccessKeyId = gone.data.accessKeyId;
      await situation.when(GetAccessKeyLastUsed, { AccessKeyId }).fails('AccessDenied', denied(AccessKeyId));
    }
  });
});

test('the first root key counts like any other', () =>
  given(...rootKeyEvents(home, 'AKIAROOTROOTROOTROOT', 'sealed'))
    .when(ListAccessKeys, {})
    .replies({
      AccessKeyMetadata: [
        { UserName: '<root_account>', AccessKeyId: 'AKIAROOTROOTROOTROOT', Status: 'Active', CreateDate: at },
      ],
      IsTruncated: false,
    }));
