import { describe, expect, test } from '@jest/globals';
import type { RequestContext } from '../context.js';
import {
  alice,
  allowAll,
  anonymous,
  conditionHolds,
  federated,
  outcome,
  policy,
  request,
  root,
  service,
  session,
  webIdentity,
} from '../fixtures.js';

describe('several entries (requirements-4 CND-1, CND-2, CND-3, CND-18)', () => {
  const both = { StringEquals: { a: '1', b: ['2', '3'] }, NumericLessThan: { n: '5' } };

  test('all operators and keys have to hold', () => {
    expect(conditionHolds(both, { a: '1', b: '3', n: 4 })).toBe(true);
    expect(conditionHolds(both, { a: '1', b: '4', n: 4 })).toBe(false);
    expect(conditionHolds(both, { a: '1', b: '3', n: 5 })).toBe(false);
  });

  test('key names ignore case, tag keys included (ruling 32)', () => {
    const condition = { StringEquals: { 'AWS:requesttag/OWNER': 'Ann' } };
    expect(conditionHolds(condition, { 'aws:RequestTag/owner': 'Ann' })).toBe(true);
    expect(conditionHolds(condition, { 'aws:RequestTag/owner': 'ann' })).toBe(false);
  });

  test('absent keys under IfExists count as held, present ones are asked', () => {
    const condition = { StringEqualsIfExists: { a: '1', b: '2' } };
    expect(conditionHolds(condition, {})).toBe(true);
    expect(conditionHolds(condition, { a: '1' })).toBe(true);
    expect(conditionHolds(condition, { a: '1', b: '3' })).toBe(false);
  });

  test('an operator without keys asks nothing', () => {
    expect(conditionHolds({ StringEquals: {}, Nonsense: {} }, {})).toBe(true);
  });

  test('keys of objects that everything inherits are absent', () => {
    expect(conditionHolds({ Null: { constructor: 'true', __proto__: 'true', toString: 'true' } }, {})).toBe(true);
  });
});

describe('MFA truth table (requirements-4 6.4)', () => {
  const key = 'aws:MultiFactorAuthPresent';
  test.each([
    ['Deny', { Bool: { [key]: 'false' } }, [false, true, false]],
    ['Deny', { BoolIfExists: { [key]: 'false' } }, [true, true, false]],
    ['Allow', { BoolIfExists: { [key]: 'true' } }, [true, false, true]],
    ['Allow', { Bool: { [key]: 'true' } }, [false, false, true]],
    ['Allow', { Null: { [key]: 'false' } }, [false, true, true]],
  ] as const)('%s under %j for absent, false, true: %j', (Effect, Condition, expected) => {
    const statements = [{ Effect, Action: '*', Resource: '*', Condition }, ...(Effect === 'Deny' ? [allowAll] : [])];
    const identity = [policy('identity', statements)];
    const fired = [undefined, false, true].map((present) => {
      const result = outcome(request(alice, { context: { [key]: present } }), { identity });
      return Effect === 'Deny' ? result === 'Explicit by identity' : result === 'Allow';
    });
    expect(fired).toEqual(expected);
  });
});

describe('keys of the principal (requirements-4 section 7, table)', () => {
  const nobody = { 'aws:username': undefined, 'aws:userid': undefined, 'aws:PrincipalArn': undefined };
  test.each([
    [
      root,
      {
        'aws:username': undefined,
        'aws:userid': root.account,
        'aws:PrincipalType': 'Account',
        'aws:PrincipalArn': root.arn,
        'aws:PrincipalAccount': root.account,
      },
    ],
    [
      alice,
      {
        'aws:username': 'alice',
        'aws:userid': alice.userId,
        'aws:PrincipalType': 'User',
        'aws:PrincipalArn': alice.arn,
        'aws:PrincipalServiceName': undefined,
        'aws:PrincipalServiceNamesList': undefined,
      },
    ],
    [
      session,
      {
        'aws:username': undefined,
        'aws:userid': `${session.roleId}:alice`,
        'aws:PrincipalType': 'AssumedRole',
        'aws:PrincipalArn': session.roleArn,
      },
    ],
    [
      federated,
      {
        'aws:username': undefined,
        'aws:userid': `${federated.account}:bob`,
        'aws:PrincipalType': 'FederatedUser',
        'aws:PrincipalArn': federated.arn,
      },
    ],
    [webIdentity, { ...nobody, 'aws:PrincipalType': 'AssumedRole' }],
    [anonymous, { ...nobody, 'aws:PrincipalType': 'Anonymous', 'aws:PrincipalAccount': 'anonymous' }],
    [
      service,
      {
        ...nobody,
        'aws:PrincipalType': 'Service',
        'aws:PrincipalIsAWSService': 'true',
        'aws:PrincipalServiceName': 'logs.amazonaws.com',
      },
    ],
  ] as const)('$type (rulings 33)', (principal, keys) => {
    const told = Object.entries(keys).filter(([, value]) => value !== undefined);
    const untold = Object.entries(keys).filter(([, value]) => value === undefined);
    const Condition = {
      StringEquals: Object.fromEntries(told),
      Null: Object.fromEntries(untold.map(([key]) => [key, 'true'])),
    };
    const resource = policy('resource', { ...allowAll, Principal: '*', Condition });
    expect(outcome(request(principal), { resource })).toBe('Allow');
  });

  test('the context has the last word', () => {
    expect(conditionHolds({ StringEquals: { 'aws:username': 'carol' } }, { 'AWS:UserName': 'carol' })).toBe(true);
  });
});

describe('keys of the context', () => {
  test('null, which comes out of JSON, is no value', () => {
    const context = { k: null } as unknown as RequestContext;
    expect(conditionHolds({ Null: { k: 'true' } }, context)).toBe(true);
    expect(conditionHolds({ StringEquals: { k: 'null' } }, context)).toBe(false);
    expect(conditionHolds({ StringEqualsIfExists: { k: 'x' } }, context)).toBe(true);
  });

  test('what a context inherits is none of its keys', () => {
    const condition = { StringEquals: { k: 'x' } };
    expect(conditionHolds(condition, Object.create({ k: 'x' }) as RequestContext)).toBe(false);
    const own = Object.assign(Object.create({ k: 'y' }) as object, { k: 'x' });
    expect(conditionHolds(condition, own)).toBe(true);
    expect(conditionHolds(condition, Object.assign(Object.create(null) as object, { k: 'x' }))).toBe(true);
    expect(conditionHolds({ Null: { k: 'true' } }, Object.create(null) as RequestContext)).toBe(true);
  });

  test('what somebody added to all objects is none of its keys, either', () => {
    Object.defineProperty(Object.prototype, 'k', { value: 'x', enumerable: true, configurable: true });
    try {
      expect(conditionHolds({ StringEquals: { k: 'x' } }, {})).toBe(false);
      expect(conditionHolds({ StringEquals: { j: 'x' } }, { j: 'x' })).toBe(true);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'k');
    }
  });
});
