/** Terraform's AWS provider makes, changes and removes a small organisation; plans in between are empty. */
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { repository } from './harness/build.js';
import { type Clients, clientsFor, unique } from './harness/clients.js';
import { awsEnvironment, type Finished, needs, run } from './harness/programs.js';
import { type Target, target } from './harness/target.js';

needs('terraform', 'terraform', 'version');
jest.setTimeout(300_000);

let server: Target;
let root: Clients;
const folder = mkdtempSync(join(tmpdir(), 'muniment-terraform-'));
const prefix = unique('tf');

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
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server?.dispose();
});

const terraform = (...args: string[]): Promise<Finished> =>
  run('terraform', args, {
    cwd: folder,
    env: {
      ...awsEnvironment(server.url, server.root),
      AWS_ENDPOINT_URL: '',
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

test('a change is applied in place, and the plan after it is empty', async () => {
  const red = await root.iam.getRole({ RoleName: `${prefix}-web` });
  expect(await apply('-var=team=blue')).toMatch(/Apply complete! Resources: 0 added, \d+ changed, 0 destroyed/);
  await proveNothingToDo('-var=team=blue');
  const { Role } = await root.iam.getRole({ RoleName: `${prefix}-web` });
  expect(Role).toMatchObject({ RoleId: red.Role?.RoleId, Description: 'serves blue' });
  expect(Role?.Tags).toContainEqual({ Key: 'team', Value: 'blue' });
  const { Policy } = await root.iam.getPolicy({
    PolicyArn: `arn:aws:iam::${server.accountId}:policy/${prefix}-objects`,
  });
  expect(Policy?.DefaultVersionId).toBe('v2');
});

test('what was changed by hand is found and put right', async () => {
  await root.iam.untagRole({ RoleName: `${prefix}-web`, TagKeys: ['team'] });
  await root.iam.deleteUserPolicy({ UserName: `${prefix}-ada`, PolicyName: 'own' });
  expect(await apply('-var=team=blue')).toMatch(/Resources: 1 added, 1 changed, 0 destroyed/);
  await proveNothingToDo('-var=team=blue');
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
