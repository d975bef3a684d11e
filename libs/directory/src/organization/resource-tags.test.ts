import { describe, test } from '@jest/globals';
import { acme, arn, given, management, member, organizationId, policy, root, rootOf } from './organization.testing.js';
import { ListTagsForResource, TagResource, UntagResource } from './resource-tags.operations.js';

const tag = (Key: string, Value: string) => ({ Key, Value });
const tagged = (resourceId: string, ...tags: { Key: string; Value: string }[]) =>
  ({ type: 'OrganizationResourceTagged', data: { resourceId, tags } }) as const;
const noDeletes = policy('p-nodelete', 'NoDeletes');

describe('tags of what an organization has', () => {
  test.each([root, member, 'p-nodelete'])('%s', async (id) => {
    const some = given(...acme, noDeletes);
    await some.when(TagResource, { ResourceId: id, Tags: [tag('a', '1')] }).then([tagged(id, tag('a', '1'))]);
    const later = given(...acme, noDeletes, tagged(id, tag('a', '1'), tag('b', '1')), tagged(id, tag('a', '2')));
    await later.when(ListTagsForResource, { ResourceId: id }).replies({ Tags: [tag('a', '2'), tag('b', '1')] });
    const untagged = { type: 'OrganizationResourceUntagged' as const, data: { resourceId: id, keys: ['a'] } };
    await later.when(UntagResource, { ResourceId: id, TagKeys: ['a'] }).then([untagged]);
    await given(...acme, noDeletes, tagged(id, tag('a', '1')), untagged)
      .when(ListTagsForResource, { ResourceId: id })
      .replies({ Tags: [] });
  });

  test('what is asked knows the tags that there are and those of the request', () =>
    given(...acme, noDeletes, tagged('p-nodelete', tag('a', '1')))
      .when(TagResource, { ResourceId: 'p-nodelete', Tags: [tag('b', '2')] })
      .asks([
        {
          action: 'organizations:TagResource',
          resource: arn(`policy/${organizationId}/service_control_policy/p-nodelete`),
          account: management,
          context: {
            'organizations:PolicyType': 'SERVICE_CONTROL_POLICY',
            'aws:ResourceTag/a': '1',
            'aws:RequestTag/b': '2',
            'aws:TagKeys': ['b'],
          },
        },
      ]));

  test('are refused twice, reserved, and more than fifty', async () => {
    const some = given(...acme);
    const tagging = (...Tags: { Key: string; Value: string }[]) => some.when(TagResource, { ResourceId: root, Tags });
    await tagging(tag('a', '1'), tag('a', '2')).fails('InvalidInputException');
    await tagging(tag('aws:a', '1')).fails('InvalidInputException');
    await tagging(...Array.from({ length: 51 }, (_, n) => tag(`k${n}`, ''))).fails('ConstraintViolationException');
  });

  test('of what is not there, or of others, are not to be had', async () => {
    const text = "We can't find a root, OU, account, or policy with the ResourceId that you specified.";
    await given(...acme)
      .when(TagResource, { ResourceId: 'r-none', Tags: [tag('a', '1')] })
      .fails('TargetNotFoundException', text);
    await given(...acme)
      .when(TagResource, { ResourceId: 'p-FullAWSAccess', Tags: [tag('a', '1')] })
      .fails('TargetNotFoundException', text);
    await given(...acme)
      .when(ListTagsForResource, { ResourceId: 'p-nodelete' })
      .fails('TargetNotFoundException', text);
    await given(...acme)
      .as(rootOf(member))
      .when(ListTagsForResource, { ResourceId: root })
      .fails('AccessDeniedException');
  });
});
