/** Who is let in: AWS's own codes and texts for every flaw of a signature, in Query and in JSON services. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { presignRequest } from '@muniment/sigv4';
import {
  type Clients,
  clientsFor,
  clientsOf,
  document,
  person,
  statement,
  trusting,
  unique,
} from './harness/clients.js';
import { faultIn, jsonCall, queryCall, type RawRequest, send, sign, type Signing } from './harness/raw.js';
import { type Credentials, type Target, target } from './harness/target.js';

jest.setTimeout(60_000);

let server: Target;
let root: Clients;
let session: Credentials;

beforeAll(async () => {
  server = await target();
  root = clientsFor(server.url, server.root);
  ({ credentials: session } = await sessionOf('worker'));
});
afterAll(() => server?.dispose());

async function sessionOf(name: string): Promise<Clients> {
  const ada = await person(server.url, root, name, statement('Allow', '*'));
  const RoleName = unique(name);
  const { Role } = await root.iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting(ada.arn) });
  const PolicyDocument = document(statement('Allow', '*'));
  await root.iam.putRolePolicy({ RoleName, PolicyName: 'own', PolicyDocument });
  return clientsOf(server.url, await ada.sts.assumeRole({ RoleArn: Role?.Arn, RoleSessionName: name }));
}

/** The same call in the form of each protocol, and the code that each gives a common error. */
const services = {
  iam: {
    call: () => queryCall('iam', 'ListUsers'),
    codes: (query: string, _json: string, status: number) => ({ code: query, status }),
  },
  cloudtrail: {
    call: () => jsonCall('LookupEvents', { MaxResults: 1 }),
    codes: (_query: string, json: string) => ({ code: json, status: 400 }),
  },
} as const;
const each = Object.keys(services) as (keyof typeof services)[];

interface Flaw {
  readonly by?: Credentials;
  readonly signing?: Partial<Signing>;
  readonly before?: (request: RawRequest) => RawRequest;
  readonly after?: (request: RawRequest) => RawRequest;
}

async function attempt(service: keyof typeof services, { by = server.root, signing, before, after }: Flaw) {
  const call = services[service].call();
  const signed = sign(server.url, before?.(call) ?? call, by, { service, ...signing });
  return send(server.url, after?.(signed) ?? signed);
}

const withHeader = (name: string, value: string) => (request: RawRequest) => ({
  ...request,
  headers: { ...request.headers, [name]: value },
});
const without = (name: string) => (request: RawRequest) => ({
  ...request,
  headers: Object.fromEntries(Object.entries(request.headers).filter(([header]) => header !== name)),
});
const minutes = (count: number): Date => new Date(Date.now() + count * 60_000);

test.each(each)('%s: a call that is signed well is answered', async (service) => {
  expect((await attempt(service, {})).status).toBe(200);
  expect((await attempt(service, { by: session })).status).toBe(200);
});

const tampered = /^The request signature we calculated does not match the signature you provided\./;
const invalid = /^The security token included in the request is invalid\.$/;

