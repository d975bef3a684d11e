/** Terraform's AWS provider makes, changes and removes a small organisation; plans in between are empty. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { repository } from './harness/build.js';
import { type Clients, clientsFor, unique } from './harness/clients.js';
import { awsEnvironment, type Finished, needs, run } from './harness/programs.js';
import { type Target, target } from './harness/target.js';

needs('terraform', 'terraform', 'version');
jest.setTimeout(180_000);

let server: Target;
let root: Clients;
const folder = mkdtempSync(join(tmpdir(), 'muniment-terraform-'));
const prefix = unique('tf');
let provider: ChildProcess | undefined;
let attached = '';

/** Where providers may lie ready; without any, Terraform loads the provider from its registry. */
const mirror = [
  process.env['MUNIMENT_TEST_TERRAFORM_MIRROR'] ?? '',
  '/usr/local/share/terraform/plugins',
  '/opt/tf-plugins',
].find(existsSync);

beforeAll(async () => {
  server = await target();
  root = clientsFor(server.url, server.root);
  copyFileSync(join(repository, 'apps/conformance/src/terraform/main.tf'), join(folder, 'main.tf'));
  const installation = mirror ? `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n` : '';
  writeFileSync(join(folder, 'terraform.rc'), installation);
  const initialised = await terraform('init', '-no-color');
  if (initialised.code !== 0) throw new Error(initialised.stderr);
  attached = await attachProvider();
});
afterAll(async () => {
  provider?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
  await server?.dispose();
});

/** The provider takes seconds to start, and each command starts it several times; run by hand, it starts once. */
async function attachProvider(): Promise<string> {
  const installed = join(folder, '.terraform/providers/registry.terraform.io/hashicorp/aws');
  const [version = ''] = readdirSync(installed);
  const [platform = ''] = readdirSync(join(installed, version));
  const names = readdirSync(join(installed, version, platform));
  const name = names.find((each) => each.startsWith('terraform-provider-aws')) ?? '';
  const { PATH } = process.env;
  const child = spawn(join(installed, version, platform, name), ['-debug'], {
    env: { PATH, ...keysOfRoot() },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  provider = child;
  let said = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      said += String(chunk);
      const found = /TF_REATTACH_PROVIDERS='(.*)'/.exec(said)?.[1];
      if (found) resolve(found);
    });
    child.on('exit', () => reject(new Error(`the provider does not start: ${said}`)));
  });
}

const keysOfRoot = () => {
  const { AWS_ENDPOINT_URL: _, ...environment } = awsEnvironment(server.url, server.root);
  return environment;
};

const policyArn = () => `arn:aws:iam::${server.accountId}:policy/${prefix}-objects`;

const terraform = (...args: string[]): Promise<Finished> =>
  run('terraform', args, {
    cwd: folder,
    env: {
      ...keysOfRoot(),
      ...(attached && { TF_REATTACH_PROVIDERS: attached }),
      TF_CLI_CONFIG_FILE: join(folder, 'terraform.rc'),
      TF_VAR_endpoint: server.url,
      TF_VAR_prefix: prefix,
      CHECKPOINT_DISABLE: '1',
    },
  });

async function apply(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await terraform('apply', '-auto-approve', '-no-color', '-input=false', ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** 0 says that there is nothing to do, 2 that there is. */
async function proveNothingToDo(...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await terraform('plan', '-detailed-exitcode', '-no-color', '-input=false', ...args);
  expect({ code, stderr, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stderr: '', stdout: '' });
}

test('apply makes everything without a pause, and the plan after it is empty', async () => {
  expect(await apply()).toMatch(/Apply complete! Resources: 23 added, 0 changed, 0 destroyed/);
  await proveNothingToDo();
  const { Role } = await root.iam.getRole({ RoleName: `${prefix}-web` });
  const { stdout } = await terraform('output', '-json');
  const output = JSON.parse(stdout) as Record<string, { value: Record<string, string> }>;
  expect(output).toMatchObject({
    role_id: { value: Role?.RoleId },
    account: { value: server.accountId },
    read_only: { value: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
  });
  const { id = '', secret = '' } = output['key']?.value ?? {};
  const ada = clientsFor(server.url, { accessKeyId: id, secretAccessKey: secret });
  expect((await ada.sts.getCallerIdentity({})).Arn).toBe(
    `arn:aws:iam::${server.accountId}:user/${prefix}/${prefix}-ada`,
  );
});

test('changes are applied in place, what was changed by hand is put right, and the plan after it is empty', async () => {
  const RoleName = `${prefix}-web`;
  const red = await root.iam.getRole({ RoleName });
  await root.iam.untagRole({ RoleName, TagKeys: ['team'] });
  await root.iam.deleteUserPolicy({ UserName: `${prefix}-ada`, PolicyName: 'own' });
  await root.iam.detachUserPolicy({ UserName: `${prefix}-bob`, PolicyArn: policyArn() });
  expect(await apply('-var=team=blue')).toMatch(/Apply complete! Resources: 2 added, 14 changed, 0 destroyed/);
  await proveNothingToDo('-var=team=blue');
  const { Role } = await root.iam.getRole({ RoleName });
  expect(Role).toMatchObject({ RoleId: red.Role?.RoleId, Description: 'serves blue' });
  expect(Role?.Tags).toContainEqual({ Key: 'team', Value: 'blue' });
  const { Policy } = await root.iam.getPolicy({ PolicyArn: policyArn() });
  expect(Policy).toMatchObject({ DefaultVersionId: 'v2', AttachmentCount: 2 });
});

test('destroy leaves nothing behind', async () => {
  const { code, stdout, stderr } = await terraform(
    'destroy',
    '-auto-approve',
    '-no-color',
    '-input=false',
    '-var=team=blue',
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/Destroy complete! Resources: 23 destroyed/);
  const [users, roles, policies] = await Promise.all([
    root.iam.listUsers({ PathPrefix: `/${prefix}/` }),
    root.iam.listRoles({ MaxItems: 1000 }),
    root.iam.listPolicies({ Scope: 'Local', MaxItems: 1000 }),
  ]);
  expect(JSON.stringify([users.Users, roles.Roles, policies.Policies])).not.toContain(prefix);
});
