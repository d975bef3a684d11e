/** Random conditions and the context they ask for; small alphabets, so that they match often. */
import type { ContextValue, RequestContext } from '../context.js';
import type { Draw } from './draw.testing.js';

type Family = 'String' | 'Arn' | 'Numeric' | 'Date' | 'Bool' | 'Binary' | 'Ip' | 'Null';

const OPERATORS: Readonly<Record<Family, readonly string[]>> = {
  String: [
    'StringEquals',
    'StringNotEquals',
    'StringEqualsIgnoreCase',
    'StringNotEqualsIgnoreCase',
    'StringLike',
    'StringNotLike',
    'StringLike',
  ],
  Arn: ['ArnLike', 'ArnNotLike', 'ArnEquals', 'ArnNotEquals'],
  Numeric: ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
    (relation) => `Numeric${relation}`,
  ),
  Date: ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
    (relation) => `Date${relation}`,
  ),
  Bool: ['Bool'],
  Binary: ['BinaryEquals'],
  Ip: ['IpAddress', 'NotIpAddress'],
  Null: ['Null'],
};

const FAMILIES: readonly Family[] = [
  'String',
  'String',
  'String',
  'Arn',
  'Numeric',
  'Date',
  'Bool',
  'Binary',
  'Ip',
  'Null',
];

const KEYS: Readonly<Record<Family, readonly string[]>> = {
  String: ['aws:PrincipalTag/Team', 'aws:username', 'aws:TagKeys', 'aws:userid', 'aws:PrincipalType', 'my:Word'],
  Arn: ['aws:SourceArn', 'aws:PrincipalArn', 'my:Arns'],
  Numeric: ['aws:MultiFactorAuthAge', 'my:Numbers'],
  Date: ['aws:CurrentTime', 'aws:EpochTime'],
  Bool: ['aws:MultiFactorAuthPresent', 'aws:PrincipalIsAWSService', 'my:Flags'],
  Binary: ['my:Bytes'],
  Ip: ['aws:SourceIp', 'my:Addresses'],
  Null: ['aws:PrincipalTag/Team', 'aws:TagKeys', 'aws:MultiFactorAuthPresent', 'aws:username'],
};

/** What policies say; dates are readable, since others are refused on save. */
const WRITTEN: Readonly<Record<Family, readonly (string | number | boolean)[]>> = {
  String: [
    'blue',
    'red',
    'Blue',
    '',
    'b*',
    '*',
    'alice',
    'al?ce',
    'x*y',
    'x${*}y',
    '${?}',
    '${$}{aws:username}',
    '${aws:username}',
    '${AWS:PrincipalTag/team}',
    "${aws:PrincipalTag/Team, 'blue'}",
    "${my:Nothing, 'b*'}",
    "${my:Nothing, ''}",
    '${my:Nothing}',
    '${aws:TagKeys}',
    'pre-${my:Word}*',
    '*${my:Word}',
    'al${ice',
    '${}',
    "${my:Nothing,'blue'}",
    '${my:Nothing, "blue"}',
    '$blue',
    '${$}{*}',
    'User',
    'A*E*',
    'true',
    5,
    true,
  ],
  Arn: [
    '*',
    'arn:aws:s3:::b/*',
    'arn:aws:sqs:*:111122223333:q',
    'arn:aws:sqs:eu-west-?:*:*',
    'arn:aws:iam::111122223333:*',
    'arn:aws:iam::111122223333:user/staff/${aws:username}',
    'arn:aws:iam::111122223333:role/*',
    'arn:*:*:*:*:*',
    'arn:*',
    'a*:aws:s3:::b/k',
    'arn:aws:s3:::${my:Word}',
    '${aws:SourceArn}',
    '${aws:PrincipalArn}',
    '${my:Nothing}',
    'blue',
    '',
  ],
  Numeric: [5, '5', '05', '-1', '+5', '5.0', '1e1', '10', 9.5, '3600', ' 5', 'five', '', '5.', '.5', '0x5', 'Infinity'],
  Date: [
    '2026-01-01',
    '2026-01-01T00:00:00Z',
    '2026-01-01T02:00:00+02:00',
    '2026-06-15T12:30Z',
    '2026',
    '2026-06',
    '1767225600',
    1767225600,
    '1767225600.5',
    '2026-01-01T00:00:00.500Z',
    '2027-02-28T23:59:59-01:30',
  ],
  Bool: ['true', 'false', true, false, 'True', 'FALSE', 'yes', '', '1', '${my:Flag}', "${my:Nothing, 'true'}"],
  Binary: ['Ymx1ZQ==', 'cmVk', '', 'Ymx1ZQ', '!', 'Ymx1ZR=='],
  Ip: [
    '10.0.0.0/8',
    '10.1.1.1',
    '10.1.1.1/32',
    '203.0.113.0/24',
    '0.0.0.0/0',
    '2001:db8::/32',
    '::/0',
    '::ffff:10.0.0.0/104',
    '::ffff:10.1.1.1',
    '2001:DB8:0:0::1',
    '10.0.0.0/33',
    '010.0.0.0/8',
    '10.0.0.0/08',
    'nonsense',
    '',
  ],
  Null: ['true', 'false', true, false, 'yes'],
};

