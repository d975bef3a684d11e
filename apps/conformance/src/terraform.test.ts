/** Terraform's AWS provider makes, changes and removes a small organisation; plans in between are empty. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Clients, clientsFor, unique } from './harness/clients.js';
import { awsEnvironment, needs } from './harness/programs.js';
import { type Target, target } from './harness/target.js';
import { Terraform } from './harness/terraform.js';

needs('terraform', 'terraform', 'version');
jest.setTimeout(180_000);

let server: Target;
let root: Clients;
let terraform: Terraform;
const prefix = unique('tf');

beforeAll(async () => {
  server = await target();
  root = clientsFor(server.url, server.root);
  terraform = await Terraform.init('main.tf', { ...awsEnvironment(server.url, server.root), TF_VAR_prefix: prefix });
  await terraform.attach();
});
afterAll(async () => {
  terraform?.dispose();
  await server?.dispose();
});

const policyArn = () => `arn:aws:iam::${server.accountId}:policy/${prefix}-objects`;

async function apply(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await terraform.run('apply', '-auto-approve', ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** 0 says that there is nothing to do, 2 that there is. */
async function proveNothingToDo(...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await terraform.run('plan', '-detailed-exitcode', ...args);
  expect({ code, stderr, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stderr: '', stdout: '' });
}

test('apply makes everything without a pause, and the plan after it is empty', async () => {
  expect(await apply()).toMatch(/Apply complete! Resources: 23 added, 0 changed, 0 destroyed/);
  await proveNothingToDo();
  const { Role } = await root.iam.getRole({ RoleName: `${prefix}-web` });
  const { stdout } = await terraform.run('output', '-json');
  const output = JSON.parse(stdout) as Record<string, { value: Record<string, string> }>;
  expect(output).toMatchObject({
    role_id: { value: Role?.RoleId },
    account: { value: server.accountId },
    ada_may: { value: true },
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
  const { code, stdout, stderr } = await terraform.run('destroy', '-auto-approve', '-var=team=blue');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/Destroy complete! Resources: 23 destroyed/);
  const [users, roles, policies] = await Promise.all([
    root.iam.listUsers({ PathPrefix: `/${prefix}/` }),
    root.iam.listRoles({ MaxItems: 1000 }),
    root.iam.listPolicies({ Scope: 'Local', MaxItems: 1000 }),
  ]);
  expect(JSON.stringify([users.Users, roles.Roles, policies.Policies])).not.toContain(prefix);
});
