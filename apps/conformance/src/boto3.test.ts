/** boto3 as its users write it: the story itself is in `boto3-story.py`, each step proves itself. */
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

test('clients, resources, paginators, waiters, exceptions and renewed sessions', async () => {
  const story = join(repository, 'apps/conformance/src/boto3-story.py');
  const { code, stdout, stderr } = await run('python3', [story], { env: awsEnvironment(server.url, server.root) });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual([
    'paginators_see_every_user_once',
    'waiters_do_not_wait',
    'errors_are_exception_classes',
    'documents_are_dictionaries',
    'the_resource_interface_works',
    'a_session_of_a_role_is_fetched_and_renewed',
    'a_presigned_url_is_the_callers_proof',
    'every_call_is_in_the_trail',
  ]);
});
