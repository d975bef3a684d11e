import { describe, test } from '@jest/globals';
import type { AnyOperation } from '@muniment/kernel';
import { given } from './directory.testing.js';
import { contextOf, type Family, InstanceProfile, of, Role, User } from './families.testing.js';
import * as profile from './instance-profile/instance-profile.operations.js';
import * as role from './role/role.operations.js';
import * as user from './user/user.operations.js';

const anyCase = 'Duplicate tag keys found. Please note that Tag keys are case insensitive.';
const exactCase = 'Duplicate tag keys found.';

const withTags: readonly (Family<'Tag' | 'Untag' | 'List'> & { readonly foldsKeys: boolean })[] = [
  { noun: User, Tag: user.TagUser, Untag: user.UntagUser, List: user.ListUserTags, foldsKeys: true },
  { noun: Role, Tag: role.TagRole, Untag: role.UntagRole, List: role.ListRoleTags, foldsKeys: true },
  {
    noun: InstanceProfile,
    Tag: profile.TagInstanceProfile,
    Untag: profile.UntagInstanceProfile,
    List: profile.ListInstanceProfileTags,
    foldsKeys: false,
  },
];

describe.each(withTags)('tags of $noun.noun', ({ noun, Tag, Untag, List, foldsKeys }) => {
  const tag = (Key: string, Value = '') => ({ Key, Value });
  const tagged = (...tags: object[]) => of(noun, 'Tagged', { tags });
  const team = tag('Team', 'red');

  test('are added, empty values among them (requirements-2 section 6)', () =>
    given(noun.created)
      .when(Tag, { ...noun.input, Tags: [tag('Empty'), tag('Full', 'x')] })
      .then([tagged(tag('Empty'), tag('Full', 'x'))]));

  test('are replaced where the key is the same', () =>
    given(noun.created, tagged(tag('Team', 'blue')))
      .when(List, noun.input)
      .replies({ Tags: [tag('Team', 'blue')], IsTruncated: false }));

  test(`${foldsKeys ? 'fold' : 'tell apart'} the case of keys (requirements-2 section 6)`, async () => {
    const owner = given(noun.created, tagged(tag('TEAM', 'blue')));
    const all = foldsKeys ? [tag('TEAM', 'blue')] : [tag('TEAM', 'blue'), team];
    await owner.when(List, noun.input).replies({ Tags: all, IsTruncated: false });
    const untagged = given(noun.created, of(noun, 'Untagged', { keys: ['tEAM'] }));
    await untagged.when(List, noun.input).replies({ Tags: foldsKeys ? [] : [team], IsTruncated: false });
  });

  test('two of one key are refused', () =>
    given(noun.created)
      .when(Tag, { ...noun.input, Tags: [tag('a'), tag(foldsKeys ? 'A' : 'a')] })
      .fails('InvalidInput', foldsKeys ? anyCase : exactCase));

  test.each([tag('aws:x'), tag('AWS:x'), tag('x', 'aws:y')])('%j is refused: the prefix is reserved', (reserved) =>
    given(noun.created)
      .when(Tag, { ...noun.input, Tags: [reserved] })
      .fails('InvalidInput', 'Tag keys and values cannot begin with aws:, which is reserved.'),
  );

  test('fifty are the most; replacing takes no room (requirements-4 section 2.2)', async () => {
    const more = Array.from({ length: 49 }, (_, n) => tag(`k${n}`));
    const full = given(noun.created, tagged(...more));
    await full.when(Tag, { ...noun.input, Tags: [tag('Team', 'blue')] }).then([tagged(tag('Team', 'blue'))]);
    await full
      .when(Tag, { ...noun.input, Tags: [tag('one-more')] })
      .fails('LimitExceeded', 'The number of tags has reached the maximum limit.');
  });

  test('are removed by key; a key that is not there is no error', () =>
    given(noun.created)
      .when(Untag, { ...noun.input, TagKeys: ['Team', 'Other'] })
      .then([of(noun, 'Untagged', { keys: ['Team', 'Other'] })]));

  test('are listed by key, page by page', async () => {
    const owner = given(noun.created, tagged(tag('Zone'), tag('App')));
    await owner
      .when(List, { ...noun.input, MaxItems: 2 })
      .replies({ Tags: [tag('App'), team], IsTruncated: true, Marker: 'Team' });
    await owner
      .when(List, { ...noun.input, MaxItems: 2, Marker: 'Team' })
      .replies({ Tags: [tag('Zone')], IsTruncated: false });
  });

  test('are asked about with those there are and those to come (requirements-2 section 20)', async () => {
    const owner = given(noun.created);
    const asked = (operation: AnyOperation, context?: object) => ({
      action: `iam:${operation.operation.name}`,
      resource: noun.arn,
      ...contextOf(noun, context),
    });
    await owner
      .when(Tag, { ...noun.input, Tags: [tag('App', 'x')] })
      .asks([asked(Tag, { 'aws:TagKeys': ['App'], 'aws:RequestTag/App': 'x' })]);
    await owner.when(Untag, { ...noun.input, TagKeys: ['App'] }).asks([asked(Untag, { 'aws:TagKeys': ['App'] })]);
    await owner.when(List, noun.input).asks([asked(List)]);
  });

  test.each(Object.entries({ Tag, Untag, List }))('%s: refused without an owner', (_, operation) =>
    given()
      .when(operation, { ...noun.input, Tags: [], TagKeys: [] })
      .fails('NoSuchEntity', noun.missing),
  );
});
