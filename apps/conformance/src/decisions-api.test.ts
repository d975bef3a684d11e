/** Decisions for services of one's own, by everything that docs/decisions-api.md says, and what the port refuses. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { repository } from './harness/build.js';
import { awsEnvironment, needs, run } from './harness/programs.js';
import { jsonCall, type RawAnswer, send, sign } from './harness/raw.js';
import type { Server } from './harness/server.js';
import { ownServer } from './harness/target.js';

needs('aws', 'aws', '--version');
needs('curl, 7.75 or later', 'curl', '--aws-sigv4', 'aws:amz', '--version');
needs('python3 with boto3', 'python3', '-c', 'import boto3');
jest.setTimeout(120_000);

const token = randomBytes(24).toString('hex');
const longest = 64 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'muniment-decisions-'));
const blocks = (page: string, language: string): string[] =>
  Array.from(
    readFileSync(join(repository, 'docs', page), 'utf8').matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs')),
    ([, text = '']) => text,
  );

let server: Server;
let door = '';

beforeAll(async () => {
  const settings = {
    MUNIMENT_DECISIONS_PORT: '0',
    MUNIMENT_DECISIONS_TOKEN: token,
    MUNIMENT_MAX_BODY_BYTES: String(longest),
  };
  server = await ownServer({ settings });
  door = / answers questions at (\S+)/.exec(server.output)?.[1] ?? '';
  writeFileSync(join(folder, 'orders.json'), blocks('services.md', 'json')[0] ?? '');
  symlinkSync(join(repository, 'libs'), join(folder, 'libs'));
  const [, api = ''] = blocks('services.md', 'sh');
  const [people = ''] = blocks('decisions-api.md', 'sh');
  const ran = await run('bash', ['--norc', '-euc', `${api}\n${people}`], { env: environment(), cwd: folder });
  if (ran.code !== 0) throw new Error(ran.stderr);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server?.dispose();
});

const environment = () => ({ ...awsEnvironment(server.url, server.root), HOME: folder });
const ann = () => `arn:aws:iam::${server.accountId}:user/ann`;
const order = () => `arn:aws:orders:eu-west-1:${server.accountId}:order/17`;
const question = (more: object = {}) => ({
  Principal: ann(),
  Actions: ['orders:GetOrder'],
  Resources: [order()],
  Context: { 'orders:Channel': { String: 'web' } },
  ...more,
});

interface Knock {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
}

const knock = (body: string, headers: Record<string, string> = {}, path = '/IsAuthorized', method = 'POST') => {
  const usual = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
  return send(door, { method, path, query: '', headers: { ...usual, ...headers }, body });
};
const ask = (asked: object, headers?: Record<string, string>, path?: string) =>
  knock(JSON.stringify(asked), headers, path);
const seen = ({ status, body }: RawAnswer) => [status, JSON.parse(body) as unknown];

test('the docs: a signed call with curl, boto3, and the port of the decisions service', async () => {
  const [, curl = '', port = ''] = blocks('decisions-api.md', 'sh');
  const quiet = (text: string) => text.replace('curl ', 'curl --silent --show-error ');
  const [answer = ''] = blocks('decisions-api.md', 'json');
  const env = { ...environment(), DECISIONS_URL: door, MUNIMENT_DECISIONS_TOKEN: token };
  const ran = await run('bash', ['--norc', '-euc', `${quiet(curl)}\necho\n${quiet(port)}`], { env });
  expect(ran.stderr).toBe('');
  const [signed = '', asked = ''] = ran.stdout.split('\n');
  expect(JSON.parse(signed)).toEqual(JSON.parse(answer));
  expect(JSON.parse(asked)).toEqual(JSON.parse(answer));
  const [story = ''] = blocks('decisions-api.md', 'python');
  expect(await run('python3', ['-c', story], { env: environment(), cwd: folder })).toEqual({
    code: 0,
    stdout:
      'DENY IDENTITY_BASED_POLICY\n' +
      `User: ${ann()} is not authorized to perform: orders:GetOrder on resource: ${order()} ` +
      'because no identity-based policy allows the orders:GetOrder action\n',
    stderr: '',
  });
});

describe('the signed operations', () => {
  const story = `
import boto3, json, os, sys
from botocore.exceptions import ClientError
iam = boto3.client("iam")
account = boto3.client("sts").get_caller_identity()["Account"]
ann, asker = f"arn:aws:iam::{account}:user/ann", "asker-" + os.urandom(4).hex()
iam.create_user(UserName=asker)
key = iam.create_access_key(UserName=asker)["AccessKey"]
allow = {"Effect": "Allow", "Action": "muniment:IsAuthorized", "Resource": ann}
iam.put_user_policy(UserName=asker, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": allow}))
mine = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"]).client("muniment")
question = {"Principal": ann, "Actions": ["orders:GetOrder"], "Resources": [f"arn:aws:orders:eu-west-1:{account}:order/17"]}
def code(call, **given):
    try:
        return call(**given)["Decision"]
    except ClientError as error:
        return error.response["Error"]["Code"]
told = [
    mine.is_authorized(**question, Context={"orders:Channel": {"String": "web"}}, Explain=True)["Traces"][0]["Minimal"][0]["Sid"],
    [answer["Decision"] for answer in mine.batch_is_authorized(Questions=[question, question | {"Context": {"orders:Channel": {"String": "web"}}}])["Answers"]],
    code(mine.is_authorized, **question | {"Principal": f"arn:aws:iam::{account}:user/{asker}"}),
    code(mine.is_authorized, **question | {"Principal": "arn:aws:iam::444455556666:root"}),
    code(mine.is_authorized, Actions=["orders:ListOrders"]),
    code(mine.batch_is_authorized, Questions=[question, {"Actions": ["orders:ListOrders"]}]),
    code(mine.is_authorized, **question | {"Actions": ["orders:Get"]}),
]
iam.put_user_policy(UserName=asker, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": allow | {"Resource": "*"}}))
told.append(code(mine.is_authorized, Actions=["orders:ListOrders"]))
told.append(code(mine.is_authorized, **question | {"Principal": f"arn:aws:iam::{account}:user/nobody"}))
trail = boto3.client("cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "Username", "AttributeValue": asker}])["Events"]
told.append(sorted({event["EventName"] for event in trail}))
print(json.dumps(told))
`;

  test('need the right on whom they are about, and are in the trail', async () => {
    const ran = await run('python3', ['-c', story], { env: environment(), cwd: folder });
    expect(ran.stderr).toBe('');
    expect(JSON.parse(ran.stdout)).toEqual([
      'ReadWebOrders',
      ['DENY', 'ALLOW'],
      'AccessDeniedException',
      'AccessDeniedException',
      'AccessDeniedException',
      'AccessDeniedException',
      'InvalidQuestionException',
      'DENY',
      'UnknownPrincipalException',
      ['BatchIsAuthorized', 'IsAuthorized'],
    ]);
  });

  test('without a signature are nobody’s', async () => {
    const call = jsonCall('x', question());
    const headers = { ...call.headers, 'X-Amz-Target': 'Muniment_20261122.IsAuthorized' };
    expect((await send(server.url, { ...call, headers })).status).toBe(400);
    const signed = sign(server.url, { ...call, headers }, server.root, { service: 'muniment' });
    expect((await send(server.url, signed)).status).toBe(200);
    expect((await send(server.url, { ...signed, body: signed.body.replace('web', 'shop') })).status).not.toBe(200);
  });
});

describe('the port of the decisions service', () => {
  const denied = { Decision: 'DENY', Explicit: false, DeterminingStatements: [] };

  test('answers one question and many', async () => {
    expect(seen(await ask(question()))).toEqual([200, expect.objectContaining({ Decision: 'ALLOW' })]);
    const Questions = [question(), question({ Context: {} }), question({ Principal: `${ann()}e` })];
    expect(seen(await ask({ Questions }, {}, '/BatchIsAuthorized'))).toEqual([
      200,
      {
        Answers: [
          expect.objectContaining({ Decision: 'ALLOW' }),
          expect.objectContaining({ ...denied, DeniedBy: 'IDENTITY_BASED_POLICY' }),
          { ...denied, Error: { Code: 'UnknownPrincipalException', Message: `there is no principal \`${ann()}e\`` } },
        ],
      },
    ]);
  });

  test('knows a change by its position', async () => {
    const call = jsonCall('x', { Definition: '{"prefix":"late","actions":[{"name":"Go","accessLevel":"Write"}]}' });
    const headers = { ...call.headers, 'X-Amz-Target': 'Muniment_20261122.RegisterService' };
    const made = await send(server.url, sign(server.url, { ...call, headers }, server.root, { service: 'muniment' }));
    const position = String(made.headers['x-muniment-position']);
    const asked = { Principal: ann(), Actions: ['late:Come'] };
    expect(seen(await ask(asked, { 'x-muniment-position': position }))).toMatchObject([
      400,
      { __type: 'InvalidQuestionException', message: 'the service `late` has no action `late:Come`' },
    ]);
  });

  test.each([
    ['no token', ''],
    ['a wrong one', `Bearer ${'0'.repeat(48)}`],
    ['a part of it', `Bearer ${token.slice(0, -1)}`],
    ['more than it', `Bearer ${token}0`],
    ['no scheme', token],
    ['another scheme', `Basic ${token}`],
    ['letters that are no ASCII', `Bearer ${'\u00e9'.repeat(48)}`],
  ])('with %s tells nothing', async (_, Authorization) => {
    const answer = await ask(question(), { Authorization });
    expect(seen(answer)).toMatchObject([401, { message: 'the bearer token is missing or wrong' }]);
    expect(answer.headers).toMatchObject({ 'www-authenticate': 'Bearer', connection: 'close' });
    expect((await knock('', { Authorization }, '/nowhere')).status).toBe(401);
  });

  test.each<[string, string, Knock?]>([
    ['[404', '{}', { path: '/' }],
    ['[404', '{}', { path: '/IsAuthorized/' }],
    ['[404', '{}', { path: '/constructor' }],
    ['[405', '', { method: 'GET' }],
    ['[415', '{}', { headers: { 'Content-Type': 'text/plain' } }],
    ['[400,{"__type":"SerializationException"', '{'],
    ['[400,{"__type":"SerializationException"', ''],
    ['[400,{"__type":"SerializationException"', '[]'],
    ['[400,{"__type":"SerializationException"', 'null'],
    ['[400,{"__type":"SerializationException"', '"text"'],
    ['[400,{"__type":"SerializationException"', '['.repeat(30_000)],
    ['[400,{"__type":"ValidationException"', '{}'],
    ['[400,{"__type":"ValidationException"', '{"Actions":[]}'],
    ['[400,{"__type":"InvalidQuestionException"', '{"Actions":["orders:ListOrders"]}'],
    ['[400,{"__type":"InvalidQuestionException"', '{"Actions":["orders:ListOrders"],"Principal":null}'],
    [
      '[400,{"__type":"UnknownPrincipalException"',
      '{"Actions":["orders:ListOrders"],"Principal":"arn:aws:iam::111122223333:user/nobody"}',
    ],
  ])('answers %s to %s', async (...[expected, body, { headers, path, method } = {}]) => {
    const [status, answer] = seen(await knock(body, headers, path, method));
    expect(JSON.stringify([status, answer])).toContain(expected);
    expect(JSON.stringify(answer)).not.toContain('ALLOW');
  });

  test('refuses what is too large, announced or not', async () => {
    const body = JSON.stringify(question({ ResourcePolicy: 'x'.repeat(longest) }));
    expect(seen(await knock(body))).toMatchObject([413, { message: 'the request is too large' }]);
    const { hostname, port } = new URL(door);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(
      `POST /IsAuthorized HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
        'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const chunk = 'x'.repeat(longest / 2);
    for (let sent = 0; sent < 3; sent++) socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1.1 413 /);
    expect((await ask(question())).status).toBe(200);
  });
});

describe('settings that would let everybody in', () => {
  const start = (settings: Record<string, string>) =>
    run(process.execPath, [join(repository, 'apps/solo/dist/main.js'), 'start', '--memory'], {
      env: { PATH: process.env['PATH'] ?? '', MUNIMENT_PORT: '0', MUNIMENT_DECISIONS_PORT: '0', ...settings },
    });

  test.each(['0.0.0.0', '::', '192.0.2.1', 'muniment.example'])('refuse to start: %s without a token', async (host) => {
    const { code, stderr } = await start({ MUNIMENT_DECISIONS_HOST: host });
    expect(code).toBe(1);
    expect(stderr).toContain('MUNIMENT_DECISIONS_TOKEN: must be 32 to 512 visible characters');
  });
});
