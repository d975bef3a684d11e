import { describe, expect, test } from '@jest/globals';
import type { PolicyKind } from '../document.js';
import { readPolicy } from './read-policy.js';

const ACTIONS: Readonly<Record<string, string>> = { trust: 'sts:AssumeRole', resource: 's3:GetObject' };

/** What it is refused with; undefined when the principal is accepted. */
function refused(Principal: unknown, kind: PolicyKind = 'trust', partition = 'aws'): string | undefined {
  const Statement = { Effect: 'Allow', Principal, Action: ACTIONS[kind] };
  const reading = readPolicy(JSON.stringify({ Version: '2012-10-17', Statement }), kind, { partition });
  return reading.ok ? undefined : reading.error.message;
}

describe('what may stand for a principal of AWS (requirements-4 PRI-1, UID-3, UID-5)', () => {
  test.each([
    'A'.repeat(16),
    'A'.repeat(128),
    '1234567890123456',
    'arn:aws:iam::111122223333:user/a',
    'arn:aws:iam::111122223333:role/teams/a',
    'arn:aws:iam::111122223333:root',
    'arn:aws:sts::111122223333:assumed-role/a/b',
    'arn:aws:sts::111122223333:federated-user/a',
  ])('%s', (name) => {
    expect(refused({ AWS: name })).toBeUndefined();
  });

  test.each([
    '',
    'A'.repeat(15),
    'A'.repeat(129),
    'a'.repeat(16),
    `${'A'.repeat(15)}-`,
    `${'A'.repeat(15)}*`,
    '11112222333',
    '1111222233334',
    'arn:aws:iam::*:root',
    'arn:aws:iam::11112222333:role/a',
    'arn:aws:iam:eu-west-1:111122223333:role/a',
    'arn:aws:iam::111122223333:role/a?',
    'arn:aws:iam::111122223333:role/',
    'arn:aws:iam::111122223333:roles/a',
    'arn:aws:iam::111122223333:a/role/a',
    'arn:aws:iam::111122223333:root/a',
    'arn:aws:iam::111122223333:toor',
    'arn:aws:sts::111122223333:root',
    'arn:aws:s3::111122223333:role/a',
    'arn:aws:sts::111122223333:role/a',
    'arn:aws:sts::111122223333:user/a',
    'arn:aws:iam::111122223333:role/teams/',
    'arn:aws:iam::111122223333:assumed-role/a/b',
    'arn:aws:iam::111122223333:federated-user/a',
    'arn:aws:sts::111122223333:assumed-role/a',
    'arn:aws:sts::111122223333:assumed-role/a/',
    'arn:aws:sts::111122223333:assumed-role//b',
    'arn:aws:sts::111122223333:assumed-role/teams/a/b',
    'arn:aws:sts::111122223333:assumed-roles/a/b',
    'arn:aws:sts::111122223333:federated-user/',
    'arn:aws-cn:iam::111122223333:role/a',
  ])('not `%s`', (name) => {
    expect(refused({ AWS: name })).toBe(`Invalid principal in policy: "AWS":"${name}"`);
  });
});

test('principals are those of the partition', () => {
  const name = 'arn:aws-cn:iam::111122223333:role/a';
  expect(refused({ AWS: name }, 'trust', 'aws-cn')).toBeUndefined();
  expect(refused({ AWS: name.replace('aws-cn', 'aws') }, 'trust', 'aws-cn')).toMatch('Invalid principal in policy');
});

describe('what may stand for other principals (requirements-4 PRI-2, PRI-12)', () => {
  test.each<[string, string]>([
    ['Service', ''],
    ['Service', '*.amazonaws.com'],
    ['Service', 'ec?.amazonaws.com'],
    ['Federated', ''],
    ['Federated', '*'],
    ['CanonicalUser', '79a5'],
  ])('not %s `%s` in a trust policy', (naming, name) => {
    expect(refused({ [naming]: name })).toBe(`Invalid principal in policy: "${naming.toUpperCase()}":"${name}"`);
  });

  test('a canonical user only in the policies of other resources, and with a name', () => {
    expect(refused({ CanonicalUser: '79a5' }, 'resource')).toBeUndefined();
    expect(refused({ CanonicalUser: '' }, 'resource')).toBe('Invalid principal in policy: "CANONICALUSER":""');
  });
});
