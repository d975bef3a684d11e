import { describe, expect, test } from '@jest/globals';
import { readPolicy } from './read-policy.js';

/** What a resource is refused with; undefined when it is accepted. */
function refused(Resource: string): string | undefined {
  const Statement = { Effect: 'Allow', Action: 's3:*', Resource };
  const reading = readPolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity');
  return reading.ok ? undefined : reading.error.message;
}

const LEGACY = 'The policy failed legacy parsing';

describe('resources that are refused', () => {
  test.each<[string, string]>([
    ['x:aws:s3:::b', 'Resource x:aws:s3:::b must be in ARN format or "*".'],
    ['arn:aws:s?:::b', 'Resource vendor must be fully qualified and cannot contain regexes.'],
    ['arn:aws:iam', LEGACY],
    ['arn:aws:s3', LEGACY],
    ['arn:aws:ec2:eu-west-1', LEGACY],
    ['arn:bad', 'Partition "bad" is not valid for resource "arn:bad:*:*:*:*".'],
    ['arn:bad:s3:::a:b', 'Partition "bad" is not valid for resource "arn:bad:s3:::a:b".'],
    ['arn:aws:iam:eu-west-1::job/x', 'IAM resource arn:aws:iam:eu-west-1::job/x cannot contain region information.'],
    [
      'arn:aws:iam:eu-west-1::accesspoint/x',
      'IAM resource arn:aws:iam:eu-west-1::accesspoint/x cannot contain region information.',
    ],
    ['arn:aws:s3:eu-west-1::jobs/x', 'Resource arn:aws:s3:eu-west-1::jobs/x can not contain region information.'],
    ['arn:aws:s3:eu-west-1:1:a/job/', 'Resource arn:aws:s3:eu-west-1:1:a/job/ can not contain region information.'],
  ])('%s: %s', (resource, expected) => {
    expect(refused(resource)).toBe(expected);
  });
});

describe('resources that are accepted', () => {
  test.each([
    ...['accesspoint/', 'access-grants/', 'async-request/', 'job/', 'storage-lens/', 'storage-lens-group/'].map(
      (start) => `arn:aws:s3:eu-west-1:111122223333:${start}x`,
    ),
    ...[
      'user/',
      'federated-user/',
      'role/',
      'group/',
      'instance-profile/',
      'mfa/',
      'server-certificate/',
      'policy/',
      'sms-mfa/',
      'saml-provider/',
      'oidc-provider/',
      'report/',
      'access-report/',
      'u2f/',
    ].map((start) => `arn:aws:iam::111122223333:${start}x`),
    'arn:aws:iam::111122223333:root',
    'arn:aws:iam::111122223333:*',
    'arn:a?s:s3:::b',
    'arn:aws:s3:::',
    // The name of what every object has says nothing about regions.
    'arn:aws:constructor:eu-west-1:111122223333:x',
  ])('%s', (resource) => {
    expect(refused(resource)).toBeUndefined();
  });
});
