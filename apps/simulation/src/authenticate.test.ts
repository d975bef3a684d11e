import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Incoming } from '@muniment/gateway';
import { type Answer, Client, type Sent } from './client.testing.js';
import { home, type Keys, other, Platform } from './platform.testing.js';

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: [home, other] } }],
});
const anything = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});

const roleArn = `arn:aws:iam::${home}:role/r`;

interface Cast {
  readonly platform: Platform;
  readonly admin: Client;
  readonly bob: Client;
  readonly bobs: Keys;
  readonly assume: () => Promise<Keys>;
}

/** An account with an administrator that is a user, and a role that it may assume. */
async function cast(): Promise<Cast> {
  const { platform, root } = await Platform.open();
  const admin = new Client(platform, root);
  await admin.iam('CreateUser', { UserName: 'bob' });
  await admin.iam('PutUserPolicy', { UserName: 'bob', PolicyName: 'p', PolicyDocument: anything });
  await admin.iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust });
  await admin.iam('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: anything });
  const bobs = Client.keysIn(await admin.iam('CreateAccessKey', { UserName: 'bob' }));
  const bob = new Client(platform, bobs);
  const assume = async () =>
    Client.keysIn(await bob.sts('AssumeRole', { RoleArn: roleArn, RoleSessionName: 'night', DurationSeconds: '900' }));
  return { platform, admin, bob, bobs, assume };
}

const whoAmI = (client: Client, sent: Sent = {}): Promise<Answer> => client.sts('GetCallerIdentity', {}, sent);

describe('time (S8)', () => {
  let actors: Cast;
  beforeAll(async () => {
    actors = await cast();
  });

  test.each([
    [300, 200, undefined],
    [-300, 200, undefined],
    [301, 403, 'SignatureDoesNotMatch'],
    [-301, 403, 'SignatureDoesNotMatch'],
  ])('a signature of a clock that is %d seconds ahead: %d (ruling 8)', async (ahead, status, code) => {
    expect(await whoAmI(actors.bob, { ahead })).toMatchObject({ status, code });
  });

  test('a session works until the second before its end, and not from it on', async () => {
    const { platform, assume } = await cast();
    const session = new Client(platform, await assume());
    platform.clock.advance(899);
    expect((await whoAmI(session)).status).toBe(200);
    platform.clock.advance(1);
    expect(await whoAmI(session)).toMatchObject({ status: 403, code: 'ExpiredToken' });
  });

  test('a session that was never used before its end is over all the same', async () => {
    const { platform, assume } = await cast();
    const session = new Client(platform, await assume());
    platform.clock.advance(900);
    expect(await whoAmI(session)).toMatchObject({ status: 403, code: 'ExpiredToken' });
  });
});

describe('a session token', () => {
  let actors: Cast;
  let session: Keys;
  beforeAll(async () => {
    actors = await cast();
    session = await actors.assume();
  });

  const refused = { status: 403, code: 'InvalidClientTokenId' };
  const withKeys = (keys: Keys) => whoAmI(new Client(actors.platform, keys));

  test('is needed for the key it was issued with', async () => {
    const { accessKeyId, secretAccessKey } = session;
    expect(await withKeys({ accessKeyId, secretAccessKey })).toMatchObject(refused);
  });

  test('of another session, or beside a long-term key, opens nothing', async () => {
    const second = await actors.assume();
    const sessionToken = second.sessionToken as string;
    expect(await withKeys({ ...session, sessionToken })).toMatchObject(refused);
    expect(await withKeys({ ...actors.bobs, sessionToken })).toMatchObject(refused);
    expect((await withKeys(session)).status).toBe(200);
    expect(await withKeys({ ...session, sessionToken })).toMatchObject(refused);
  });

  test('that was made elsewhere, changed or spelt otherwise is none', async () => {
    const { platform: foreign, assume } = await cast();
    const elsewhere = await assume();
    expect((await whoAmI(new Client(foreign, elsewhere))).status).toBe(200);
    expect(await withKeys(elsewhere)).toMatchObject(refused);
    const token = session.sessionToken as string;
    const changed = (at: number) => token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    for (const sessionToken of [...[0, 20, token.length >> 1].map(changed), `${token}!`, token.slice(4), 'x', '']) {
      expect(await withKeys({ ...session, sessionToken })).toMatchObject({ status: 403 });
    }
  });

  test('does not replace the secret', async () => {
    const secretAccessKey = 'x'.repeat(40);
    expect(await withKeys({ ...session, secretAccessKey })).toMatchObject({ code: 'SignatureDoesNotMatch' });
  });
});

