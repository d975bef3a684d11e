/** Every call leaves a record, at once and in CloudTrail's shape; no secret is left anywhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { LookupAttribute } from '@aws-sdk/client-cloudtrail';
import {
  type Clients,
  clientsFor,
  clientsOf,
  document,
  person,
  refusal,
  statement,
  trusting,
  unique,
} from './harness/clients.js';
import { queryCall, send, sign } from './harness/raw.js';
import type { Server } from './harness/server.js';
import { ownServer } from './harness/target.js';

jest.setTimeout(60_000);

let server: Server;
let root: Clients;
const secrets = new Set<string>();
/** CloudTrail itself shows session tokens, useless without their secret (requirements-3 3.3); logs must not. */
const tokens = new Set<string>();

beforeAll(async () => {
  server = await ownServer();
  root = clientsFor(server.url, server.root);
  secrets.add(server.root.secretAccessKey).add(server.other.root.secretAccessKey);
});
afterAll(() => server?.dispose());

const recorded = {
  eventVersion: expect.stringMatching(/^1\.\d\d$/),
  eventID: expect.stringMatching(/^[\da-f-]{36}$/),
  eventType: 'AwsApiCall',
  eventCategory: 'Management',
  managementEvent: true,
  awsRegion: 'us-east-1',
  sourceIPAddress: '127.0.0.1',
  userAgent: expect.stringContaining('aws-sdk-js'),
} as const;

/** The record of one call, found by its request id, within a second. */
async function recordOf(requestID: string | undefined, attribute: LookupAttribute, by = root): Promise<unknown> {
  const until = Date.now() + 1000;
  for (;;) {
    const { Events = [] } = await by.cloudtrail.lookupEvents({ LookupAttributes: [attribute] });
    const records = Events.map((event) => JSON.parse(event.CloudTrailEvent ?? '') as { requestID?: string });
    const found = records.find((record) => record.requestID === requestID);
    if (found || Date.now() > until) return found;
    await sleep(20);
  }
}
const named = (AttributeValue: string): LookupAttribute => ({ AttributeKey: 'EventName', AttributeValue });

async function keep<T extends Clients>(made: Promise<T>): Promise<T> {
  const clients = await made;
  secrets.add(clients.credentials.secretAccessKey);
  if (clients.credentials.sessionToken) tokens.add(clients.credentials.sessionToken);
  return clients;
}

const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: { message: string; $metadata: { requestId?: string } }) => error,
  );

test('a call that worked: who, what, from where, with which answer', async () => {
  const UserName = unique('ada');
  const { User, $metadata } = await root.iam.createUser({ UserName, Path: '/lab/', Tags: [{ Key: 'a', Value: 'b' }] });
  expect(await recordOf($metadata.requestId, named('CreateUser'))).toEqual({
    ...recorded,
    requestID: $metadata.requestId,
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateUser',
    eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    readOnly: false,
    recipientAccountId: server.accountId,
    userIdentity: {
      type: 'Root',
      principalId: server.accountId,
      arn: `arn:aws:iam::${server.accountId}:root`,
      accountId: server.accountId,
      accessKeyId: server.root.accessKeyId,
    },
    requestParameters: { userName: UserName, path: '/lab/', tags: [{ key: 'a', value: 'b' }] },
    responseElements: {
      user: expect.objectContaining({ userName: UserName, arn: User?.Arn, userId: User?.UserId }),
    },
  });
});

test('a read is a record without an answer', async () => {
  const { $metadata } = await root.iam.listGroups({ PathPrefix: '/x/' });
  expect(await recordOf($metadata.requestId, named('ListGroups'))).toMatchObject({
    readOnly: true,
    requestParameters: { pathPrefix: '/x/' },
    responseElements: null,
  });
});

test('denied calls, refused calls and malformed calls are records with their error', async () => {
  const ada = await keep(person(server.url, root, 'ada'));
  const denial = await failureOf(ada.iam.deleteUser({ UserName: 'bob' }));
  expect(await recordOf(denial?.$metadata.requestId, named('DeleteUser'))).toMatchObject({
    errorCode: 'AccessDenied',
    errorMessage: denial?.message,
    requestParameters: { userName: 'bob' },
    responseElements: null,
    userIdentity: {
      type: 'IAMUser',
      principalId: expect.stringMatching(/^AIDA/),
      arn: ada.arn,
      accountId: server.accountId,
      accessKeyId: ada.credentials.accessKeyId,
      userName: ada.name,
    },
  });
  const missing = await failureOf(root.iam.getUser({ UserName: 'nobody' }));
  expect(await recordOf(missing?.$metadata.requestId, named('GetUser'))).toMatchObject({
    errorCode: 'NoSuchEntityException',
    errorMessage: missing?.message,
  });
  const invalid = await failureOf(root.iam.createGroup({ GroupName: 'a b' }));
  expect(await recordOf(invalid?.$metadata.requestId, named('CreateGroup'))).toMatchObject({
    errorCode: 'ValidationError',
    requestParameters: { groupName: 'a b' },
  });
});

