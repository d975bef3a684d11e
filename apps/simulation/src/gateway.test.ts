import { describe, expect, test } from '@jest/globals';
import type { CallRecord } from '@muniment/audit';
import { Client } from './client.testing.js';
import { home, other, Platform } from './platform.testing.js';

const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const anything = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});

async function open() {
  const { platform, root, otherRoot } = await Platform.open();
  const admin = new Client(platform, root);
  const foreign = new Client(platform, otherRoot);
  return { platform, root, admin, foreign };
}

async function userOf(admin: Client, platform: Platform, UserName: string, policy?: string): Promise<Client> {
  await admin.iam('CreateUser', { UserName });
  if (policy) await admin.iam('PutUserPolicy', { UserName, PolicyName: 'p', PolicyDocument: policy });
  return new Client(platform, Client.keysIn(await admin.iam('CreateAccessKey', { UserName })));
}

const last = async (platform: Platform, account: string): Promise<CallRecord> =>
  (await platform.records(account)).at(-1) as CallRecord;

describe('errors have the form of the service', () => {
  test('a Query service answers in XML, with request id and blame', async () => {
    const { admin } = await open();
    const { status, headers, text } = await admin.iam('GetUser', { UserName: 'nobody' });
    expect([status, headers['content-type']]).toEqual([404, 'text/xml']);
    expect(text).toMatch(
      /^<ErrorResponse xmlns="[^"]+"><Error><Type>Sender<\/Type><Code>NoSuchEntity<\/Code><Message>[^<]+<\/Message><\/Error><RequestId>([0-9a-f-]{36})<\/RequestId><\/ErrorResponse>$/,
    );
    expect(text).toContain(headers['x-amzn-requestid'] as string);
  });

  test('a JSON service answers in JSON, whose faults are 400', async () => {
    const { admin } = await open();
    const wrong = await admin.cloudtrail('LookupEvents', { MaxResults: 500 });
    expect([wrong.status, wrong.headers['content-type']]).toEqual([400, 'application/x-amz-json-1.1']);
    expect(JSON.parse(wrong.text)).toMatchObject({ __type: 'ValidationException' });
    const unsigned = await admin.cloudtrail('LookupEvents', {}, { ahead: 1000 });
    expect(unsigned.status).toBe(400);
  });

  test('what names no service, operation or version that there is, is told so', async () => {
    const { admin } = await open();
    expect(await admin.iam('MakeCoffee')).toMatchObject({ status: 400, code: 'InvalidAction' });
    expect(await admin.send('iam', form, 'Action=GetUser&Version=1999-01-01', {})).toMatchObject({ status: 400 });
    expect(await admin.send('iam', form, '', {})).toMatchObject({ status: 400, code: 'MissingAction' });
    expect(await admin.cloudtrail('MakeCoffee')).toMatchObject({ status: 400 });
    expect(await admin.send('s3', form, 'Action=ListBuckets', {})).toMatchObject({ status: 403 });
    expect(await admin.iam('CreateLoginProfile', { UserName: 'a', Password: 'p'.repeat(20) })).toMatchObject({
      status: 501,
      code: 'NotImplemented',
    });
  });

  test.each([
    ['%zz', 'MalformedQueryString'],
    ['Action=CreateUser&Version=2010-05-08&UserName.x=1', 'MalformedInput'],
    ['Action=CreateUser&Version=2010-05-08&Tags.member.x=1&UserName=u', 'MalformedInput'],
    ['Action=CreateUser&Version=2010-05-08', 'ValidationError'],
  ])('a body that cannot be read: %s', async (body, code) => {
    const { platform, admin } = await open();
    expect(await admin.send('iam', form, body, {})).toMatchObject({ code });
    expect(platform.unexpected).toEqual([]);
  });
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is a name like any other', async (name) => {
  const { platform, admin } = await open();
  const tag = { 'Tags.member.1.Key': name, 'Tags.member.1.Value': 'x' };
  expect((await admin.iam('CreateUser', { UserName: name, ...tag })).status).toBe(200);
  expect((await admin.iam('ListUserTags', { UserName: name })).text).toContain(`<Key>${name}</Key>`);
  const inline = { UserName: name, PolicyName: name };
  expect((await admin.iam('GetUserPolicy', inline)).code).toBe('NoSuchEntity');
  expect((await admin.iam('PutUserPolicy', { ...inline, PolicyDocument: anything })).status).toBe(200);
  expect((await admin.iam('ListUserPolicies', { UserName: name })).text).toContain(`<member>${name}</member>`);
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { AWS: '*' } }],
  });
  expect((await admin.iam('CreateRole', { RoleName: name, AssumeRolePolicyDocument: trust })).status).toBe(200);
  await admin.iam('PutRolePolicy', {
    RoleName: name,
    PolicyName: name,
    PolicyDocument: anything
      .replace('"*"', '"iam:ListUsers"')
      .replace('}]', `,"Condition":{"StringEquals":{"aws:PrincipalTag/${name}":"x"}}}]`),
  });
  const user = new Client(platform, Client.keysIn(await admin.iam('CreateAccessKey', { UserName: name })));
  const assume = (more: object) =>
    user.sts('AssumeRole', { RoleArn: `arn:aws:iam::${home}:role/${name}`, RoleSessionName: name, ...more });
  const tagged = new Client(platform, Client.keysIn(await assume(tag)));
  expect((await tagged.iam('ListUsers')).status).toBe(200);
  const untagged = new Client(platform, Client.keysIn(await assume({})));
  expect((await untagged.iam('ListUsers')).code).toBe('AccessDenied');
  expect((await admin.iam('DeleteUserPolicy', inline)).status).toBe(200);
  expect((await admin.iam('GetUserPolicy', inline)).code).toBe('NoSuchEntity');
  expect(platform.unexpected).toEqual([]);
});

