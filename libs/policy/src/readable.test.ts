import { describe, expect, test } from '@jest/globals';
import type { ContextScalar } from './context.js';
import { conditionHolds } from './fixtures.js';
import { isReadable, type ReadableType } from './readable.js';

/** A value of each type, under an operator that it meets if it can be read at all. */
const MET: Readonly<Record<ReadableType, object>> = {
  Numeric: { NumericLessThan: { k: '1e308' } },
  Date: { DateLessThan: { k: '9999' } },
  Bool: { Bool: { k: ['true', 'false'] } },
  ARN: { ArnLike: { k: '*' } },
  IPAddress: { IpAddress: { k: ['0.0.0.0/0', '::/0'] } },
  Binary: { BinaryEquals: { k: ['QUI='] } },
};

describe('what operators can read (ruling 24)', () => {
  test.each<[ReadableType, ContextScalar]>([
    ['Numeric', 5],
    ['Numeric', '-05.5e1'],
    ['Date', '2026'],
    ['Date', '2026-05-05T10:00+01:00'],
    ['Date', '1777968000'],
    ['Date', 1_777_968_000],
    ['Date', new Date(0)],
    ['Bool', true],
    ['Bool', 'FALSE'],
    ['ARN', 'arn:aws:s3:::b'],
    ['IPAddress', '203.0.113.7'],
    ['IPAddress', '2001:db8::1'],
    ['Binary', 'QUI='],
  ])('%s %p', (type, value) => {
    expect(isReadable(value, type)).toBe(true);
    expect(conditionHolds(MET[type], { k: value })).toBe(true);
  });

  test.each<[ReadableType, ContextScalar]>([
    ['Numeric', ''],
    ['Numeric', 'many'],
    ['Numeric', true],
    ['Numeric', Number.NaN],
    ['Date', 'May 5 2026'],
    ['Date', '5/5/2026'],
    ['Date', '2026-05-05 10:00:00Z'],
    ['Date', '2026-02-30'],
    ['Date', new Date(Number.NaN)],
    ['Bool', 'yes'],
    ['Bool', 1],
    ['ARN', 'bucket'],
    ['ARN', ''],
    ['IPAddress', '203.0.113.7:443'],
    ['IPAddress', '203.0.113.007'],
    ['IPAddress', '203.0.113.0/24'],
    ['IPAddress', 'fe80::1%eth0'],
    ['Binary', 'QUI'],
    ['Binary', ''],
  ])('not %s %p', (type, value) => {
    expect(isReadable(value, type)).toBe(false);
    expect(conditionHolds(MET[type], { k: value })).toBe(false);
  });
});
