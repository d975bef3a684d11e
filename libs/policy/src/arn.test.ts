import { describe, expect, test } from '@jest/globals';
import {
  accountNamed,
  arnParts,
  behindFifthColon,
  belongsElsewhere,
  isAccountId,
  parseArn,
  resourceOffset,
} from './arn.js';
import { ACCOUNT, OTHER_ACCOUNT } from './fixtures.js';

describe('the parts of an ARN', () => {
  test('only the first five colons separate (requirements-4 ARN-6)', () => {
    const text = 'arn:aws:s3:region:account:a:b:c';
    expect(arnParts(text)).toEqual(['arn', 'aws', 's3', 'region', 'account', 'a:b:c']);
    expect(parseArn(text)).toEqual({
      partition: 'aws',
      service: 's3',
      region: 'region',
      account: 'account',
      resource: 'a:b:c',
    });
    expect(resourceOffset(text)).toBe(text.indexOf('a:b:c'));
  });

  test('any of them may be empty', () => {
    expect(arnParts('arn:::::')).toEqual(['arn', '', '', '', '', '']);
    expect(resourceOffset('arn:::::')).toBe(8);
  });

  test.each(['', 'arn', 'arn:aws:s3::', 'urn:aws:s3:::b', ':aws:s3:::b', 'arn'.repeat(9), '*'])(
    '%j is not an ARN',
    (text) => {
      expect(arnParts(text)).toBeUndefined();
      expect(parseArn(text)).toBeUndefined();
      expect(resourceOffset(text)).toBe(-1);
    },
  );

  test('of a text that begins with anything the colons are counted all the same', () => {
    expect(behindFifthColon('*:*:*:*:*:x')).toBe(10);
    expect(behindFifthColon('*:*:*:*:*')).toBe(-1);
  });
});

describe('accounts', () => {
  test.each([ACCOUNT, '000000000000', '999999999999'])('%s is an account id (requirements-4 LIM-9)', (text) => {
    expect(isAccountId(text)).toBe(true);
  });

  test.each(['', '11112222333', '1111222233334', '11112222333x', '/11122223333', '11112222333:'])(
    '%j is none',
    (text) => {
      expect(isAccountId(text)).toBe(false);
    },
  );

  test.each([ACCOUNT, `arn:aws:iam::${ACCOUNT}:root`, `arn:aws-cn:iam::${ACCOUNT}:root`])(
    '%s names the account (requirements-4 PRI-4)',
    (text) => {
      expect(accountNamed(text)).toBe(ACCOUNT);
    },
  );

  test.each([
    `arn:aws:sts::${ACCOUNT}:root`,
    `arn:aws:iam:eu-west-1:${ACCOUNT}:root`,
    'arn:aws:iam::11112222333:root',
    `arn:aws:iam::${ACCOUNT}:user/a:root`,
    `arn:aws:iam::${ACCOUNT}:toor`,
    `urn:aws:iam::${ACCOUNT}:root`,
    ':root',
    'root',
  ])('%s names none', (text) => {
    expect(accountNamed(text)).toBeUndefined();
  });

  test.each<[string, boolean]>([
    [`arn:aws:sqs:eu-west-1:${OTHER_ACCOUNT}:queue`, true],
    [`arn:aws:sqs::${OTHER_ACCOUNT}:`, true],
    [`arn:aws:sqs:eu-west-1:${ACCOUNT}:queue`, false],
    ['arn:aws:s3:::bucket', false],
    [`arn:aws:s3:::${OTHER_ACCOUNT}`, false],
    ['arn:aws:iam::aws:policy/ReadOnlyAccess', false],
    [`arn:aws:s3::1${OTHER_ACCOUNT}:x`, false],
    ['arn:aws:s3::44445555666x:x', false],
    ['*', false],
  ])('%s belongs to another account: %s', (text, expected) => {
    expect(belongsElsewhere(text, resourceOffset(text), ACCOUNT)).toBe(expected);
  });
});