/** Flaw, code of Query services, code of JSON services, status of Query services, text. */
const flaws: [string, () => Flaw, string, string, number, RegExp][] = [
  [
    'another secret',
    () => ({ by: { ...server.root, secretAccessKey: 'x'.repeat(40) } }),
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
    403,
    tampered,
  ],
  [
    'a changed body',
    () => ({ after: (request) => ({ ...request, body: `${request.body} ` }) }),
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
    403,
    tampered,
  ],
  [
    'a date ten minutes ago',
    () => ({ signing: { now: minutes(-10) } }),
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
    403,
    /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/,
  ],
  [
    'a date to come',
    () => ({ signing: { now: minutes(10) } }),
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
    403,
    /^Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 5 min\.\)$/,
  ],
  [
    "another service's scope",
    () => ({ signing: { service: 's3' } }),
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
    403,
    /^Credential should be scoped to correct service: '(iam|cloudtrail)'\.$/,
  ],
  [
    'no region',
    () => ({ signing: { region: 'nowhere' } }),
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
    403,
    /^Credential should be scoped to a valid region, not 'nowhere'\.$/,
  ],
  [
    'a key that there is not',
    () => ({ by: { ...server.root, accessKeyId: 'AKIA0000000000000000' } }),
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    403,
    invalid,
  ],
  [
    "a session's key without its token",
    () => ({ by: { ...session, sessionToken: undefined } as never }),
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    403,
    invalid,
  ],
  [
    'a token that is none',
    () => ({ by: { ...session, sessionToken: 'abc' } }),
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    403,
    invalid,
  ],
  [
    'a token with a long-term key',
    () => ({ by: { ...server.root, sessionToken: session.sessionToken } as never }),
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    403,
    invalid,
  ],
  [
    'no signature',
    () => ({ after: without('Authorization') }),
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
    403,
    /^Request is missing Authentication Token$/,
  ],
  [
    'an unsigned x-amz- header',
    () => ({ after: withHeader('X-Amz-Meta', 'x') }),
    'AccessDenied',
    'AccessDeniedException',
    403,
    /^There were headers present in the request which were not signed$/,
  ],
  [
    'half an Authorization header',
    () => ({ after: withHeader('Authorization', 'AWS4-HMAC-SHA256 Credential=x') }),
    'IncompleteSignature',
    'IncompleteSignatureException',
    400,
    /Authorization/,
  ],
  [
    'signature version 2 (ruling 9)',
    () => ({ after: withHeader('Authorization', 'AWS AKIA:c2lnbmF0dXJl') }),
    'IncompleteSignature',
    'IncompleteSignatureException',
    400,
    /AWS4-HMAC-SHA256/,
  ],
  [
    'header and query both (ruling 10)',
    () => ({ after: (request) => ({ ...request, query: 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00' }) }),
    'IncompleteSignature',
    'IncompleteSignatureException',
    400,
    /^Only one auth mechanism allowed/,
  ],
];

test.each(flaws)('refused: %s', async (_, flaw, query, json, status, text) => {
  for (const service of each) {
    const answer = await attempt(service, flaw());
    expect(faultIn(answer)).toEqual({
      ...services[service].codes(query, json, status),
      message: expect.stringMatching(text),
    });
    expect(answer.headers['x-amzn-requestid']).toMatch(/^[\da-f-]{36}$/);
  }
});

test('a token belongs to the key that it was issued with', async () => {
  const { credentials: other } = await sessionOf('other');
  const mixed = { ...session, sessionToken: other.sessionToken } as Credentials;
  expect(faultIn(await attempt('iam', { by: mixed }))).toMatchObject({ status: 403, code: 'InvalidClientTokenId' });
  const token = other.sessionToken ?? '';
  const changed = token.slice(0, -6) + (token.at(-6) === 'A' ? 'B' : 'A') + token.slice(-5);
  expect(faultIn(await attempt('iam', { by: { ...other, sessionToken: changed } })).code).toBe('InvalidClientTokenId');
});

test('a key that is inactive or deleted, or whose user is gone, is a key that there is not', async () => {
  const ada = await person(server.url, root, 'ada');
  const { accessKeyId: AccessKeyId } = ada.credentials;
  const unknown = {
    status: 403,
    code: 'InvalidClientTokenId',
    message: 'The security token included in the request is invalid.',
  };
  await root.iam.updateAccessKey({ UserName: ada.name, AccessKeyId, Status: 'Inactive' });
  expect(faultIn(await attempt('iam', { by: ada.credentials }))).toEqual(unknown);
  await root.iam.deleteAccessKey({ UserName: ada.name, AccessKeyId });
  expect(faultIn(await attempt('iam', { by: ada.credentials }))).toEqual(unknown);
  const wrong = { ...ada.credentials, secretAccessKey: 'x'.repeat(40) };
  expect(faultIn(await attempt('iam', { by: wrong }))).toEqual(unknown);
});

test('sessions of a user end with the user', async () => {
  const ada = await person(server.url, root, 'ada');
  const temporary = clientsOf(server.url, await ada.sts.getSessionToken({}));
  await temporary.sts.getCallerIdentity({});
  await root.iam.deleteAccessKey({ UserName: ada.name, AccessKeyId: ada.credentials.accessKeyId });
  await root.iam.deleteUser({ UserName: ada.name });
  const call = sign(server.url, queryCall('sts', 'GetCallerIdentity'), temporary.credentials, { service: 'sts' });
  expect(faultIn(await send(server.url, call)).code).toBe('InvalidClientTokenId');
});

function presigned(by: Credentials, expiresIn: number, now = new Date()): RawRequest {
  const headers = { Host: new URL(server.url).host };
  const query = 'Action=GetCallerIdentity&Version=2011-06-15';
  const request = { method: 'GET', path: '/', query, headers: Object.entries(headers).flat(), body: Buffer.alloc(0) };
  const scope = { service: 'sts', region: 'us-east-1', now, expiresIn };
  return { ...request, headers, query: presignRequest(request, by, scope), body: '' };
}

test('a presigned URL tells who made it, until it expires', async () => {
  for (const by of [server.root, session]) {
    const answer = await send(server.url, presigned(by, 60));
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('<GetCallerIdentityResult>');
  }
  expect((await send(server.url, presigned(server.root, 1200, minutes(-15)))).status).toBe(200);
  expect(faultIn(await send(server.url, presigned(server.root, 60, minutes(-2)))).message).toMatch(
    /^Signature expired/,
  );
  const changed = presigned(server.root, 60);
  expect(faultIn(await send(server.url, { ...changed, query: `${changed.query}&x=1` })).code).toBe(
    'SignatureDoesNotMatch',
  );
});
