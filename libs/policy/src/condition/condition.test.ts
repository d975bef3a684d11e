import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compilePolicy } from '../compile.js';
import type { ContextValue } from '../context.js';
import type { PolicyDocument } from '../document.js';
import { alice, allowAll, denyAll, outcome, policy, request } from '../fixtures.js';
import { readPolicy } from '../grammar/read-policy.js';
import { holds, type Row } from './condition.testing.js';

describe('operators (requirements-4 6.2)', () => {
  const rows: readonly Row[] = [
    ['StringEquals', 'Blue', 'Blue', true],
    ['StringEquals', 'Blue', 'blue', false],
    ['StringEquals', 'B*', 'Blue', false],
    ['StringEquals', 'B*', 'B*', true],
    ['StringEquals', ['red', 'blue'], 'blue', true],
    ['StringEquals', '5', 5, true],
    ['StringEquals', 'true', true, true],
    ['StringNotEquals', ['red', 'blue'], 'blue', false],
    ['StringNotEquals', ['red', 'blue'], 'green', true],
    ['StringEqualsIgnoreCase', 'Blue', 'bLUE', true],
    ['StringNotEqualsIgnoreCase', 'Blue', 'bLUE', false],
    ['StringLike', 'B*e', 'Blue', true],
    ['StringLike', 'B??e', 'Blue', true],
    ['StringLike', 'lu', 'Blue', false],
    ['StringLike', 'b*', 'Blue', false],
    ['StringNotLike', ['b*', 'B*'], 'Blue', false],
    ['NumericEquals', '5', '05', true],
    ['NumericEquals', 5, 5, true],
    ['NumericEquals', '1.50', '1.5e0', true],
    ['NumericNotEquals', '5', '6', true],
    ['NumericLessThan', '5', '4.9', true],
    ['NumericLessThan', '5', '5', false],
    ['NumericLessThanEquals', '5', '5', true],
    ['NumericGreaterThan', '5', '10', true],
    ['NumericGreaterThan', '5', '5', false],
    ['NumericGreaterThanEquals', '5', '5', true],
    ['NumericLessThan', ['1', '10'], '5', true],
    ['NumericEquals', '5', true, false],
    ['NumericEquals', '1795132800', new Date(1_795_132_800_000), true],
    ['NumericLessThan', '1795132800', new Date(1_795_132_800_000), false],
    ['StringEquals', '2026-11-20T00:00:00.000Z', new Date('2026-11-20'), true],
    ['StringEquals', '', new Date(Number.NaN), true],
    ['Null', 'true', new Date(Number.NaN), true],
    ['DateEquals', '2026-11-20T10:00:00Z', '2026-11-20T11:00:00+01:00', true],
    ['DateNotEquals', '2026-11-20T10:00:00Z', '2026-11-20', true],
    ['DateLessThan', '2026-11-20', new Date('2026-11-19T23:59:59Z'), true],
    ['DateLessThanEquals', '2026-11-20', new Date('2026-11-20T00:00:00Z'), true],
    ['DateGreaterThan', '2026-11-20', '2026-11-19', false],
    ['DateGreaterThanEquals', '2026-11-20T00:00:00Z', 1795132800, true],
    ['DateLessThan', '1795132800', '2026-11-19', true],
    ['Bool', 'true', true, true],
    ['Bool', true, 'true', true],
    ['Bool', false, 'true', false],
    ['Bool', 'TRUE', 'true', true],
    ['BinaryEquals', 'QmluYXJ5VmFsdWVJbkJhc2U2NA==', 'QmluYXJ5VmFsdWVJbkJhc2U2NA==', true],
    ['BinaryEquals', 'QmluYXJ5', 'qmluYXJ5', false],
    ['IpAddress', '203.0.113.0/24', '203.0.113.7', true],
    ['IpAddress', ['10.0.0.0/8', '2001:db8::/32'], '2001:db8::1', true],
    ['IpAddress', '203.0.113.7', '203.0.113.8', false],
    ['NotIpAddress', '203.0.113.0/24', '203.0.113.7', false],
    ['NotIpAddress', '203.0.113.0/24', '198.51.100.1', true],
    ['ArnEquals', 'arn:aws:iam::*:role/*', 'arn:aws:iam::111122223333:role/a/b', true],
    ['ArnLike', 'arn:aws:iam::11112222333?:role/x', 'arn:aws:iam::111122223333:role/x', true],
    ['ArnLike', 'arn:AWS:iam::111122223333:role/x', 'arn:aws:iam::111122223333:role/x', false],
    ['ArnNotEquals', 'arn:aws:iam::*:role/*', 'arn:aws:iam::111122223333:user/a', true],
    ['ArnNotLike', 'arn:aws:iam::*:user/*', 'arn:aws:iam::111122223333:user/a', false],
    ['Null', 'true', undefined, true],
    ['Null', true, 'x', false],
    ['Null', 'false', 'x', true],
    ['Null', 'false', undefined, false],
    ['Null', ['true', 'false'], 'x', true],
    ['Null', 'perhaps', undefined, false],
  ];

  test.each(rows)('%s %j against %j: %s', (operator, wanted, given, expected) => {
    expect(holds(operator, wanted, given)).toBe(expected);
  });

  test('ArnLike compares part by part, StringLike the whole text (requirements-4 CND-9)', () => {
    const pattern = 'arn:aws:someservice:*:111122223333:finance/*';
    const given = 'arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt';
    expect(holds('StringLike', pattern, given)).toBe(true);
    expect(holds('ArnLike', pattern, given)).toBe(false);
    expect(holds('ArnEquals', pattern, given)).toBe(false);
  });

  test.each<Row>([
    ['ArnLike', '*', 'arn:aws:iam::111122223333:user/a', true],
    ['ArnLike', '*', 'no arn', false],
    ['ArnLike', 'arn:*', 'arn:aws:iam::111122223333:user/a', false],
    ['ArnNotLike', 'arn:*', 'arn:aws:iam::111122223333:user/a', true],
    ['ArnNotLike', '*', 'arn:aws:iam::111122223333:user/a', false],
  ])('%s %j against %j: %s, patterns that are no ARN (ruling 23)', (operator, wanted, given, expected) => {
    expect(holds(operator, wanted, given)).toBe(expected);
  });

  const unreadable: readonly (readonly [string, unknown, ContextValue])[] = [
    ['NumericEquals', 'five', '5'],
    ['NumericEquals', '5', ' 5'],
    ['NumericLessThan', '5', 'four'],
    ['DateEquals', '2026', 'today'],
    ['DateLessThan', '2026', new Date(Number.NaN)],
    ['Bool', 'yes', 'true'],
    ['Bool', 'true', 'yes'],
    ['Bool', 'yes', 'yes'],
    ['BinaryEquals', '*', '*'],
    ['IpAddress', '203.0.113.0/24', '203.0.113'],
    ['IpAddress', '203.0.113/24', '203.0.113.7'],
    ['ArnEquals', '*', 'arn:aws'],
  ];

  test.each(unreadable)('%s %j against %j cannot be read and never holds (ruling 24)', (operator, wanted, given) => {
    expect(holds(operator, wanted, given)).toBe(false);
  });

  test.each([
    ['NumericNotEquals', 'five', '5'],
    ['DateNotEquals', '2026', 'today'],
    ['NotIpAddress', '203.0.113/24', '203.0.113.7'],
    ['ArnNotEquals', 'x', 'arn:aws:iam::111122223333:user/a'],
  ])('%s %j against %j cannot be read, so the negation holds (ruling 24)', (operator, wanted, given) => {
    expect(holds(operator, wanted, given)).toBe(true);
  });
});