describe('a marker', () => {
  async function paged() {
    const { admin, foreign, platform } = await open();
    for (const name of ['a', 'b', 'c']) {
      await admin.iam('CreateUser', { UserName: name });
      await foreign.iam('CreateUser', { UserName: name });
      await admin.iam('CreateGroup', { GroupName: name });
    }
    const { text } = await admin.iam('ListUsers', { MaxItems: '1' });
    return { admin, foreign, platform, marker: /<Marker>([^<]+)</.exec(text)?.[1] as string };
  }

  test('leads to the next page', async () => {
    const { admin, marker } = await paged();
    const { text } = await admin.iam('ListUsers', { MaxItems: '1', Marker: marker });
    expect(text).toContain('<UserName>b</UserName>');
    expect(text).not.toContain('<UserName>a</UserName>');
  });

  test("that was changed, of another operation or of another account's caller is refused", async () => {
    const { admin, foreign, platform, marker } = await paged();
    const changed = (marker[30] === 'A' ? 'B' : 'A') + marker.slice(1);
    for (const Marker of [changed, marker.slice(0, -1), `${marker}A`, 'a', 'x'.repeat(5000)]) {
      expect(await admin.iam('ListUsers', { Marker })).toMatchObject({ status: 400, code: 'ValidationError' });
    }
    expect(await admin.iam('ListGroups', { Marker: marker })).toMatchObject({ code: 'ValidationError' });
    expect(await foreign.iam('ListUsers', { Marker: marker })).toMatchObject({ code: 'ValidationError' });
    expect(platform.unexpected).toEqual([]);
  });
});

