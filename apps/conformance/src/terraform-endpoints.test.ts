/** Terraform as it starts its provider itself, which is told the endpoints where it is configured. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { awsEnvironment, needs } from './harness/programs.js';
import { type Target, target } from './harness/target.js';
import { Terraform } from './harness/terraform.js';

needs('terraform', 'terraform', 'version');
jest.setTimeout(180_000);

let server: Target;
let terraform: Terraform;

beforeAll(async () => {
  server = await target();
  const { AWS_ENDPOINT_URL: _, ...environment } = awsEnvironment(server.url, server.root);
  terraform = await Terraform.init('endpoints.tf', { ...environment, TF_VAR_endpoint: server.url });
});
afterAll(async () => {
  terraform?.dispose();
  await server?.dispose();
});

test('the provider finds IAM and STS by its block of endpoints', async () => {
  const { code, stdout, stderr } = await terraform.run('plan');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`account += "${server.accountId}"`));
  expect(stdout).toMatch(/read_only += "arn:aws:iam::aws:policy\/ReadOnlyAccess"/);
});
