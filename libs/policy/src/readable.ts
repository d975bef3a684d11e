import { readBinary } from './condition/binary.js';
import { type ContextScalar, GivenValue } from './context.js';

/**
 * What condition operators read a value as; any value is a string.
 *
 * @example
 * const type: ReadableType = 'IPAddress';
 */
export type ReadableType = 'Numeric' | 'Date' | 'Bool' | 'ARN' | 'IPAddress' | 'Binary';

const READS: Readonly<Record<ReadableType, (given: GivenValue) => boolean>> = {
  Numeric: ({ number }) => !Number.isNaN(number),
  Date: ({ instant }) => !Number.isNaN(instant),
  Bool: ({ lower }) => lower === 'true' || lower === 'false',
  ARN: ({ arnOffset }) => arnOffset >= 0,
  IPAddress: ({ address }) => address !== undefined,
  Binary: ({ text }) => text !== '' && readBinary(text) !== undefined,
};

/**
 * Whether operators can read the value of a condition key. One that they cannot read matches nothing (ruling 24), so that
 * a Deny with it is never seen: whoever takes values from others does well to ask before.
 *
 * @example
 * isReadable('203.0.113.7', 'IPAddress'); // true
 * isReadable('203.0.113.7:443', 'IPAddress'); // false
 * isReadable('May 5 2026', 'Date'); // false
 */
export function isReadable(value: ContextScalar, type: ReadableType): boolean {
  return READS[type](new GivenValue(value));
}
