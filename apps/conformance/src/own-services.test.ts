/** Services of one's own, by everything that docs/services.md says: the command, `aws`, boto3, and no SDK at all. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { program, repository } from './harness/build.js';
import { examplesIn } from './harness/documentation.js';
import { awsEnvironment, type Finished, needs, run } from './harness/programs.js';
import { needsBoto3 } from './harness/story.testing.js';
import { type Credentials, type Target, target } from './harness/target.js';

needs('aws', 'aws', '--version');
needs('curl, 7.75 or later', 'curl', '--aws-sigv4', 'aws:amz', '--version');
needsBoto3();
jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'muniment-services-'));
const orders = join(folder, 'orders.json');
const examples = (language: string): string[] => examplesIn('services.md', language);
const [example = ''] = examples('json');

let server: Target;

beforeAll(async () => {
  server = await target();
  writeFileSync(orders, example);
  symlinkSync(join(repository, 'libs'), join(folder, 'libs'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server?.dispose();
});

const environment = (by: Credentials = server.root) => ({ ...awsEnvironment(server.url, by), HOME: folder });
const muniment = (line: string, env: Record<string, string> = environment()): Promise<Finished> =>
  run(process.execPath, [program, 'service', ...line.split(' ')], { env, cwd: folder });

const arn = () => `arn:aws:muniment:us-east-1:${server.accountId}:service/orders`;

test('the command registers, lists, describes and forgets', async () => {
  expect(await muniment('register orders.json')).toEqual({
    code: 0,
    stdout: `registered \`orders\`: 3 actions, ${arn()}\n`,
    stderr: '',
  });
  const described = await muniment('describe orders');
  const definition = JSON.parse(described.stdout) as { actions: object[] };
  expect(definition).toMatchObject(JSON.parse(example) as object);
  const again = join(folder, 'again.json');
  writeFileSync(again, described.stdout);
  expect((await muniment(`register ${again} --json`)).code).toBe(0);
  const [listed, everything] = await Promise.all([muniment('list'), muniment('list --aws --json')]);
  expect(listed.stdout).toMatch(/^PREFIX +OWNER +ACTIONS +REGISTERED +NAME\norders +Account +3 +\d{4}-\S+Z +Orders\n$/);
  const all = JSON.parse(everything.stdout) as { Prefix: string; Owner: string }[];
  expect(all.length).toBeGreaterThan(400);
  expect(all).toContainEqual({ Prefix: 's3', Name: 'Amazon S3', Owner: 'AWS' });
  writeFileSync(join(folder, 'till.json'), '{"prefix":"till","actions":[{"name":"Go","accessLevel":"Write"}]}');
  expect((await muniment('register till.json')).stdout).toMatch(/^registered `till`: 1 action, arn:/);
  expect((await muniment('deregister till')).stdout).toBe('deregistered `till`\n');
  expect((await muniment('deregister orders')).stdout).toBe('deregistered `orders`\n');
  expect((await muniment('list --json')).stdout).toBe('[]\n');
});

test('the command says what is wrong, and ends with 2: nothing was done', async () => {
  writeFileSync(join(folder, 'wrong.json'), example.replace('"Read"', '"Look"'));
  const nowhere = { ...environment(), AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
  const stranger = environment({ ...server.root, secretAccessKey: 'wrong' });
  const answers = await Promise.all([
    muniment('register wrong.json'),
    muniment('describe nothing'),
    muniment('register missing.json'),
    muniment('list', nowhere),
    muniment('list', stranger),
  ]);
  expect(answers.map(({ code, stdout }) => [code, stdout])).toEqual(answers.map(() => [2, '']));
  expect(answers.map(({ stderr }) => stderr)).toEqual([
    'muniment: InvalidServiceDefinitionException: actions[0].accessLevel: there is no `Look`: ' +
      'there are List, Read, Write, Permissions management, Tagging\n',
    'muniment: ResourceNotFoundException: there is no registered service `nothing`\n',
    expect.stringMatching(/^muniment: cannot read `missing.json`: ENOENT/),
    expect.stringMatching(/^muniment: no server answers at `http:\/\/127.0.0.1:1`: /),
    expect.stringMatching(/^muniment: InvalidSignatureException: /),
  ]);
});

test('the docs: `aws` with the model added, boto3, and curl', async () => {
  const [, api = '', curl = ''] = examples('sh');
  const [story = ''] = examples('python');
  const ran = await run('bash', ['--norc', '-euc', api], { env: environment(), cwd: folder });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.stdout).toContain(arn());
  expect(ran.stdout).toContain('"dynamodb"');
  const [boto3, posted] = await Promise.all([
    run('python3', ['-c', story], { env: environment(), cwd: folder }),
    run('bash', ['--norc', '-euc', curl.replace('curl ', 'curl --silent --show-error ')], { env: environment() }),
  ]);
  expect(boto3).toEqual({ code: 0, stdout: 'orders 3\n', stderr: '' });
  const answer = JSON.parse(posted.stdout) as { Definition: string };
  expect(answer).toMatchObject({ Service: { Prefix: 'orders', Owner: 'Account', Arn: arn() } });
  expect(JSON.parse(answer.Definition)).toMatchObject(JSON.parse(example) as object);
});

test("who may register which service is the policies' matter, and every call is in the trail", async () => {
  const [, policy = ''] = examples('json');
  const story = `
import boto3, json, os, sys
from botocore.exceptions import ClientError
iam = boto3.client("iam")
name = "registrar-" + os.urandom(4).hex()
iam.create_user(UserName=name)
key = iam.create_access_key(UserName=name)["AccessKey"]
iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=sys.argv[1])
mine = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"]).client("muniment")
told = []
mine.register_service(Definition=open("orders.json").read())
told.append([service["Prefix"] for service in mine.list_services()["Services"]])
try:
    mine.register_service(Definition=json.dumps({"prefix": "billing", "actions": [{"name": "Run", "accessLevel": "Write"}]}))
except ClientError as error:
    told.append(error.response["Error"]["Code"])
mine.deregister_service(Prefix="orders")
try:
    mine.describe_service(Prefix="orders")
except mine.exceptions.ResourceNotFoundException as error:
    told.append(error.response["Error"]["Message"])
trail = boto3.client("cloudtrail")
looked = trail.lookup_events(LookupAttributes=[{"AttributeKey": "Username", "AttributeValue": name}])["Events"]
records = [json.loads(event["CloudTrailEvent"]) for event in reversed(looked)]
told.append([(record["eventName"], record.get("errorCode")) for record in records])
print(json.dumps(told))
`;
  const ran = await run('python3', ['-c', story, policy], { env: environment(), cwd: folder });
  expect(ran.stderr).toBe('');
  expect(JSON.parse(ran.stdout)).toEqual([
    ['orders'],
    'AccessDeniedException',
    'there is no registered service `orders`',
    [
      ['RegisterService', null],
      ['ListServices', null],
      ['RegisterService', 'AccessDenied'],
      ['DeregisterService', null],
      ['DescribeService', 'ResourceNotFoundException'],
    ],
  ]);
});
