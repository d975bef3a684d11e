import { describe, expect, test } from '@jest/globals';
import { compilePolicy, type CompiledPolicy } from './compile.js';
import {
  alice,
  allowAll,
  anonymous,
  BUCKET,
  OBJECT,
  outcome,
  policy,
  request,
  root,
  type Statement,
} from './fixtures.js';
import { readPolicy } from './grammar/read-policy.js';

function grant(Principal: unknown, more: Statement = {}): CompiledPolicy {
  return policy('resource', { Effect: 'Allow', Action: 's3:GetObject', Resource: `${BUCKET}/*`, Principal, ...more });
}

describe('actions and resources', () => {
  const asks = (statement: Statement, action: string, resource: string): boolean =>
    outcome(request(alice, { action, resource }), {
      identity: [policy('identity', { Effect: 'Allow', ...statement })],
    }) === 'Allow';

  test.each<[unknown, string, boolean]>([
    ['s3:GetObject', 'S3:getobject', true],
    ['S3:GETobject', 's3:GetObject', true],
    ['s3:Get*', 's3:GetObject', true],
    ['s3:*Object', 's3:PutObject', true],
    ['s3:G?tObject', 's3:GetObject', true],
    ['s3:Get*', 's3:PutObject', false],
    ['*', 'any:Thing', true],
    ['*:*', 'any:Thing', true],
    ['s3:*', 's3express:GetObject', false],
    [['s3:PutObject', 'iam:*'], 'iam:ListUsers', true],
    ['s3:GetObject', 's3:GetObjectAcl', false],
  ])('Action %j against %s: %s (requirements-4 ACT-1, ACT-2)', (Action, action, expected) => {
    expect(asks({ Action, Resource: '*' }, action, OBJECT)).toBe(expected);
    expect(asks({ NotAction: Action, Resource: '*' }, action, OBJECT)).toBe(!expected);
  });

  test.each<[string, string, boolean]>([
    ['*', OBJECT, true],
    ['*', '*', true],
    [OBJECT, '*', false],
    ['arn:aws:s3:::bucket/*', OBJECT, true],
    ['arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/a/b:c', true],
    ['arn:aws:s3:::bucket', OBJECT, false],
    ['arn:aws:s3:::buck??/key', OBJECT, true],
    ['arn:aws:s3:::BUCKET/*', OBJECT, false],
    ['arn:aws:logs:*:*:*:/x/*', 'arn:aws:logs:eu-west-1:111122223333:group:/x/y', true],
    ['arn:aws:ec2:*:*:*/*', 'arn:aws:ec2:us-east-1:111122223333:instance/i-1', true],
    ['arn:*:s3:::bucket/*', OBJECT, true],
    ['arn:aws:ec2:us-*:11112222????:instance/i-1', 'arn:aws:ec2:us-east-1:111122223333:instance/i-1', true],
    ['arn:aws:ec2:us-*:444455556666:instance/i-1', 'arn:aws:ec2:us-east-1:111122223333:instance/i-1', false],
    ['arn:aws:ec2:*:instance/i-1:x:y', 'arn:aws:ec2:us-east-1:111122223333:instance/i-1:x:y', false],
    ['arn:aws:s3:::*:x', 'arn:aws:s3:::a:b:x', true],
  ])('Resource %s against %s: %s (rulings 20, 21; requirements-4 RES-1, RES-4)', (Resource, resource, expected) => {
    expect(asks({ Action: '*', Resource }, 's3:GetObject', resource)).toBe(expected);
    expect(asks({ Action: '*', NotResource: Resource }, 's3:GetObject', resource)).toBe(!expected);
  });

  test('of several resources one is enough (requirements-4 RES-3)', () => {
    expect(asks({ Action: '*', Resource: ['arn:aws:s3:::other', OBJECT] }, 's3:GetObject', OBJECT)).toBe(true);
    expect(asks({ Action: '*', NotResource: ['arn:aws:s3:::other', OBJECT] }, 's3:GetObject', OBJECT)).toBe(false);
  });

  test.each(['', 'bucket', 'arn:aws:s3:bucket', 'arn:aws:s3', 'urn:aws:s3:::bucket', ' *'])(
    'nobody may do anything on %j, which is no resource',
    (resource) => {
      const policies = {
        identity: [policy('identity', [allowAll, { Effect: 'Allow', Action: '*', NotResource: OBJECT }])],
        resource: grant('*'),
      };
      for (const principal of [root, alice, anonymous])
        expect(outcome(request(principal, { resource }), policies)).toBe('Deny');
    },
  );

  test('patterns that are no ARN cover nothing, wherever they come from (ruling 22)', () => {
    const reading = readPolicy(
      JSON.stringify({ Version: '2012-10-17', Statement: { ...allowAll, Resource: OBJECT } }),
      'identity',
    );
    if (!reading.ok) throw new Error(reading.error.message);
    const bent = (text: string) => {
      const statements = reading.policy.statements.map((statement) => ({
        ...statement,
        resource: statement.resource && {
          ...statement.resource,
          values: statement.resource.values.map((value) => ({ ...value, text })),
        },
      }));
      return [compilePolicy({ ...reading.policy, statements }, { id: 'p', type: 'identity' })];
    };
    for (const text of ['arn:aws:s3*', 'arn:*', '**', 'arn:aws:*:::bucket/key', '']) {
      expect(outcome(request(alice), { identity: bent(text) })).toBe('Deny by identity');
    }
    expect(outcome(request(alice), { identity: bent('arn:aws:s3:::bucket/key') })).toBe('Allow');
  });
});