describe('who cannot sign learns nothing of a key', () => {
  test.each(['Active', 'Inactive'])('a wrong secret for a key that is %s', async (Status) => {
    const { platform, admin, bobs } = await cast();
    await admin.iam('UpdateAccessKey', { UserName: 'bob', AccessKeyId: bobs.accessKeyId, Status });
    const guess = new Client(platform, { ...bobs, secretAccessKey: 'x'.repeat(40) });
    expect(await whoAmI(guess)).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
  });

  test('a key that nobody has', async () => {
    const { platform } = await cast();
    for (const accessKeyId of ['AKIANOBODYHASTHIS000', 'ASIANOBODYHASTHIS000', '__proto__', 'constructor']) {
      const nobody = new Client(platform, { accessKeyId, secretAccessKey: 'x'.repeat(40) });
      expect(await whoAmI(nobody)).toMatchObject({ status: 403 });
    }
    expect(platform.unexpected).toEqual([]);
  });
});

/** Requirements-2 section 8, ruling 17: what each kind of credential may call, whatever its policies say. */
describe('kinds of credentials', () => {
  const kinds: Readonly<Record<string, (actors: Cast) => Promise<Keys>>> = {
    user: async ({ bobs }) => bobs,
    role: ({ assume }) => assume(),
    'session of a user': async ({ bob }) => Client.keysIn(await bob.sts('GetSessionToken')),
  };

  test.each([
    ['user', 200, 200, 200, 200],
    ['role', 200, 403, 200, 200],
    ['session of a user', 200, 403, 200, 403],
  ])('%s', async (kind, identity, sessionToken, assumeRole, listUsers) => {
    const actors = await cast();
    const client = new Client(actors.platform, await (kinds[kind] as (typeof kinds)[string])(actors));
    expect((await whoAmI(client)).status).toBe(identity);
    expect((await client.sts('GetSessionToken')).status).toBe(sessionToken);
    expect((await client.sts('AssumeRole', { RoleArn: roleArn, RoleSessionName: 'xx' })).status).toBe(assumeRole);
    expect((await client.iam('ListUsers')).status).toBe(listUsers);
  });

  test('the root user may not assume roles', async () => {
    const { admin } = await cast();
    const answer = await admin.sts('AssumeRole', { RoleArn: roleArn, RoleSessionName: 'xx' });
    expect(answer).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  test('a role session ends with its role, also when another role takes its name', async () => {
    const { platform, admin, assume } = await cast();
    const [session, unused] = [new Client(platform, await assume()), new Client(platform, await assume())];
    expect((await session.iam('ListUsers')).status).toBe(200);
    await admin.iam('DeleteRolePolicy', { RoleName: 'r', PolicyName: 'p' });
    await admin.iam('DeleteRole', { RoleName: 'r' });
    await admin.iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust });
    await admin.iam('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: anything });
    for (const client of [session, unused]) {
      expect(await client.iam('ListUsers')).toMatchObject({ status: 403, code: 'InvalidClientTokenId' });
      expect(await whoAmI(client)).toMatchObject({ status: 403, code: 'InvalidClientTokenId' });
    }
  });
});

describe('one verifier before any routing (S7)', () => {
  const without = (incoming: Incoming, name: string): Incoming => ({
    ...incoming,
    headers: Object.fromEntries(Object.entries(incoming.headers).filter(([key]) => key !== name)),
    rawHeaders: incoming.rawHeaders.filter(
      (_, index, all) => (all[index - (index % 2)] as string).toLowerCase() !== name,
    ),
  });
  const added = (incoming: Incoming, name: string, value: string): Incoming => ({
    ...incoming,
    headers: { ...incoming.headers, [name.toLowerCase()]: value },
    rawHeaders: [...incoming.rawHeaders, name, value],
  });
  const attempts: Readonly<Record<string, Sent>> = {
    'no signature': { tamper: (incoming) => without(incoming, 'authorization') },
    'no date': { tamper: (incoming) => without(incoming, 'x-amz-date') },
    'another body': {
      tamper: (incoming) => ({ ...incoming, body: Buffer.from('Action=ListUsers&Version=2010-05-08') }),
    },
    'another path': { tamper: (incoming) => ({ ...incoming, target: '/x' }) },
    'another query': { tamper: (incoming) => ({ ...incoming, target: '/?Action=ListUsers&Version=2010-05-08' }) },
    'another method': { tamper: (incoming) => ({ ...incoming, method: 'PUT' }) },
    'an amz header that is not signed': { tamper: (incoming) => added(incoming, 'X-Amz-Target', 'x') },
    'signatures in header and query': {
      tamper: (incoming) => ({ ...incoming, target: '/?X-Amz-Signature=00&X-Amz-Algorithm=AWS4-HMAC-SHA256' }),
    },
    'another service in the scope': { service: 'sts' },
    'a service that there is not': { service: 's3' },
    'an impossible region': { region: 'nowhere at all' },
  };

  test.each(Object.keys(attempts))('%s: no operation is reached', async (attempt) => {
    const { platform, bob } = await cast();
    const answer = await bob.iam('CreateUser', { UserName: 'eve' }, attempts[attempt]);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect((await bob.iam('GetUser', { UserName: 'eve' })).code).toBe('NoSuchEntity');
    expect(platform.unexpected).toEqual([]);
  });
});
