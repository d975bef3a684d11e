/** AWS Organizations with boto3: the story itself is in `organizations-story.py`, each step proves itself. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { repository } from './harness/build.js';
import { awsEnvironment, needs, run } from './harness/programs.js';
import { type Target, target } from './harness/target.js';

needs('python3 with boto3', 'python3', '-c', 'import boto3');
jest.setTimeout(120_000);

let server: Target;

beforeAll(async () => {
  server = await target();
});
afterAll(() => server?.dispose());

test('an organization, an account of its own, and policies that limit it', async () => {
  const story = join(repository, 'apps/conformance/src/organizations-story.py');
  const { code, stdout, stderr } = await run('python3', [story], { env: awsEnvironment(server.url, server.root) });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual([
    'an_organization_has_a_root_with_policies',
    'a_new_account_is_entered_by_its_role',
    'a_service_control_policy_denies_a_members_user',
    'every_level_has_to_allow',
    'a_resource_control_policy_keeps_others_out',
    'conditions_know_the_organization',
    'members_do_not_manage',
  ]);
});
