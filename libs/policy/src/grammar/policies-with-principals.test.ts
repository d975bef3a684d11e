import { describe, expect, test } from '@jest/globals';
import { TEXTS } from './fault.js';
import { BASE, message, ofStatement } from './read-policy.testing.js';

describe('trust policies', () => {
  const TRUST = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };

  test.each<[string, unknown]>([
    ['This policy contains invalid Json', '{'],
    ['The policy must contain a valid version string', { Version: '2013-10-17', Statement: TRUST }],
    ['Missing required field Statement', { Version: '2012-10-17' }],
    ['Could not parse the policy: Statement is empty!', { Version: '2012-10-17', Statement: [] }],
    ['Syntax error in policy.', { Version: '2012-10-17', Statement: TRUST, Extra: 1 }],
  ])('%s', (expected, document) => {
    expect(message(document, 'trust')).toBe(expected);
  });

  test.each<[string, unknown]>([
    ['Missing required field Effect', { ...TRUST, Effect: undefined }],
    ['Invalid effect: allow', { ...TRUST, Effect: 'allow' }],
    ['Missing required field Principal', { ...TRUST, Principal: undefined }],
    ['Missing required field Principal cannot be empty!', { ...TRUST, Principal: {} }],
    ['Missing required field Principal cannot be empty!', { ...TRUST, Principal: { AWS: [] } }],
    ['Missing required field Action', { ...TRUST, Action: undefined }],
    ['AssumeRole policy may only specify STS AssumeRole actions.', { ...TRUST, Action: '*' }],
    [
      'AssumeRole policy may only specify STS AssumeRole actions.',
      { ...TRUST, Action: ['sts:AssumeRole', 's3:GetObject'] },
    ],
    ['Has prohibited field Resource', { ...TRUST, Resource: '*' }],
    ['AssumeRole policy must not contain resources.', { ...TRUST, NotResource: '*' }],
    ['Allow with NotPrincipal is not allowed.', { ...TRUST, Principal: undefined, NotPrincipal: { AWS: '*' } }],
    [
      'AssumeRole policy must not contain NotPrincipal field.',
      { ...TRUST, Effect: 'Deny', Principal: undefined, NotPrincipal: { AWS: '*' } },
    ],
    ['Invalid principal in policy: "x"', { ...TRUST, Principal: 'x' }],
    ['Invalid principal in policy: "Aws"', { ...TRUST, Principal: { Aws: '*' } }],
    ['Invalid principal in policy: "CANONICALUSER":"79a5"', { ...TRUST, Principal: { CanonicalUser: '79a5' } }],
    ['Invalid principal in policy: "SERVICE":"*"', { ...TRUST, Principal: { Service: '*' } }],
    ['Invalid principal in policy: "AWS":"alice"', { ...TRUST, Principal: { AWS: 'alice' } }],
    [
      'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/*"',
      { ...TRUST, Principal: { AWS: 'arn:aws:iam::111122223333:user/*' } },
    ],
    [
      'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:group/admins"',
      { ...TRUST, Principal: { AWS: 'arn:aws:iam::111122223333:group/admins' } },
    ],
    ['Invalid principal in policy: "AWS":"1234"', { ...TRUST, Principal: { AWS: '1234' } }],
  ])('%s', (expected, statement) => {
    expect(ofStatement(statement, 'trust')).toBe(expected);
  });

  test('the Sids of a trust policy are unique', () => {
    expect(
      ofStatement(
        [
          { ...TRUST, Sid: 'a' },
          { ...TRUST, Sid: 'a' },
        ],
        'trust',
      ),
    ).toBe('The Statement Ids in the policy are not unique');
  });

  test.each<[string, unknown]>([
    ['everyone', '*'],
    ['everyone', { AWS: '*' }],
    ['an account, short and long (PRI-4)', { AWS: ['111122223333', 'arn:aws:iam::111122223333:root'] }],
    [
      'users, roles and sessions (PRI-1)',
      {
        AWS: [
          'arn:aws:iam::111122223333:user/a/b',
          'arn:aws:iam::111122223333:role/r',
          'arn:aws:sts::111122223333:assumed-role/r/s',
          'arn:aws:sts::111122223333:federated-user/f',
        ],
      },
    ],
    ['unique ids (UID-3)', { AWS: ['AIDACKCEVSQ6C2EXAMPLE', 'AROACKCEVSQ6C2EXAMPLE'] }],
    ['services (PRI-2)', { Service: ['ec2.amazonaws.com', 'ecs.amazonaws.com'] }],
    ['providers (PRI-12)', { Federated: ['accounts.google.com', 'arn:aws:iam::111122223333:saml-provider/x'] }],
  ])('accepts %s', (_name, Principal) => {
    expect(ofStatement({ ...TRUST, Principal }, 'trust')).toBeUndefined();
  });

  test('a version is not demanded', () => {
    expect(message({ Statement: TRUST }, 'trust')).toBeUndefined();
  });
});

describe('policies of other resources', () => {
  const SHARED = { ...BASE, Principal: '*' };

  test.each<[string | undefined, unknown]>([
    ['Missing required field Principal', BASE],
    ['Allow with NotPrincipal is not allowed.', { ...BASE, NotPrincipal: { AWS: '111122223333' } }],
    [undefined, { ...BASE, Effect: 'Deny', NotPrincipal: { AWS: '111122223333' } }],
    [undefined, SHARED],
    [undefined, { ...SHARED, Resource: undefined }],
    [undefined, { ...SHARED, Sid: 'with spaces, and more', Principal: { CanonicalUser: '79a5' } }],
    ['Resource x must be in ARN format or "*".', { ...SHARED, Resource: 'x' }],
    [TEXTS.vendor, { ...SHARED, Action: 'x' }],
  ])('%s', (expected, statement) => {
    expect(ofStatement(statement, 'resource')).toBe(expected);
  });

  test('an Id is allowed (GRM-9)', () => {
    expect(message({ Id: 'my id', Statement: SHARED }, 'resource')).toBeUndefined();
  });
});
