/** AWS Organizations with boto3: the story itself is in `organizations-story.py`, each step proves itself. */
import { expect, test } from '@jest/globals';
import { storyOf } from './harness/story.testing.js';

const told = storyOf('organizations');

test('an organization, an account of its own, and policies that limit it', async () => {
  expect(await told()).toEqual([
    'an_organization_has_a_root_with_policies',
    'a_new_account_is_entered_by_its_role',
    'a_service_control_policy_denies_a_members_user',
    'every_level_has_to_allow',
    'a_resource_control_policy_keeps_others_out',
    'conditions_know_the_organization',
    'members_do_not_manage',
  ]);
});