test.each([
  ['a path that cannot be decoded', { path: '/%zz' }, 'MalformedInput'],
  ['a body that is too large', { body: 'x'.repeat(2_000_000) }, 'RequestEntityTooLarge'],
])('%s is refused unread, and is a record all the same', async (_, change, errorCode) => {
  const answer = await send(server.url, { ...queryCall('iam', 'ListUsers'), ...change });
  expect(answer.body).toContain(`<Code>${errorCode}</Code>`);
  const id = answer.headers['x-amzn-requestid'] as string;
  const record = await recordOf(id, named('Unknown'));
  expect(record).toMatchObject({ errorCode, userIdentity: { type: 'Unknown' }, sourceIPAddress: '127.0.0.1' });
});

test('calls with a bad signature are records of the account whose key they claim', async () => {
  const forged = sign(
    server.url,
    queryCall('iam', 'ListUsers'),
    { ...server.other.root, secretAccessKey: 'not the secret' },
    { service: 'iam' },
  );
  const answer = await send(server.url, { ...forged, headers: { ...forged.headers, 'User-Agent': 'forger/1.0' } });
  const id = answer.headers['x-amzn-requestid'] as string;
  const away = clientsFor(server.url, server.other.root);
  expect(await recordOf(id, named('ListUsers'), away)).toMatchObject({
    eventName: 'ListUsers',
    errorCode: 'SignatureDoesNotMatch',
    userAgent: 'forger/1.0',
    userIdentity: { accountId: server.other.accountId, accessKeyId: server.other.root.accessKeyId },
  });
  expect(await recordOf(id, named('ListUsers'))).toBeUndefined();
});

test('a session is told with its role, its maker with the session; both accounts see it (requirements-3 3.1)', async () => {
  const away = clientsFor(server.url, server.other.root);
  const ada = await keep(person(server.url, root, 'ada', statement('Allow', 'sts:*')));
  const RoleName = unique('visitor');
  const AssumeRolePolicyDocument = document({
    Effect: 'Allow',
    Principal: { AWS: ada.arn },
    Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
  });
  const { Role } = await away.iam.createRole({ RoleName, AssumeRolePolicyDocument });
  const input = { RoleArn: Role?.Arn, RoleSessionName: 'visit', SourceIdentity: 'ada' };
  const assumed = await ada.sts.assumeRole(input);
  const visit = await keep(Promise.resolve(clientsOf(server.url, assumed)));
  const { requestId } = assumed.$metadata;
  const own = (await recordOf(requestId, named('AssumeRole'))) as Record<string, unknown>;
  const owners = (await recordOf(requestId, named('AssumeRole'), away)) as Record<string, unknown>;
  expect(own).toMatchObject({
    userIdentity: { type: 'IAMUser', userName: ada.name },
    requestParameters: { roleArn: Role?.Arn, roleSessionName: 'visit', sourceIdentity: 'ada' },
    responseElements: {
      credentials: {
        accessKeyId: visit.credentials.accessKeyId,
        expiration: expect.stringMatching(/^[A-Z][a-z]{2} \d/),
      },
      assumedRoleUser: { arn: assumed.AssumedRoleUser?.Arn },
    },
  });
  expect(own['responseElements']).not.toHaveProperty('credentials.secretAccessKey');
  expect(owners).toMatchObject({
    sharedEventID: own['sharedEventID'],
    recipientAccountId: server.other.accountId,
    userIdentity: { type: 'AWSAccount', accountId: server.accountId, principalId: expect.stringMatching(/^AIDA/) },
  });
  expect(owners['userIdentity']).not.toHaveProperty('arn');
  const denial = await failureOf(visit.iam.listUsers({}));
  expect(await recordOf(denial?.$metadata.requestId, named('ListUsers'), away)).toMatchObject({
    userIdentity: {
      type: 'AssumedRole',
      principalId: `${Role?.RoleId}:visit`,
      arn: assumed.AssumedRoleUser?.Arn,
      accessKeyId: visit.credentials.accessKeyId,
      sessionContext: {
        sessionIssuer: { type: 'Role', principalId: Role?.RoleId, arn: Role?.Arn, userName: RoleName },
        attributes: { mfaAuthenticated: 'false', creationDate: expect.any(String) },
        sourceIdentity: 'ada',
      },
    },
  });
});

