/** The `aws` command, configured by nothing but its environment. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Aws, startAws } from './harness/aws.js';
import { repository } from './harness/build.js';
import { document, statement, trusting, unique } from './harness/clients.js';
import { awsEnvironment, type Finished, needs, run } from './harness/programs.js';
import { type Credentials, type Target, target } from './harness/target.js';

needs('aws', 'aws', '--version');
jest.setTimeout(120_000);

let server: Target;
let program: Aws;
const folder = mkdtempSync(join(tmpdir(), 'muniment-aws-cli-'));

beforeAll(async () => {
  [server, program] = await Promise.all([target(), startAws()]);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  program?.dispose();
  await server?.dispose();
});

const environment = (by: Credentials = server.root) => ({ ...awsEnvironment(server.url, by), PATH: program.path });

const aws = (command: string, by?: Credentials): Promise<Finished> =>
  run('aws', command.split(' '), { env: environment(by) });

async function answer<T>(command: string, by?: Credentials): Promise<T> {
  const { code, stdout, stderr } = await aws(command, by);
  if (code !== 0) throw new Error(`aws ${command}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

test("the README's first session goes as it is written", async () => {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const session = /## A first session.*?```sh\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = server.root;
  mkdirSync(join(folder, '.muniment'));
  writeFileSync(join(folder, '.muniment/root-credentials.json'), JSON.stringify({ AccessKeyId, SecretAccessKey }));
  const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, PATH } = environment();
  // The installation may know an `ann` from an earlier run.
  const [ann, auditor] = [unique('ann'), unique('auditor')];
  const here = session.replaceAll('http://127.0.0.1:4566', server.url).replaceAll(/\bann\b/g, ann);
  const { code, stdout, stderr } = await run('bash', ['-c', here.replaceAll(/\bauditor\b/g, auditor)], {
    cwd: folder,
    env: { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, AWS_PAGER: '', PATH },
  });
  expect(stderr.trim().split(/\n+/)).toEqual([
    expect.stringMatching(
      new RegExp(
        `^An error occurred \\(AccessDenied\\) when calling the ListUsers operation: ` +
          `User: arn:aws:iam::${server.accountId}:user/${ann} is not authorized to perform: iam:ListUsers on resource: ` +
          `arn:aws:iam::${server.accountId}:user/ because no identity-based policy allows the iam:ListUsers action$`,
      ),
    ),
  ]);
  expect(code).toBe(0);
  expect(stdout).toContain(`"Arn": "arn:aws:iam::${server.accountId}:user/${ann}"`);
  expect(stdout).toMatch(/ListUsers\b.*\bASIA[^]*AssumeRole\b.*\bAKIA[^]*ListUsers\b.*\bAKIA/);
});

test('errors are told in words, with the exit code of a client error, by the program as it is started', async () => {
  const { code, stdout, stderr } = await run('aws', ['iam', 'get-user', '--user-name', 'nobody'], {
    env: awsEnvironment(server.url, server.root),
  });
  expect(stderr.trim()).toBe(
    'An error occurred (NoSuchEntity) when calling the GetUser operation: The user with name nobody cannot be found.',
  );
  expect(stdout).toBe('');
  // Version 1 says 255, version 2 254.
  expect([254, 255]).toContain(code);
});

test('lists page by page, by --max-items and by --page-size, and select with --query', async () => {
  const path = `/${unique('team')}/`;
  const names = ['a', 'b', 'c', 'd', 'e'].map((letter) => unique(letter));
  await Promise.all(names.map((name) => aws(`iam create-user --user-name ${name} --path ${path}`)));
  const list = `iam list-users --path-prefix ${path}`;
  const [all, first, text] = await Promise.all([
    answer<{ Users: { UserName: string }[] }>(`${list} --page-size 2`),
    answer<{ Users: { UserName: string }[]; NextToken: string }>(`${list} --max-items 2`),
    aws(`${list} --query Users[].UserName --output text`),
  ]);
  expect(all.Users.map(({ UserName }) => UserName)).toEqual(names);
  expect(first.Users.map(({ UserName }) => UserName)).toEqual(names.slice(0, 2));
  expect(text.stdout.trim().split(/\s+/)).toEqual(names);
  const rest = await answer<{ Users: { UserName: string }[] }>(`${list} --starting-token ${first.NextToken}`);
  expect(rest.Users.map(({ UserName }) => UserName)).toEqual(names.slice(2));
});

test('waiters end at once for what was just made', async () => {
  const name = unique('w');
  await answer(`iam create-user --user-name ${name}`);
  expect((await aws(`iam wait user-exists --user-name ${name}`)).code).toBe(0);
});

test('a document comes back as it went in, decoded by the client', async () => {
  const name = unique('r');
  const file = join(folder, 'policy.json');
  const policy = JSON.parse(
    document(statement('Allow', ['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::b/*/é')),
  ) as object;
  writeFileSync(file, JSON.stringify(policy, null, 2));
  const trust = join(folder, 'trust.json');
  writeFileSync(trust, trusting(server.accountId));
  await answer(
    `iam create-role --role-name ${name} --assume-role-policy-document file://${trust} --tags Key=a,Value=b`,
  );
  await aws(`iam put-role-policy --role-name ${name} --policy-name own --policy-document file://${file}`);
  const [read, role] = await Promise.all([
    answer<{ PolicyDocument: object }>(`iam get-role-policy --role-name ${name} --policy-name own`),
    answer<{ Role: object }>(`iam get-role --role-name ${name}`),
  ]);
  expect(read.PolicyDocument).toEqual(policy);
  expect(role.Role).toMatchObject({
    Tags: [{ Key: 'a', Value: 'b' }],
    AssumeRolePolicyDocument: JSON.parse(trusting(`arn:aws:iam::${server.accountId}:root`)) as object,
  });
});

test('a profile assumes its role by itself', async () => {
  const name = unique('deploy');
  const trust = join(folder, 'deploy.json');
  writeFileSync(trust, trusting(server.accountId));
  await answer(`iam create-role --role-name ${name} --assume-role-policy-document file://${trust}`);
  await answer(`iam create-user --user-name ${name}`);
  const policy = join(folder, 'assume.json');
  writeFileSync(policy, document(statement('Allow', 'sts:AssumeRole')));
  await aws(`iam put-user-policy --user-name ${name} --policy-name own --policy-document file://${policy}`);
  const { AccessKey } = await answer<{ AccessKey: { AccessKeyId: string; SecretAccessKey: string } }>(
    `iam create-access-key --user-name ${name}`,
  );
  const config = join(folder, 'config');
  const role = `arn:aws:iam::${server.accountId}:role/${name}`;
  writeFileSync(config, `[profile deploy]\nrole_arn = ${role}\ncredential_source = Environment\nregion = us-east-1\n`);
  const by = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
  const { stdout } = await run('aws', ['--profile', 'deploy', 'sts', 'get-caller-identity'], {
    env: { ...environment(by), AWS_CONFIG_FILE: config },
  });
  expect(JSON.parse(stdout)).toMatchObject({
    Arn: expect.stringMatching(new RegExp(`^arn:aws:sts::${server.accountId}:assumed-role/${name}/`)),
  });
});
