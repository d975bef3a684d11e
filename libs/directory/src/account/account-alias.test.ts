import { describe, test } from '@jest/globals';
import { given as givenOf, home } from '@muniment/testing';
import { everybody, type PlatformEvent, platform } from '../platform/platform.js';
import { CreateAccountAlias, DeleteAccountAlias, ListAccountAliases } from './account-alias.operations.js';

/** A platform on which this has happened. */
const given = (...events: PlatformEvent[]) => givenOf(platform).elsewhere(everybody, ...events);

describe('account alias', () => {
  const other = '444455556666';
  const there: PlatformEvent = { type: 'AccountCreated', data: { accountId: home } };
  const aliased = (alias: string, accountId = home): PlatformEvent => ({
    type: 'AccountAliasSet',
    data: { accountId, alias },
  });

  test('is set', () =>
    given(there)
      .when(CreateAccountAlias, { AccountAlias: 'acme' })
      .then([aliased('acme')]));

  test('a new one takes the place of the old one, which is free again (requirements-1 section 2)', async () => {
    await given(there, aliased('acme'))
      .when(ListAccountAliases, {})
      .replies({ AccountAliases: ['acme'], IsTruncated: false });
    await given(there, aliased('acme'), aliased('apex'))
      .when(ListAccountAliases, {})
      .replies({ AccountAliases: ['apex'], IsTruncated: false });
    await given(there, aliased('acme'), aliased('apex'))
      .when(CreateAccountAlias, { AccountAlias: 'acme' })
      .then([aliased('acme')]);
  });

  test('is one over all accounts (requirements-4 LIM-5)', () =>
    given(there, { type: 'AccountCreated', data: { accountId: other } }, aliased('acme', other))
      .when(CreateAccountAlias, { AccountAlias: 'acme' })
      .fails('EntityAlreadyExists', 'The account alias acme already exists.'));

  test('is no account id (requirements-4 LIM-5)', () =>
    given(there)
      .when(CreateAccountAlias, { AccountAlias: '123456789012' })
      .fails('ValidationError', 'account alias `123456789012` looks like an account id'));

  test('an account that nobody has written down is written down', () =>
    given()
      .when(CreateAccountAlias, { AccountAlias: 'acme' })
      .then([there, aliased('acme')]));

  test('is removed by its name', async () => {
    await given(there, aliased('acme'))
      .when(DeleteAccountAlias, { AccountAlias: 'acme' })
      .then([{ type: 'AccountAliasRemoved', data: { accountId: home } }]);
    await given(there, aliased('acme'))
      .when(DeleteAccountAlias, { AccountAlias: 'apex' })
      .fails('NoSuchEntity', 'The account alias with name apex cannot be found.');
    await given(there).when(ListAccountAliases, {}).replies({ AccountAliases: [], IsTruncated: false });
  });

  test('has no resource of its own', () =>
    given(there)
      .when(CreateAccountAlias, { AccountAlias: 'acme' })
      .asks([{ action: 'iam:CreateAccountAlias', resource: '*' }]));
});