describe('every call is a record', () => {
  test('one that worked: who, from where, what, with which answer', async () => {
    const { platform, admin, root } = await open();
    const { headers } = await admin.iam('CreateUser', { UserName: 'bob' });
    expect(await last(platform, home)).toMatchObject({
      userName: 'root',
      resources: [{ type: 'AWS::IAM::User', name: 'bob' }],
      trail: {
        eventName: 'CreateUser',
        eventSource: 'iam.amazonaws.com',
        eventTime: '2026-11-20T10:00:00Z',
        sourceIPAddress: '203.0.113.7',
        userAgent: 'simulation',
        requestID: headers['x-amzn-requestid'],
        readOnly: false,
        recipientAccountId: home,
        userIdentity: { type: 'Root', accessKeyId: root.accessKeyId },
        requestParameters: { userName: 'bob' },
        responseElements: { user: { userName: 'bob' } },
      },
    });
  });

  test('one that was denied', async () => {
    const { platform, admin } = await open();
    const bob = await userOf(admin, platform, 'bob');
    const { text } = await bob.iam('CreateUser', { UserName: 'eve' });
    const { trail, userName } = await last(platform, home);
    expect(userName).toBe('bob');
    expect(trail).toMatchObject({ eventName: 'CreateUser', errorCode: 'AccessDenied', responseElements: null });
    expect(text).toContain((trail['errorMessage'] as string).slice(0, 60));
  });

  test('one that could not be read, one that met no limit of the model, one that names no operation', async () => {
    const { platform, admin } = await open();
    await admin.send('iam', form, 'Action=CreateUser&Version=2010-05-08&UserName.x=1', {});
    await admin.iam('CreateUser', { UserName: 'a b' });
    await admin.iam('MakeCoffee');
    expect((await platform.records(home)).slice(-3).map(({ trail }) => [trail.eventName, trail['errorCode']])).toEqual([
      ['CreateUser', 'MalformedInput'],
      ['CreateUser', 'ValidationError'],
      ['MakeCoffee', 'InvalidAction'],
    ]);
  });

  test('one with a bad signature, in the account whose key it claims, as no more than a claim', async () => {
    const { platform, admin, root } = await open();
    const forger = new Client(platform, { ...root, secretAccessKey: 'x'.repeat(40) });
    await forger.iam('DeleteUser', { UserName: 'bob' });
    const { trail, userName } = await last(platform, home);
    expect(userName).toBeUndefined();
    expect(trail).toMatchObject({
      eventName: 'DeleteUser',
      errorCode: 'SignatureDoesNotMatch',
      requestParameters: null,
      userIdentity: { type: 'AWSAccount', accountId: home, accessKeyId: root.accessKeyId },
    });
    const used = await admin.iam('GetAccessKeyLastUsed', { AccessKeyId: root.accessKeyId });
    expect(used.text).toContain('<ServiceName>N/A</ServiceName>');
  });

  test('what callers choose freely is cut, whoever they are', async () => {
    const { platform, admin } = await open();
    const long = 'x'.repeat(14_000);
    const nobody = new Client(platform, { accessKeyId: `AKIA${long}`, secretAccessKey: 'x' });
    await nobody.iam('ListUsers', {}, { headers: { 'User-Agent': long } });
    expect(JSON.stringify(await last(platform, home)).length).toBeLessThan(4000);
    await nobody.iam(long);
    expect(JSON.stringify(await last(platform, home)).length).toBeLessThan(4000);
    await admin.iam('CreateUser', { UserName: long });
    expect(JSON.stringify((await last(platform, home)).trail['errorMessage']).length).toBeLessThan(1100);
  });

  test('a role assumed across accounts: one in each, of one shared event (requirements-2 section 14)', async () => {
    const { platform, admin, foreign } = await open();
    const RoleArn = `arn:aws:iam::${other}:role/r`;
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: home } }],
    });
    await foreign.iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust });
    const bob = await userOf(admin, platform, 'bob', anything);
    const session = await bob.sts('AssumeRole', { RoleArn, RoleSessionName: 'night' });
    expect(session.status).toBe(200);
    const [own, owners] = [(await last(platform, home)).trail, (await last(platform, other)).trail];
    expect([own.eventName, owners.eventName]).toEqual(['AssumeRole', 'AssumeRole']);
    expect(own['sharedEventID']).toBeDefined();
    expect(owners['sharedEventID']).toBe(own['sharedEventID']);
    expect(owners.eventID).not.toBe(own.eventID);
    expect(own.userIdentity).toMatchObject({ type: 'IAMUser', userName: 'bob' });
    expect(owners.userIdentity).toMatchObject({ type: 'AWSAccount', accountId: home });
    expect(JSON.stringify(owners.userIdentity)).not.toContain('bob');
  });

  test('none holds a secret, nor does any event (S25)', async () => {
    const { platform, root, admin } = await open();
    const bob = await userOf(admin, platform, 'bob', anything);
    const answers = [await admin.iam('CreateAccessKey', { UserName: 'bob' }), await bob.sts('GetSessionToken')];
    await admin.iam('CreateLoginProfile', { UserName: 'bob', Password: 'canary-password-1' });
    await admin.iam('CreateLoginProfile', { UserName: 'bob', Password: 'canary-password-2\u0001' });
    await admin.iam('ChangePassword', { OldPassword: 'canary-password-3', NewPassword: 'canary-password-4' });
    await bob.sts('GetSessionToken', { SerialNumber: 'arn:aws:iam::111122223333:mfa/bob', TokenCode: '918273' });
    await platform.recorder.flush();
    const { events } = await platform.log.readAll(['calls', 'credentials', 'directory', 'platform'], 0, 10_000);
    const everything = JSON.stringify(events);
    const secrets = answers.map((answer) => Client.keysIn(answer).secretAccessKey);
    expect(secrets.every((secret) => secret.length === 40)).toBe(true);
    for (const secret of [root.secretAccessKey, ...secrets, 'canary-password', '918273']) {
      expect([secret, everything.includes(secret)]).toEqual([secret, false]);
    }
  });
});

