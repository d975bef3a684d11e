import { expect, test } from '@jest/globals';
import { readPolicy } from '@muniment/policy';
import { spanOf } from './span.js';

const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const denial = { ...statement, Effect: 'Deny', Sid: 'Deny' };
const version = '2012-10-17';

/** Where the statements of a document stand, as `line:column-line:column`. */
function spans(text: string): string[] {
  const reading = readPolicy(text, 'identity', { oldVersions: true });
  if (!reading.ok) throw new Error(reading.error.message);
  return reading.policy.statements.map((each) => {
    const { StartPosition: start, EndPosition: end } = spanOf(text, each);
    return `${start.Line}:${start.Column}-${end.Line}:${end.Column}`;
  });
}

// Each of these is what AWS answered for this very text (docs/simulator.md, "Proof").
test.each([
  ['compact', JSON.stringify({ Version: version, Statement: [statement] }), ['1:38-1:95']],
  [
    'compact, two of them',
    JSON.stringify({ Version: version, Statement: [{ ...statement, Sid: 'Allow' }, denial] }),
    ['1:38-1:109', '1:109-1:179'],
  ],
  [
    'on lines of their own',
    JSON.stringify({ Version: version, Statement: [{ ...statement, Sid: 'First' }, denial] }, null, 2),
    ['3:17-9:6', '9:6-15:6'],
  ],
  [
    'with carriage returns, and space around the document',
    ` \r\n${JSON.stringify({ Version: version, Statement: [statement] }, null, 2).replaceAll('\n', '\r\n')}\r\n `,
    ['4:17-9:6'],
  ],
  ['alone', '{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}', ['1:16-1:77']],
])('a statement stands where AWS says: %s', (_, text, expected) => {
  expect(spans(text)).toEqual(expected);
});

test('space before a comma belongs to the next statement, and carriage returns alone end lines', () => {
  expect(spans(`{"Statement":[${JSON.stringify(statement)} \r , \r ${JSON.stringify(statement)}]}`)).toEqual([
    '1:15-1:72',
    '1:72-3:59',
  ]);
});
