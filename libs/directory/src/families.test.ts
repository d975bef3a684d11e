import { describe, test } from '@jest/globals';
import { type AnyOperation, type Ask, encodeDocument } from '@muniment/kernel';
import { allowAll, arns, created, given, ids } from './directory.testing.js';
import type { DirectoryEvent } from './directory.js';
import * as group from './group/group.operations.js';
import * as profile from './instance-profile/instance-profile.operations.js';
import * as role from './role/role.operations.js';
import * as user from './user/user.operations.js';

/*
 * Tags, inline policies, attached policies and boundaries behave alike on whatever has them: one table of nouns, and
 * every rule told once.
 */

interface Noun {
  readonly noun: string;
  readonly input: object;
  /** The same name in other letters: all lookups ignore case (requirements-4 NAM-5). */
  readonly shouted: object;
  readonly created: DirectoryEvent;
  readonly id: string;
  readonly missing: string;
  readonly arn: string;
  /** What every question about it says of its tags. */
  readonly tagContext: object;
}

const tagContext = { 'aws:ResourceTag/Team': 'red', 'iam:ResourceTag/Team': 'red' };

const User: Noun = {
  noun: 'User',
  input: { UserName: 'Alice' },
  shouted: { UserName: 'ALICE' },
  created: created.alice,
  id: ids.alice,
  missing: 'The user with name Alice cannot be found.',
  arn: arns.alice,
  tagContext,
};
const Group: Noun = {
  noun: 'Group',
  input: { GroupName: 'Admins' },
  shouted: { GroupName: 'ADMINS' },
  created: created.admins,
  id: ids.admins,
  missing: 'The group with name Admins cannot be found.',
  arn: arns.admins,
  tagContext: {},
};
const Role: Noun = {
  noun: 'Role',
  input: { RoleName: 'Deploy' },
  shouted: { RoleName: 'DEPLOY' },
  created: created.deploy,
  id: ids.deploy,
  missing: 'The role with name Deploy cannot be found.',
  arn: arns.deploy,
  tagContext,
};
const InstanceProfile: Noun = {
  noun: 'InstanceProfile',
  input: { InstanceProfileName: 'Server' },
  shouted: { InstanceProfileName: 'SERVER' },
  created: created.server,
  id: ids.server,
  missing: 'Instance Profile Server cannot be found.',
  arn: arns.server,
  tagContext,
};

type Family<Name extends string> = { readonly noun: Noun } & Readonly<Record<Name, AnyOperation>>;

/** An event of a family: `UserPolicyPut`, `RolePolicyPut`, … */
const of = ({ noun, id }: Noun, type: string, data: object) =>
  ({ type: `${noun}${type}`, data: { id, ...data } }) as DirectoryEvent;

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

const withAttached: readonly Family<'Attach' | 'Detach' | 'List'>[] = [
  {
    noun: User,
    Attach: user.AttachUserPolicy,
    Detach: user.DetachUserPolicy,
    List: user.ListAttachedUserPolicies,
  },
  {
    noun: Group,
    Attach: group.AttachGroupPolicy,
    Detach: group.DetachGroupPolicy,
    List: group.ListAttachedGroupPolicies,
  },
  {
    noun: Role,
    Attach: role.AttachRolePolicy,
    Detach: role.DetachRolePolicy,
    List: role.ListAttachedRolePolicies,
  },
];

