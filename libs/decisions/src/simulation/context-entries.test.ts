import { beforeEach, describe, expect, test } from '@jest/globals';
import type { iam } from '@muniment/aws-model';
import { Accounts, allow } from '../accounts.testing.js';
import { custom, entry, refusal, verdicts } from './simulation.testing.js';

/*
 * Where a test says (seen), AWS gave this very answer to this very request: docs/simulator.md, "Proof".
 */

let accounts: Accounts;

beforeEach(() => {
  accounts = new Accounts();
});

const get = allow('s3:GetObject');
const simulated = (input: Partial<iam.SimulateCustomPolicyRequest>) => custom(input, accounts);
const refused = (input: Partial<iam.SimulateCustomPolicyRequest>) => refusal(simulated(input));

describe('values of condition keys', () => {
  test.each([
    ['string', ['web'], 'StringEquals', 'web'],
    ['stringList', ['web', 'shop'], 'ForAnyValue:StringEquals', 'shop'],
    ['numeric', ['01.50'], 'NumericEquals', '1.5'],
    ['numericList', ['1', '2'], 'ForAllValues:NumericLessThan', '3'],
    ['boolean', ['TRUE'], 'Bool', 'true'],
    ['boolean', ['yes'], 'Bool', 'false'],
    ['booleanList', ['true'], 'ForAnyValue:Bool', 'true'],
    ['ip', ['203.0.113.7'], 'IpAddress', '203.0.113.0/24'],
    ['ipList', ['2001:db8::1'], 'ForAnyValue:IpAddress', '2001:db8::/32'],
    ['binary', ['YQ=='], 'BinaryEquals', 'YQ=='],
    ['binaryList', ['YQ=='], 'ForAnyValue:BinaryEquals', 'YQ=='],
    ['date', ['2026-03-01'], 'DateLessThan', '2026-03-02T00:00:00Z'],
    ['date', ['1735787045'], 'DateGreaterThan', '2025-01-01T00:00:00Z'],
    ['dateList', ['2026-03-01T10:00:00+01:00'], 'ForAnyValue:DateEquals', '2026-03-01T09:00:00Z'],
  ])('of type %s: %j', async (type, values, operator, wanted) => {
    const PolicyInputList = [allow('s3:GetObject', { Condition: { [operator]: { 'orders:Key': wanted } } })];
    const ContextEntries = [entry('orders:Key', type, ...values)];
    expect(verdicts(await simulated({ PolicyInputList, ContextEntries }))).toEqual(['s3:GetObject allowed']);
  });

  const expected = (key: string, format: string) =>
    `InvalidInput: Invalid context value for key ${key}: expected ${format}.`;

  test.each([
    ['numeric', 'abc', 'numeric format'],
    ['numeric', 'NaN', 'numeric format'],
    ['numeric', '0x10', 'numeric format'],
    ['numeric', ' 1 ', 'numeric format'],
    ['numeric', 'Infinity', 'numeric format'],
    ['date', 'tomorrow', 'DateTime format'],
    ['ip', '999.0.0.1', 'IP address'],
    ['ip', '192.0.2.0/24', 'IP address'],
    ['ip', 'fe80::1%eth0', 'IP address'],
    ['binary', '!base64', 'base-64 encoded binary format'],
  ])('of type %s are refused: `%s` (seen)', async (type, value, format) => {
    expect(await refused({ ContextEntries: [entry('orders:Key', type, value)] })).toBe(expected('orders:Key', format));
  });

  test.each([
    ['numeric', '+1'],
    ['numeric', '1e2'],
    ['numeric', '1e9999'],
    ['date', '2035'],
    ['date', '2035-01'],
    ['date', '2035-01-02T03:04Z'],
    ['date', '2035-01-02T03:04:05.123+02:00'],
    ['date', '2035-01-02T03:04:05'],
    ['date', '0'],
    ['ip', '192.000.002.1'],
    ['ip', '2001:db8::1'],
    ['binary', 'eWVz'],
    ['string', ''],
  ])('of type %s are taken: `%s` (seen)', async (type, value) => {
    const results = await simulated({ PolicyInputList: [get], ContextEntries: [entry('orders:Key', type, value)] });
    expect(verdicts(results)).toEqual(['s3:GetObject allowed']);
  });

  test.each([
    [{ ContextKeyName: 'orders:Key', ContextKeyValues: ['yes'] }, 'Context key orders:Key has invalid type null.'],
    [
      { ContextKeyName: 'orders:Key', ContextKeyType: 'string' },
      'Context values for context key orders:Key cannot be null or empty.',
    ],
    [{ ContextKeyType: 'string', ContextKeyValues: ['yes'] }, 'ContextKeyName cannot be null or empty.'],
    [entry('orders:Key', 'string', 'a', 'b'), 'Context key string expected a single value, but received 2.'],
  ])('an entry that lacks something, or has too much, is refused: %j (seen)', async (one, text) => {
    expect(await refused({ ContextEntries: [one as iam.ContextEntry] })).toBe(`InvalidInput: ${text}`);
  });

  test('a key is given once, whatever its spelling; an entry without anything is none (seen)', async () => {
    const twice = [entry('orders:key', 'string', 'a'), entry('ORDERS:KEY', 'string', 'b')];
    expect(await refused({ ContextEntries: twice })).toBe('InvalidInput: Duplicate context key: ORDERS:KEY.');
    expect(await simulated({ ContextEntries: [{}] })).toHaveLength(1);
  });
});