describe('keys that are missing or have no value (requirements-4 6.3)', () => {
  const positive = [
    ['StringEquals', 'x'],
    ['StringEqualsIgnoreCase', 'x'],
    ['StringLike', '*'],
    ['NumericEquals', '1'],
    ['NumericGreaterThan', '1'],
    ['DateLessThan', '2026'],
    ['Bool', 'true'],
    ['BinaryEquals', 'QQ=='],
    ['IpAddress', '0.0.0.0/0'],
    ['ArnLike', '*'],
  ] as const;
  const negated = [
    ['StringNotEquals', 'x'],
    ['StringNotEqualsIgnoreCase', 'x'],
    ['StringNotLike', '*'],
    ['NumericNotEquals', '1'],
    ['DateNotEquals', '2026'],
    ['NotIpAddress', '0.0.0.0/0'],
    ['ArnNotLike', '*'],
  ] as const;

  test.each(positive)('%s', (operator, wanted) => {
    expect(holds(operator, wanted, undefined)).toBe(false);
    expect(holds(operator, wanted, '')).toBe(false);
    expect(holds(operator, wanted, [])).toBe(false);
    expect(holds(`${operator}IfExists`, wanted, undefined)).toBe(true);
    expect(holds(`${operator}IfExists`, wanted, '')).toBe(false);
  });

  test.each(negated)('%s', (operator, wanted) => {
    expect(holds(operator, wanted, undefined)).toBe(true);
    expect(holds(operator, wanted, '')).toBe(true);
    expect(holds(operator, wanted, [])).toBe(true);
    expect(holds(`${operator}IfExists`, wanted, undefined)).toBe(true);
    expect(holds(`${operator}IfExists`, wanted, '')).toBe(true);
  });

  test.each(['StringEquals', 'StringEqualsIgnoreCase', 'StringLike'])(
    '%s: a default that is empty says the empty string, and a star behind it does not (ruling 28, VAR-8)',
    (operator) => {
      expect(holds(operator, "${nothing, ''}", '')).toBe(true);
      expect(holds(operator, "${nothing, ''}", 'x')).toBe(false);
      expect(holds(operator, "${nothing, ''}*", '')).toBe(false);
    },
  );

  test('the empty string is no value: Null:true holds, and "" matches it (ruling 28)', () => {
    expect(holds('Null', 'true', '')).toBe(true);
    expect(holds('Null', 'false', '')).toBe(false);
    expect(holds('Null', 'true', [])).toBe(true);
    expect(holds('StringEquals', '', '')).toBe(true);
    expect(holds('StringLike', ['', 'home/*'], '')).toBe(true);
    expect(holds('StringNotEquals', '', '')).toBe(false);
  });

  test.each([
    ['ForAllValues:StringEquals', true, true],
    ['ForAllValues:StringNotEquals', true, true],
    ['ForAnyValue:StringEquals', false, false],
    ['ForAnyValue:StringNotEquals', false, false],
    ['ForAllValues:StringEqualsIfExists', true, true],
    ['ForAnyValue:StringEqualsIfExists', true, false],
  ])('%s: missing %s, empty %s (ruling 29)', (operator, missing, empty) => {
    expect(holds(operator, 'x', undefined)).toBe(missing);
    expect(holds(operator, 'x', '')).toBe(empty);
    expect(holds(operator, 'x', [])).toBe(empty);
  });
});

