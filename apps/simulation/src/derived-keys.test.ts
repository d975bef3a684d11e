import { describe, expect, test } from '@jest/globals';
import { accessKeys } from '@muniment/credentials/contract';
import { DerivedKeys } from '@muniment/gateway';
import { Client } from './client.testing.js';
import { home, type Keys, Platform } from './platform.testing.js';

const scope = { date: '20261120', region: 'us-east-1', service: 'iam', terminator: 'aws4_request' } as const;

async function withBob(): Promise<{ platform: Platform; admin: Client; bob: Client; keys: Keys }> {
  const { platform, root } = await Platform.open();
  const admin = new Client(platform, root);
  await admin.iam('CreateUser', { UserName: 'bob' });
  const keys = Client.keysIn(await admin.iam('CreateAccessKey', { UserName: 'bob' }));
  return { platform, admin, keys, bob: new Client(platform, keys) };
}

const invalid = { status: 403, code: 'InvalidClientTokenId' };

test('a key can be used at once after its creation, also when read models lag behind', async () => {
  const { platform, admin } = await withBob();
  platform.readModels.milliseconds = 30;
  const second = Client.keysIn(await admin.iam('CreateAccessKey', { UserName: 'bob' }));
  expect(await new Client(platform, second).sts('GetCallerIdentity')).toMatchObject({ status: 200 });
});

test.each([
  ['deleted', 'DeleteAccessKey', {}],
  ['made inactive', 'UpdateAccessKey', { Status: 'Inactive' }],
])('a key that was used and is %s cannot be used once that was answered (S21)', async (_, operation, more) => {
  const { platform, admin, bob, keys } = await withBob();
  expect(await bob.sts('GetCallerIdentity')).toMatchObject({ status: 200 });
  platform.readModels.milliseconds = 30;
  const done = await admin.iam(operation, { UserName: 'bob', AccessKeyId: keys.accessKeyId, ...more });
  expect(done.status).toBe(200);
  expect(await bob.sts('GetCallerIdentity')).toMatchObject(invalid);
  expect(platform.unexpected).toEqual([]);
});

test('an inactive key that is made active again works', async () => {
  const { admin, bob, keys } = await withBob();
  for (const [Status, status] of [
    ['Inactive', 403],
    ['Active', 200],
  ] as const) {
    await admin.iam('UpdateAccessKey', { UserName: 'bob', AccessKeyId: keys.accessKeyId, Status });
    expect((await bob.sts('GetCallerIdentity')).status).toBe(status);
  }
});

test('a key stays with its user through a rename, under the new name', async () => {
  const { admin, bob } = await withBob();
  await bob.sts('GetCallerIdentity');
  await admin.iam('UpdateUser', { UserName: 'bob', NewUserName: 'rob', NewPath: '/new/' });
  expect((await bob.sts('GetCallerIdentity')).text).toContain(`arn:aws:iam::${home}:user/new/rob`);
});

test("a session of a user is the user's of today, and nobody's when the user is gone", async () => {
  const { platform, admin, bob, keys } = await withBob();
  const session = new Client(platform, Client.keysIn(await bob.sts('GetSessionToken')));
  expect((await session.sts('GetCallerIdentity')).text).toContain(`user/bob`);
  await admin.iam('UpdateUser', { UserName: 'bob', NewUserName: 'rob' });
  expect((await session.sts('GetCallerIdentity')).text).toContain(`user/rob`);
  await admin.iam('DeleteAccessKey', { UserName: 'rob', AccessKeyId: keys.accessKeyId });
  await admin.iam('DeleteUser', { UserName: 'rob' });
  expect(await session.sts('GetCallerIdentity')).toMatchObject(invalid);
  // Of the same name, not the same user.
  await admin.iam('CreateUser', { UserName: 'rob' });
  expect(await session.sts('GetCallerIdentity')).toMatchObject(invalid);
});

