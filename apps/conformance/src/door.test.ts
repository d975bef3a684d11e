/** The one door: whatever comes without a signature is refused in AWS's form, on every method and path (S7). */
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { faultIn, queryCall, type RawRequest, send, sign } from './harness/raw.js';
import { type Target, target } from './harness/target.js';

jest.setTimeout(60_000);

let server: Target;

beforeAll(async () => {
  server = await target();
});
afterAll(() => server?.dispose());

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND'];
const paths = [
  '/',
  '//',
  '/..',
  '/%2e%2e/',
  '/iam',
  '/livez/',
  '/livez/../',
  '/livez%2f..%2f',
  '/readyz/x',
  '/readyz;/..;/',
  '/metrics%00',
  '/.well-known/anything',
  '/%',
  '/%zz',
  '/%ff%fe',
  `/${'a/'.repeat(500)}`,
  '/as-of/2026-01-01T00:00:00Z/',
  '/?Action=ListUsers&Version=2010-05-08',
  '/?X-Amz-Signature=00',
];
const forgeries: [string, (request: RawRequest) => RawRequest][] = [
  ['no signature', (request) => request],
  [
    "somebody's signature",
    (request) => {
      const by = { ...server.root, secretAccessKey: 'not the secret' };
      const signed = sign(server.url, { ...request, path: '/', query: '' }, by, { service: 'iam' });
      return { ...signed, path: request.path, query: request.query };
    },
  ],
];

test.each(forgeries)('%s opens no method on any path', async (_, forge) => {
  const opened: string[] = [];
  const misshapen: string[] = [];
  for (const method of methods) {
    for (const target of paths) {
      const [path = '', query = ''] = target.split('?');
      const body = method === 'POST' || method === 'PUT' ? queryCall('iam', 'ListUsers').body : '';
      const answer = await send(server.url, forge({ ...queryCall('iam', 'ListUsers'), method, path, query, body }));
      const seen = `${method} ${target}: ${answer.status} ${answer.body.slice(0, 200)}`;
      if (answer.status < 400 || answer.status >= 500) opened.push(seen);
      const shaped = answer.body.startsWith('<ErrorResponse') || answer.body.startsWith('{"__type"');
      if (method !== 'HEAD' && !shaped) misshapen.push(seen);
    }
  }
  expect(opened).toEqual([]);
  expect(misshapen).toEqual([]);
});

test('what is open to all tells nothing of any account', async () => {
  for (const path of ['/livez', '/readyz', '/metrics']) {
    const { status, body } = await send(server.url, { ...queryCall('iam', ''), method: 'GET', path, body: '' });
    expect(status).toBe(200);
    expect(body).not.toContain(server.accountId);
    expect(body).not.toContain(server.root.accessKeyId);
  }
});

test('a body that is too large is refused in the form of the service', async () => {
  const large = queryCall('iam', 'CreateUser', { UserName: 'x'.repeat(2 * 1024 * 1024) });
  const answer = await send(server.url, sign(server.url, large, server.root, { service: 'iam' }));
  expect(faultIn(answer)).toMatchObject({ status: 413, code: 'RequestEntityTooLarge' });
});

/** What the server says to bytes that no HTTP client would send. */
function say(bytes: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (chunk) => (answer += String(chunk)));
    socket.on('end', () => resolve(answer));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

test('headers that are too large, and what is no HTTP, end in a plain refusal', async () => {
  const headers = await say(`POST / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
  expect(headers).toMatch(/^HTTP\/1\.1 431 /);
  const noise = await say('\u0000\u0001\u0002 nothing\r\n\r\n');
  expect(noise).toMatch(/^HTTP\/1\.1 400 /);
  const smuggled = await say(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  );
  expect(smuggled).toMatch(/^HTTP\/1\.1 400 /);
  for (const answer of [headers, noise, smuggled]) expect(answer).not.toMatch(/<html|<!doctype| at .*\.js:/i);
});

test('clients that go away in the middle harm nobody', async () => {
  const { hostname, port } = new URL(server.url);
  const signed = sign(server.url, queryCall('iam', 'ListUsers'), server.root, { service: 'iam' });
  const head = Object.entries(signed.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = `Content-Length: ${signed.body.length}\r\n`;
  const whole = `POST / HTTP/1.1\r\n${head.join('')}${length}\r\n${signed.body}`;
  const leave = (bytes: string, reset: boolean) =>
    new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(bytes, () => (reset ? socket.resetAndDestroy() : socket.destroy()));
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve());
    });
  const parts = [0.1, 0.5, 0.9, 0.99, 1].map((share) => whole.slice(0, Math.ceil(whole.length * share)));
  for (const bytes of [...parts, whole.repeat(20), `${whole}\u0000`]) {
    await Promise.all(Array.from({ length: 10 }, (_, index) => leave(bytes, index % 2 === 0)));
  }
  expect((await send(server.url, signed)).status).toBe(200);
});

test('calls that name no operation, or none that there is, are refused after the signature', async () => {
  const signed = (request: RawRequest) => send(server.url, sign(server.url, request, server.root, { service: 'iam' }));
  expect(faultIn(await signed(queryCall('iam', 'MakeCoffee')))).toMatchObject({ status: 400, code: 'InvalidAction' });
  const { body: _, ...nothing } = queryCall('iam', '');
  expect(faultIn(await signed({ ...nothing, body: 'Version=2010-05-08' }))).toMatchObject({
    status: 400,
    code: 'MissingAction',
  });
  const old = { ...nothing, body: 'Action=ListUsers&Version=2009-01-01' };
  expect(faultIn(await signed(old)).code).toBe('InvalidAction');
});