const GIVEN: Readonly<Record<string, readonly ContextValue[]>> = {
  'aws:PrincipalTag/Team': ['blue', 'red', 'Blue', '', 'x*y', '*'],
  'my:Word': ['blue', 'alice', 'b/k', 'pre-', '?', '${aws:username}', '', 5, true],
  'my:Flag': ['true', true, 'no'],
  'aws:TagKeys': [['blue'], ['blue', 'red'], [], ['red', 'x*y'], ['', 'blue'], [''], 'blue', ['blue', 'blue']],
  'aws:SourceArn': [
    'arn:aws:s3:::b/k',
    'arn:aws:sqs:eu-west-1:111122223333:q',
    'arn:aws:sqs:eu-west-1:444455556666:store/abc:111122223333:q',
    'blue',
    'arn:aws:s3:::*',
    '',
  ],
  'my:Arns': [
    ['arn:aws:s3:::b/k', 'arn:aws:s3:::b/x'],
    [],
    ['arn:aws:s3:::b/k', 'blue'],
    ['arn:aws:sqs:eu-west-1:111122223333:q'],
  ],
  'aws:MultiFactorAuthAge': [5, '5', '10', 3600, -1, 9.5, 'five', '', '05', '1e1'],
  'my:Numbers': [5, Number.POSITIVE_INFINITY, [5, 10], ['5'], [], ['five', 5], [3600, '-1']],
  'aws:CurrentTime': [
    new Date('2026-01-01T00:00:00Z'),
    '2026-01-01T00:00:00Z',
    '2026',
    1767225600,
    2026,
    '1767225600',
    new Date('2026-06-15T12:30:00Z'),
    'someday',
    '',
    '2026-02-30',
  ],
  'aws:EpochTime': [1767225600, '1767225600.5', new Date('2026-06-15T12:30:00Z'), -1],
  'aws:MultiFactorAuthPresent': [true, false, 'true', 'false', 'yes', ''],
  'my:Flags': [[true, false], [true], [], ['false', 'no']],
  'my:Bytes': ['Ymx1ZQ==', 'cmVk', 'blue', ''],
  'aws:SourceIp': [
    '10.1.1.1',
    '203.0.113.7',
    '2001:db8::1',
    '::ffff:10.1.1.1',
    '::ffff:0a01:0101',
    '127.1',
    '010.0.0.1',
    'nonsense',
    '',
  ],
  'my:Addresses': [['10.1.1.1', '2001:db8::1'], [], ['203.0.113.7', 'nonsense'], ['10.1.1.1', '10.2.2.2']],
  'aws:username': ['blue', ''],
};

/** The same key in another spelling. */
function spelled(draw: Draw, key: string): string {
  if (!draw.chance(20)) return key;
  return draw.chance(50) ? key.toLowerCase() : key.toUpperCase();
}

/** A context with about half of the keys; now and then one stands there twice, or is there without being given. */
export function contextFrom(draw: Draw): RequestContext {
  const context: Record<string, ContextValue | undefined> = {};
  for (const [key, values] of Object.entries(GIVEN)) {
    if (draw.chance(key === 'aws:username' ? 5 : 50)) context[spelled(draw, key)] = draw.pick(values);
    if (draw.chance(2)) context[spelled(draw, key)] = draw.chance(50) ? undefined : draw.pick(values);
  }
  return context;
}

export type Block = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A condition block with one entry or two. */
export function conditionFrom(draw: Draw): Block {
  const block: Record<string, Record<string, unknown>> = {};
  for (const [operator, key, values] of draw.several(1, 2, () => entryFrom(draw))) {
    (block[operator] ??= {})[key] = values;
  }
  return block;
}

function entryFrom(draw: Draw): readonly [operator: string, key: string, values: unknown] {
  const family = draw.pick(FAMILIES);
  const prefix = draw.chance(30) ? draw.pick(['ForAllValues:', 'ForAnyValue:']) : '';
  const suffix = family !== 'Null' && draw.chance(25) ? 'IfExists' : '';
  const keys = draw.chance(15) ? Object.keys(GIVEN) : KEYS[family];
  const values = draw.oneOrMore(3, () => draw.pick(WRITTEN[family]));
  return [`${prefix}${draw.pick(OPERATORS[family])}${suffix}`, spelled(draw, draw.pick(keys)), values];
}