describe('what is remembered', () => {
  /** Sources and sealer that count how often they are asked; all else is the real one. */
  function watched() {
    let looked = 0;
    const from = {
      anywhere: async (model: unknown, id: string) => {
        looked++;
        const userId = home;
        const row = { accessKeyId: id, userId, status: 'Active', createdAt: '', sealed: id };
        return id.startsWith('AKIAUNKNOWN') ? undefined : { account: home, row };
      },
      findById: async () => undefined,
    } as never;
    const sealer = { open: () => 'a secret', openToken: () => undefined };
    const keys = new DerivedKeys({ from, sealer, partition: 'aws', caughtUp: async () => undefined });
    return { keys, looks: () => looked };
  }

  test('is the key in use, until its row changes', async () => {
    const { keys, looks } = watched();
    const first = await keys.longTerm('AKIA1', scope);
    expect(await keys.longTerm('AKIA1', scope)).toEqual(first);
    expect(looks()).toBe(1);
    const row = { accessKeyId: 'AKIA1' };
    keys.changed([{ model: accessKeys as never, account: home, before: row, after: undefined }]);
    await keys.longTerm('AKIA1', scope);
    expect(looks()).toBe(2);
  });

  test('is never what was being read while rows changed', async () => {
    const { keys, looks } = watched();
    const reading = keys.longTerm('AKIA1', scope);
    const row = { accessKeyId: 'AKIA1' };
    keys.changed([{ model: accessKeys as never, account: home, before: row, after: { ...row, status: 'Inactive' } }]);
    await reading;
    await keys.longTerm('AKIA1', scope);
    expect(looks()).toBe(2);
  });

  test('is bounded: ids that nobody has leave nothing, many keys push out the oldest', async () => {
    const { keys, looks } = watched();
    for (let index = 0; index < 100; index++) await keys.longTerm(`AKIAUNKNOWN${index}`, scope);
    const before = looks();
    await keys.longTerm('AKIAUNKNOWN0', scope);
    expect(looks()).toBe(before + 2);
    for (let index = 0; index <= 10_000; index++) await keys.longTerm(`AKIA${index}`, scope);
    const full = looks();
    await keys.longTerm('AKIA10000', scope);
    expect(looks()).toBe(full);
    await keys.longTerm('AKIA0', scope);
    expect(looks()).toBe(full + 1);
  });

  test('of one key are the signing keys of a few days, regions and services', async () => {
    const { keys } = watched();
    const derived = async (region: string) => (await keys.longTerm('AKIA1', { ...scope, region }))?.signingKey;
    const first = await derived('r-0');
    expect(await derived('r-0')).toBe(first);
    for (let index = 1; index <= 16; index++) await derived(`r-${index}`);
    const again = await derived('r-0');
    expect(again).not.toBe(first);
    expect(again?.equals(first as NonNullable<typeof first>)).toBe(true);
  });
});

describe('a session whose role these rows do not know', () => {
  const expiresAt = '2026-11-20T13:00:00Z';
  const principal = {
    type: 'AssumedRole',
    account: home,
    roleId: 'AROA1',
    roleName: 'r',
    arn: 'arn',
    sessionName: 's',
  };
  const content = JSON.stringify({
    form: 'session/1',
    accessKeyId: 'ASIA1',
    secretAccessKey: 'a secret',
    account: home,
    principal,
    session: { expiresAt },
  });

  const opened = (known: () => boolean, caughtUp: () => Promise<void>) =>
    new DerivedKeys({
      from: { findById: async () => (known() ? { roleId: 'AROA1' } : undefined) } as never,
      sealer: { open: () => '', openToken: () => content },
      partition: 'aws',
      caughtUp,
    }).session('ASIA1', 'token', scope, new Date('2026-11-20T12:00:00Z'));

  test('is a session when they have caught up with the role', async () => {
    let known = false;
    const found = opened(
      () => known,
      async () => {
        known = true;
      },
    );
    expect(await found).toMatchObject({ active: true });
  });

  test('is none of anybody when the role is gone', async () => {
    expect(
      await opened(
        () => false,
        async () => undefined,
      ),
    ).toBeUndefined();
  });

  test('is neither while they cannot catch up', async () => {
    const late = () => Promise.reject(new Error('behind'));
    await expect(opened(() => false, late)).rejects.toThrow('behind');
  });
});