test('days without calls are not walked through, however many are asked for', async () => {
  const { admin } = await open();
  const started = process.cpuUsage();
  const answer = await admin.cloudtrail('LookupEvents', { StartTime: -62_135_596_800, EndTime: 253_402_300_799 });
  expect(answer.status).toBe(200);
  expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
});

test('an unsigned form of a megabyte costs little (S35)', async () => {
  const { admin } = await open();
  let body = '';
  for (let index = 0; body.length < 1_000_000; index++) body += `${index.toString(36)}${'.a'.repeat(30)}&`;
  const tamper = <Request extends { body: Buffer }>(incoming: Request) => ({ ...incoming, body: Buffer.from(body) });
  const started = process.cpuUsage();
  expect((await admin.iam('ListUsers', {}, { tamper })).status).toBe(403);
  expect(process.cpuUsage(started).user).toBeLessThan(500_000);
});

describe('a position that another gateway is said to have told of, and that the log does not reach', () => {
  test('is refused to wait for, until it is known to be wrong: then nobody waits', async () => {
    const { platform, admin } = await open();
    platform.gateway.heard(9e15);
    expect(await admin.iam('ListUsers')).toMatchObject({ status: 503, code: 'ServiceUnavailable' });
    platform.gateway.refuted(9e15, await platform.log.head());
    expect((await admin.iam('ListUsers')).status).toBe(200);
  });

  test('costs no call its answer that waits for it meanwhile', async () => {
    const { platform, admin } = await open();
    platform.gateway.heard(9e15);
    const waiting = admin.iam('ListUsers');
    platform.gateway.refuted(9e15, await platform.log.head());
    expect((await waiting).status).toBe(200);
  });

  test("hides nothing of this gateway's own writes", async () => {
    const { platform, admin } = await open();
    platform.gateway.heard(9e15);
    platform.gateway.refuted(9e15, 0);
    platform.readModels.milliseconds = 30;
    await admin.iam('CreateUser', { UserName: 'bob' });
    platform.gateway.heard(8e15);
    platform.gateway.refuted(8e15, 0);
    expect((await admin.iam('GetUser', { UserName: 'bob' })).status).toBe(200);
  });
});