test('records are looked up by user, key, resource, source and kind, and page by page', async () => {
  const ada = await keep(person(server.url, root, 'ada', statement('Allow', 'iam:*')));
  const GroupName = unique('g');
  await ada.iam.createGroup({ GroupName });
  for (let index = 0; index < 4; index++) await ada.iam.getGroup({ GroupName });
  const found = async (AttributeKey: LookupAttribute['AttributeKey'], AttributeValue: string) => {
    const { Events } = await root.cloudtrail.lookupEvents({ LookupAttributes: [{ AttributeKey, AttributeValue }] });
    return Events?.map(({ EventName }) => EventName);
  };
  const calls = ['GetGroup', 'GetGroup', 'GetGroup', 'GetGroup', 'CreateGroup'];
  expect(await found('Username', ada.name)).toEqual(calls);
  expect(await found('AccessKeyId', ada.credentials.accessKeyId)).toEqual(calls);
  expect(await found('ResourceName', GroupName)).toEqual(calls);
  expect(await found('EventSource', 's3.amazonaws.com')).toEqual([]);
  expect(await found('ReadOnly', 'false')).not.toContain('GetGroup');
  const seen: (string | undefined)[] = [];
  let NextToken: string | undefined;
  do {
    const LookupAttributes: LookupAttribute[] = [{ AttributeKey: 'Username', AttributeValue: ada.name }];
    const page = await root.cloudtrail.lookupEvents({ LookupAttributes, MaxResults: 2, NextToken });
    seen.push(...(page.Events ?? []).map(({ EventId }) => EventId));
    ({ NextToken } = page);
  } while (NextToken);
  expect(new Set(seen).size).toBe(5);
  const StartTime = new Date(Date.now() + 60_000);
  expect((await root.cloudtrail.lookupEvents({ StartTime })).Events).toEqual([]);
  expect((await refusal(root.cloudtrail.lookupEvents({ NextToken: 'AAAA' }))).name).toMatch(
    /InvalidNextToken|Validation/,
  );
});

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

test('no secret is on disk, in the logs or in the records', async () => {
  for (let index = 0; index < 3; index++) {
    const ada = await keep(person(server.url, root, 'ada', statement('Allow', '*')));
    const RoleName = unique('r');
    const { Role } = await root.iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting(ada.arn) });
    const input = { RoleArn: Role?.Arn, RoleSessionName: 'work' };
    const session = await keep(ada.sts.assumeRole(input).then((issued) => clientsOf(server.url, issued)));
    await keep(ada.sts.getSessionToken({}).then((issued) => clientsOf(server.url, issued)));
    await session.sts.getCallerIdentity({});
  }
  const records: string[] = [];
  for (const { cloudtrail } of [root, clientsFor(server.url, server.other.root)]) {
    let NextToken: string | undefined;
    do {
      const page = await cloudtrail.lookupEvents({ NextToken });
      records.push(JSON.stringify(page.Events));
      ({ NextToken } = page);
    } while (NextToken);
  }
  expect((await server.stop()).code).toBe(0);
  const files = filesIn(server.dataDirectory);
  const places = new Map([
    ['records', Buffer.from(records.join('\n'))],
    ['log', Buffer.from(server.log + server.output)],
    ...files.map((file) => [file, readFileSync(file)] as const),
  ]);
  expect(records.join('').length).toBeGreaterThan(10_000);
  expect(files.length).toBeGreaterThan(2);
  const forms = [...secrets].flatMap((secret) => [secret, encodeURIComponent(secret), btoa(secret)]);
  const found = forms.flatMap((form) =>
    [...places].filter(([, content]) => content.includes(form)).map(([place]) => place),
  );
  expect(secrets.size).toBeGreaterThan(12);
  expect([...tokens].filter((token) => server.log.includes(token))).toEqual([]);
  expect(found).toEqual([]);
});