describe('multivalued keys', () => {
  test.each<Row>([
    ['ForAllValues:StringEquals', ['PostDateTime', 'Message', 'Tags'], ['PostDateTime', 'UserName'], false],
    ['ForAnyValue:StringEquals', ['ID', 'PostDateTime'], ['UserName', 'Message', 'PostDateTime'], true],
    ['ForAnyValue:StringEquals', ['ID', 'PostDateTime'], ['UserName'], false],
    ['ForAllValues:StringEquals', ['a', 'b'], ['b', 'a'], true],
    ['ForAllValues:StringEquals', 'a', 'a', true],
    ['ForAnyValue:StringLike', 'a*', ['b', 'ab'], true],
  ])('%s %j against %j: %s (requirements-4 CND-13, CND-14)', (operator, wanted, given, expected) => {
    expect(holds(operator, wanted, given)).toBe(expected);
  });

  test('a Deny under ForAnyValue that does not hold leaves an implicit deny (requirements-4 CND-14)', () => {
    const Condition = { 'ForAnyValue:StringEquals': { k: ['ID', 'PostDateTime'] } };
    const identity = [policy('identity', { ...denyAll, Condition })];
    expect(outcome(request(alice, { context: { k: ['UserName'] } }), { identity })).toBe('Deny by identity');
    expect(outcome(request(alice, { context: { k: ['ID'] } }), { identity })).toBe('Explicit by identity');
  });

  test.each<Row>([
    ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'd'], true],
    ['ForAllValues:StringNotEquals', ['a', 'b'], ['a', 'd'], false],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'd'], true],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'b'], false],
  ])('%s %j against %j: %s (requirements-4 CND-15, ruling 30)', (operator, wanted, given, expected) => {
    expect(holds(operator, wanted, given)).toBe(expected);
  });

  test.each<Row>([
    ['StringEquals', 'a', ['b', 'a'], true],
    ['StringEquals', 'a', ['b'], false],
    ['StringNotEquals', 'a', ['b', 'a'], false],
    ['StringNotEquals', 'a', ['b', 'c'], true],
  ])('%s %j against %j without prefix: %s (ruling 27)', (operator, wanted, given, expected) => {
    expect(holds(operator, wanted, given)).toBe(expected);
  });
});

test('an operator that does not exist is on the side of denial (reliability-security S30)', () => {
  const reading = readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: [allowAll, denyAll] }), 'identity');
  if (!reading.ok) throw new Error(reading.error.message);
  const { position } = reading.policy.statements[0] ?? { position: { line: 1, column: 1, offset: 0 } };
  const condition = [{ operator: 'StringSortOfEquals', key: 'k', values: [{ text: 'x', position }], position }];
  const only = (index: number): PolicyDocument => ({
    ...reading.policy,
    statements: reading.policy.statements.slice(index, index + 1).map((statement) => ({ ...statement, condition })),
  });
  const compiled = (index: number) => [compilePolicy(only(index), { id: 'p', type: 'identity' })];
  for (const k of [undefined, '', 'x', ['x'], []]) {
    expect(outcome(request(alice, { context: { k } }), { identity: compiled(0) })).toBe('Deny by identity');
    expect(outcome(request(alice, { context: { k } }), { identity: compiled(1) })).toBe('Explicit by identity');
  }
});

test('whatever the context holds, evaluation does not throw', () => {
  const odd = fc.oneof(
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.date(),
    fc.array(fc.oneof(fc.string(), fc.double(), fc.boolean())),
    fc.constant(undefined),
  );
  const operators = [
    'StringEquals',
    'StringLike',
    'NumericLessThan',
    'DateGreaterThan',
    'Bool',
    'BinaryEquals',
    'IpAddress',
    'ArnLike',
    'Null',
    'ForAllValues:StringNotLike',
    'ForAnyValue:ArnEquals',
  ];
  fc.assert(
    fc.property(odd, fc.string(), fc.constantFrom(...operators), (given, wanted, operator) => {
      fc.pre(!operator.startsWith('Date'));
      expect(typeof holds(operator, wanted, given)).toBe('boolean');
    }),
  );
});