describe.each(withAttached)('managed policies of $noun.noun', ({ noun, Attach, Detach, List }) => {
  const attached = (policyArn: string) => of(noun, 'PolicyAttached', { policyArn });
  const on = (PolicyArn: string) => ({ ...noun.input, PolicyArn });

  test.each([
    ["AWS's", arns.readOnly],
    ["AWS's in a path", arns.billing],
    ["the customer's", arns.policy],
  ])('%s are attached', (_, policyArn) =>
    given(noun.created, created.policy)
      .when(Attach, on(policyArn))
      .then([attached(policyArn)]),
  );

  test('attaching twice changes nothing and is no error', () =>
    given(noun.created, attached(arns.readOnly)).when(Attach, on(arns.readOnly)).then([]));

  test.each([
    ["nobody's", 'arn:aws:iam::aws:policy/NoSuchPolicy'],
    ["another path's", 'arn:aws:iam::111122223333:policy/Mine'],
    ["another account's", 'arn:aws:iam::444455556666:policy/own/Mine'],
  ])('%s are not attachable', (_, policyArn) =>
    given(noun.created, created.policy)
      .when(Attach, on(policyArn))
      .fails('NoSuchEntity', `Policy ${policyArn} does not exist or is not attachable.`),
  );

  test('those of service-linked roles are for no entity of a customer (requirements-3 section 2)', () => {
    const policyArn = 'arn:aws:iam::aws:policy/aws-service-role/AccessAnalyzerServiceRolePolicy';
    return given(noun.created)
      .when(Attach, on(policyArn))
      .fails('PolicyNotAttachable', `Cannot attach a Service Role Policy to a Customer ${noun.noun}.`);
  });

  test('ten are the most (requirements-4 section 2.2)', () => {
    const ten = Array.from({ length: 10 }, (_, n) => attached(`arn:aws:iam::aws:policy/P${n}`));
    return given(noun.created, ...ten)
      .when(Attach, on(arns.readOnly))
      .fails('LimitExceeded', `Cannot exceed quota for PoliciesPer${noun.noun}: 10`);
  });

  test('are detached', () =>
    given(noun.created, attached(arns.readOnly))
      .when(Detach, on(arns.readOnly))
      .then([of(noun, 'PolicyDetached', { policyArn: arns.readOnly })]));

  test('what is not attached cannot be detached', () =>
    given(noun.created)
      .when(Detach, on(arns.readOnly))
      .fails('NoSuchEntity', `Policy ${arns.readOnly} was not found.`));

  test('are listed by name, page by page, under a path', async () => {
    const owner = given(
      noun.created,
      created.policy,
      attached(arns.readOnly),
      attached(arns.policy),
      attached(arns.billing),
    );
    const billing = { PolicyName: 'Billing', PolicyArn: arns.billing };
    const mine = { PolicyName: 'Mine', PolicyArn: arns.policy };
    const readOnly = { PolicyName: 'ReadOnlyAccess', PolicyArn: arns.readOnly };
    await owner.when(List, noun.input).replies({ AttachedPolicies: [billing, mine, readOnly], IsTruncated: false });
    await owner
      .when(List, { ...noun.input, PathPrefix: '/own/' })
      .replies({ AttachedPolicies: [mine], IsTruncated: false });
    await owner
      .when(List, { ...noun.input, MaxItems: 2 })
      .replies({ AttachedPolicies: [billing, mine], IsTruncated: true, Marker: `Mine ${arns.policy}` });
    await owner
      .when(List, { ...noun.input, MaxItems: 2, Marker: `Mine ${arns.policy}` })
      .replies({ AttachedPolicies: [readOnly], IsTruncated: false });
  });

  test('a page may end between two policies of one name', async () => {
    const namesake = 'arn:aws:iam::111122223333:policy/ReadOnlyAccess';
    const owner = given(noun.created, attached(arns.readOnly), attached(namesake));
    const Marker = `ReadOnlyAccess ${namesake}`;
    const rows = [
      { PolicyName: 'ReadOnlyAccess', PolicyArn: namesake },
      { PolicyName: 'ReadOnlyAccess', PolicyArn: arns.readOnly },
    ];
    await owner
      .when(List, { ...noun.input, MaxItems: 1 })
      .replies({ AttachedPolicies: rows.slice(0, 1), IsTruncated: true, Marker });
    await owner
      .when(List, { ...noun.input, MaxItems: 1, Marker })
      .replies({ AttachedPolicies: rows.slice(1), IsTruncated: false });
  });

  test.each(Object.entries({ Attach, Detach }))('%s: asked with iam:PolicyARN', (_, operation) =>
    given(noun.created)
      .when(operation, on(arns.readOnly))
      .asks([
        {
          action: `iam:${operation.operation.name}`,
          resource: noun.arn,
          ...contextOf(noun, { 'iam:PolicyARN': arns.readOnly }),
        },
      ]),
  );

  test.each(Object.entries({ Attach, Detach, List }))('%s: refused without an owner', (_, operation) =>
    given().when(operation, on(arns.readOnly)).fails('NoSuchEntity', noun.missing),
  );
});

const withBoundary: readonly Family<'Put' | 'Delete'>[] = [
  { noun: User, Put: user.PutUserPermissionsBoundary, Delete: user.DeleteUserPermissionsBoundary },
  { noun: Role, Put: role.PutRolePermissionsBoundary, Delete: role.DeleteRolePermissionsBoundary },
];

describe.each(withBoundary)('the permissions boundary of $noun.noun', ({ noun, Put, Delete }) => {
  const bounded = (boundary: string) => of(noun, 'BoundaryPut', { boundary });
  const by = (PermissionsBoundary: string) => ({ ...noun.input, PermissionsBoundary });

  test.each([arns.readOnly, arns.policy])('%s is put, in place of another', (boundary) =>
    given(noun.created, created.policy, bounded(arns.billing))
      .when(Put, by(boundary))
      .then([bounded(boundary)]),
  );

  test('must be a policy that is there', () =>
    given(noun.created)
      .when(Put, by(arns.policy))
      .fails('NoSuchEntity', `Scope ARN: ${arns.policy} does not exist or is not attachable.`));

  test('is deleted', () =>
    given(noun.created, bounded(arns.readOnly))
      .when(Delete, noun.input)
      .then([of(noun, 'BoundaryDeleted', {})]));

  test('is not deleted where there is none', () =>
    given(noun.created)
      .when(Delete, noun.input)
      .fails('NoSuchEntity', `${noun.noun} ${Object.values(noun.input)[0]} has no permissions boundary.`));

  test('Put: asked with the boundary that is to be, Delete: with the one there is', async () => {
    const owner = given(noun.created, bounded(arns.billing));
    const action = (operation: AnyOperation) => `iam:${operation.operation.name}`;
    const asked = (boundary: string) => ({
      resource: noun.arn,
      ...contextOf(noun, { 'iam:PermissionsBoundary': boundary }),
    });
    await owner.when(Put, by(arns.readOnly)).asks([{ action: action(Put), ...asked(arns.readOnly) }]);
    await owner.when(Delete, noun.input).asks([{ action: action(Delete), ...asked(arns.billing) }]);
  });

  test.each(Object.entries({ Put, Delete }))('%s: refused without an owner', (_, operation) =>
    given().when(operation, by(arns.readOnly)).fails('NoSuchEntity', noun.missing),
  );
});

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

/** A document of so many characters that count. */
function padded(size: number): string {
  const [head, tail] = [
    '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::',
    '"}}',
  ];
  return `${head}${'x'.repeat(size - head.length - tail.length)}${tail}`;
}

/** The context of a question about a noun; a group's says nothing of itself. */
function contextOf({ tagContext: tags, noun }: Noun, more: object = {}): { context: Ask['context'] } {
  const boundary = noun === 'User' || noun === 'Role' ? { 'iam:PermissionsBoundary': undefined } : {};
  return { context: { ...tags, ...boundary, ...more } };
}
