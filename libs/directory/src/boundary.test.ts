import { describe, test } from '@jest/globals';
import type { AnyOperation } from '@muniment/kernel';
import { arns, created, given } from './directory.testing.js';
import { contextOf, type Family, of, Role, User } from './families.testing.js';
import * as role from './role/role.operations.js';
import * as user from './user/user.operations.js';

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
