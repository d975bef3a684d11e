import { beforeEach, describe, expect, test } from '@jest/globals';
import type { DirectoryEvent } from '@muniment/directory/contract';
import {
  Accounts,
  account,
  allow,
  attached,
  groupCreated,
  inline,
  now,
  policyArn,
  policyCreated,
  statement,
  userArn,
  userCalls,
  userCreated,
} from './accounts.testing.js';
import { Decisions } from './decisions.js';
import { Remembered } from './remembered.js';

let accounts: Accounts;
let decisions: Decisions;

beforeEach(() => {
  accounts = new Accounts();
  decisions = new Decisions({ from: accounts.reader });
});

const happen = (...events: DirectoryEvent[]) => decisions.changed(accounts.happen(account, ...events));
const mayGet = async (userName: string) =>
  (await decisions.authorize(userCalls(userName), [{ action: 'iam:GetUser', resource: userArn('x') }], now)).allowed;
const joined = (userName: string, groupName: string): DirectoryEvent => ({
  type: 'UserJoinedGroup',
  data: { userId: `AIDA${userName}`, groupId: `AGPA${groupName}` },
});
const newVersion = (policyName: string, document: string): DirectoryEvent => ({
  type: 'PolicyVersionCreated',
  data: { policyId: `ANPA${policyName}`, versionId: 'v2', document, setAsDefault: true },
});

describe('what is kept', () => {
  test('a second question of the same user reads nothing', async () => {
    happen(userCreated('alice'), inline('User', 'alice', 'own', allow('*')));
    await mayGet('alice');
    const { reads } = accounts;
    expect(await mayGet('alice')).toBe(true);
    expect(accounts.reads).toBe(reads);
  });

  test('that a principal is gone is kept, too', async () => {
    await mayGet('nobody');
    const { reads } = accounts;
    expect(await mayGet('nobody')).toBe(false);
    expect(accounts.reads).toBe(reads);
  });

  test('a change of one user leaves the others alone', async () => {
    happen(userCreated('alice'), userCreated('bob'));
    await mayGet('alice');
    await mayGet('bob');
    const { reads } = accounts;
    happen(inline('User', 'bob', 'own', allow('*')));
    await mayGet('alice');
    expect(accounts.reads).toBe(reads);
    expect(await mayGet('bob')).toBe(true);
  });

  test('what does not fit is read again', async () => {
    decisions = new Decisions({ from: accounts.reader, principals: 1 });
    happen(userCreated('alice'), userCreated('bob'));
    await mayGet('alice');
    await mayGet('bob');
    const { reads } = accounts;
    await mayGet('alice');
    expect(accounts.reads).toBeGreaterThan(reads);
  });
});

describe('a change is in force at once', () => {
  test('of a group, for all its members', async () => {
    happen(
      userCreated('alice'),
      userCreated('bob'),
      groupCreated('team'),
      joined('alice', 'team'),
      joined('bob', 'team'),
    );
    expect([await mayGet('alice'), await mayGet('bob')]).toEqual([false, false]);
    happen(inline('Group', 'team', 'own', allow('*')));
    expect([await mayGet('alice'), await mayGet('bob')]).toEqual([true, true]);
  });

  test("of a managed policy's default version, for users, members of groups and boundaries", async () => {
    happen(
      policyCreated('shared', allow('iam:GetUser')),
      userCreated('alice'),
      userCreated('bob'),
      userCreated('carol', { boundary: policyArn('shared') }),
      groupCreated('team'),
      attached('User', 'alice', policyArn('shared')),
      attached('Group', 'team', policyArn('shared')),
      joined('bob', 'team'),
      inline('User', 'carol', 'own', allow('*')),
    );
    const all = async () => [await mayGet('alice'), await mayGet('bob'), await mayGet('carol')];
    expect(await all()).toEqual([true, true, true]);
    happen(newVersion('shared', statement('Deny', '*')));
    expect(await all()).toEqual([false, false, false]);
    happen({ type: 'PolicyDefaultVersionSet', data: { policyId: 'ANPAshared', versionId: 'v1' } });
    expect(await all()).toEqual([true, true, true]);
  });

  test('also when it comes while the policies are being read', async () => {
    happen(
      userCreated('alice'),
      inline('User', 'alice', 'own', allow('*')),
      policyCreated('ban', statement('Deny', '*')),
    );
    happen(
      attached('User', 'alice', 'arn:aws:iam::aws:policy/ReadOnlyAccess'),
      groupCreated('team'),
      joined('alice', 'team'),
    );
    let reads = 0;
    accounts.beforeRead = () => {
      // The user's row has been read, its group has not: now the user is barred.
      if (++reads === 2) happen(attached('User', 'alice', policyArn('ban')));
    };
    expect(await mayGet('alice')).toBe(false);
    expect(await mayGet('alice')).toBe(false);
  });
});

test('when the directory cannot be read, nothing is decided (requirements-4 8.1)', async () => {
  happen(userCreated('alice'), inline('User', 'alice', 'own', allow('*')));
  accounts.beforeRead = () => {
    throw new Error('no rows today');
  };
  await expect(mayGet('alice')).rejects.toThrow('no rows today');
  accounts.beforeRead = () => undefined;
  expect(await mayGet('alice')).toBe(true);
});

test('a stored policy that cannot be read might have denied: everything is denied', async () => {
  happen(userCreated('alice'), inline('User', 'alice', 'own', allow('*')), inline('User', 'alice', 'broken', '{'));
  expect(await mayGet('alice')).toBe(false);
});

describe('Remembered', () => {
  test('the least recently used goes first, and its sources with it', () => {
    const remembered = new Remembered<number>(2);
    remembered.keep('a', 1, new Set(['x']));
    remembered.keep('b', 2, new Set(['x', 'y']));
    remembered.get('a');
    remembered.keep('c', 3, new Set(['y']));
    expect([remembered.get('a'), remembered.get('b'), remembered.get('c')]).toEqual([1, undefined, 3]);
    remembered.drop('y');
    expect([remembered.get('a'), remembered.get('c')]).toEqual([1, undefined]);
    remembered.drop('x');
    expect(remembered.size).toBe(0);
  });
});
