/** boto3 as its users write it: the story itself is in `boto3-story.py`, each step proves itself. */
import { expect, test } from '@jest/globals';
import { storyOf } from './harness/story.testing.js';

const told = storyOf('boto3');

test('clients, resources, paginators, waiters, exceptions and renewed sessions', async () => {
  expect(await told()).toEqual([
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
