import { describe, test } from '@jest/globals';
import { encodeDocument } from '@muniment/kernel';
import { allowAll, given } from './directory.testing.js';
import { contextOf, type Family, Group, of, Role, User } from './families.testing.js';
import * as group from './group/group.operations.js';
import * as role from './role/role.operations.js';
import * as user from './user/user.operations.js';

const document = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}';

const withInline: readonly (Family<'Put' | 'Delete' | 'Get' | 'List'> & { readonly quota: number })[] = [
  {
    noun: User,
    Put: user.PutUserPolicy,
    Delete: user.DeleteUserPolicy,
    Get: user.GetUserPolicy,
    List: user.ListUserPolicies,
    quota: 2048,
  },
  {
    noun: Group,
    Put: group.PutGroupPolicy,
    Delete: group.DeleteGroupPolicy,
    Get: group.GetGroupPolicy,
    List: group.ListGroupPolicies,
    quota: 5120,
  },
  {
    noun: Role,
    Put: role.PutRolePolicy,
    Delete: role.DeleteRolePolicy,
    Get: role.GetRolePolicy,
    List: role.ListRolePolicies,
    quota: 10240,
  },
];

describe.each(withInline)('inline policies of $noun.noun', ({ noun, Put, Delete, Get, List, quota }) => {
  const put = (policyName: string, text = document) => of(noun, 'PolicyPut', { policyName, document: text });
  const named = (PolicyName: string) => ({ ...noun.input, PolicyName });
  const lower = noun.noun.toLowerCase();

  test("are put under a name, whatever the case of the owner's (requirements-4 NAM-5, LIM-3)", () =>
    given(noun.created)
      .when(Put, { ...noun.shouted, PolicyName: 'P', PolicyDocument: document })
      .then([put('P')]));

  test('are answered URL-encoded, as they were written', () =>
    given(noun.created, put('P', `${document} `))
      .when(Get, named('P'))
      .replies({ ...named('P'), PolicyDocument: encodeDocument(`${document} `) }));

  test('are replaced by another of the same name', () =>
    given(noun.created, put('P'), put('P', allowAll))
      .when(Get, named('P'))
      .replies({ ...named('P'), PolicyDocument: encodeDocument(allowAll) }));

  test('are listed by name, page by page', async () => {
    const owner = given(noun.created, put('c'), put('a'), put('b'));
    await owner
      .when(List, { ...noun.input, MaxItems: 2 })
      .replies({ PolicyNames: ['a', 'b'], IsTruncated: true, Marker: 'b' });
    await owner
      .when(List, { ...noun.input, MaxItems: 2, Marker: 'b' })
      .replies({ PolicyNames: ['c'], IsTruncated: false });
  });

  test('are deleted by name', () =>
    given(noun.created, put('P'))
      .when(Delete, named('P'))
      .then([of(noun, 'PolicyDeleted', { policyName: 'P' })]));

  test.each([
    ['not there', []],
    ['deleted', [put('P'), of(noun, 'PolicyDeleted', { policyName: 'P' })]],
  ])('that are %s are neither read nor deleted', async (_, events) => {
    for (const operation of [Get, Delete]) {
      await given(noun.created, ...events)
        .when(operation, named('P'))
        .fails('NoSuchEntity', `The ${lower} policy with name P cannot be found.`);
    }
  });

  test("a name of JavaScript's own is a name like any other", async () => {
    await given(noun.created)
      .when(Get, named('__proto__'))
      .fails('NoSuchEntity', `The ${lower} policy with name __proto__ cannot be found.`);
    await given(noun.created, put('__proto__'))
      .when(List, noun.input)
      .replies({ PolicyNames: ['__proto__'], IsTruncated: false });
  });

  test("a document against the grammar is refused with AWS's text", () =>
    given(noun.created)
      .when(Put, { ...named('P'), PolicyDocument: '{"Version":"2012-10-17"}' })
      .fails('MalformedPolicyDocument', 'Syntax errors in policy.'));

  test('all together keep to a quota that does not count white space (requirements-4 LIM-10)', async () => {
    const half = padded(quota / 2);
    const owner = given(noun.created, put('first', half));
    const second = (PolicyDocument: string) => owner.when(Put, { ...named('second'), PolicyDocument });
    await second(`${half}   \n`).then([put('second', `${half}   \n`)]);
    await second(padded(quota / 2 + 1)).fails(
      'LimitExceeded',
      `Maximum policy size of ${quota} bytes exceeded for ${lower} inline policies`,
    );
    // What is replaced does not count.
    await owner.when(Put, { ...named('first'), PolicyDocument: padded(quota) }).then([put('first', padded(quota))]);
  });

  test.each(Object.entries({ Put, Delete, Get, List }))(
    '%s: asked about the owner, refused without one',
    async (_, operation) => {
      const input = { ...named('P'), PolicyDocument: document };
      const action = `iam:${operation.operation.name}`;
      await given(noun.created)
        .when(operation, input)
        .asks([{ action, resource: noun.arn, ...contextOf(noun) }]);
      await given().when(operation, input).fails('NoSuchEntity', noun.missing);
    },
  );
});

/** A document of so many characters that count. */
function padded(size: number): string {
  const [head, tail] = [
    '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::',
    '"}}',
  ];
  return `${head}${'x'.repeat(size - head.length - tail.length)}${tail}`;
}
