/** Decisions for services of one's own: what docs/decisions-api.md shows for one machine, and the signed operations. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { repository } from './harness/build.js';
import { examplesIn } from './harness/documentation.js';
import { awsEnvironment, needs, run } from './harness/programs.js';
import { jsonCall, send, sign } from './harness/raw.js';
import type { Server } from './harness/server.js';
import { needsBoto3 } from './harness/story.testing.js';
import { ownServer } from './harness/target.js';

needs('aws', 'aws', '--version');
needs('curl, 7.75 or later', 'curl', '--aws-sigv4', 'aws:amz', '--version');
needsBoto3();
jest.setTimeout(120_000);

const token = randomBytes(24).toString('hex');
const folder = mkdtempSync(join(tmpdir(), 'muniment-decisions-'));

let server: Server;
let door = '';

beforeAll(async () => {
  const settings = { MUNIMENT_DECISIONS_PORT: '0', MUNIMENT_DECISIONS_TOKEN: token };
  server = await ownServer({ settings });
  door = / answers questions at (\S+)/.exec(server.output)?.[1] ?? '';
  writeFileSync(join(folder, 'orders.json'), examplesIn('services.md', 'json')[0] ?? '');
  symlinkSync(join(repository, 'libs'), join(folder, 'libs'));
  const [, api = ''] = examplesIn('services.md', 'sh');
  const [people = ''] = examplesIn('decisions-api.md', 'sh');
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

test('the docs: a signed call with curl, boto3, and the port of the decisions service', async () => {
  const [, curl = '', port = ''] = examplesIn('decisions-api.md', 'sh');
  const quiet = (text: string) => text.replace('curl ', 'curl --silent --show-error ');
  const [answer = ''] = examplesIn('decisions-api.md', 'json');
  const env = { ...environment(), DECISIONS_URL: door, MUNIMENT_DECISIONS_TOKEN: token };
  const ran = await run('bash', ['--norc', '-euc', `${quiet(curl)}\necho\n${quiet(port)}`], { env });
  expect(ran.stderr).toBe('');
  const [signed = '', asked = ''] = ran.stdout.split('\n');
  expect(JSON.parse(signed)).toEqual(JSON.parse(answer));
  expect(JSON.parse(asked)).toEqual(JSON.parse(answer));
  const [story = ''] = examplesIn('decisions-api.md', 'python');
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
