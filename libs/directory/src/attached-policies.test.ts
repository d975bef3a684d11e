import { describe, test } from '@jest/globals';
import { arns, created, given } from './directory.testing.js';
import { contextOf, type Family, Group, of, Role, User } from './families.testing.js';
import * as group from './group/group.operations.js';
import * as role from './role/role.operations.js';
import * as user from './user/user.operations.js';

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
