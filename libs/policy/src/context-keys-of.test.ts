import { expect, test } from '@jest/globals';
import { contextKeysOf } from './context-keys-of.js';
import { readPolicy } from './grammar/read-policy.js';

function keys(statement: object, version = '2012-10-17'): string[] {
  const text = JSON.stringify({ Version: version, Statement: { Effect: 'Allow', Action: 's3:*', ...statement } });
  const reading = readPolicy(text, 'identity', { oldVersions: true });
  if (!reading.ok) throw new Error(reading.error.message);
  return contextKeysOf(reading.policy);
}

const condition = {
  StringLike: { 'aws:UserAgent': ['x*', '${aws:username}'], 'AWS:USERAGENT': 'y' },
  NumericEquals: { 's3:max-keys': '${aws:userid}' },
  Null: { 'aws:TokenIssueTime': 'false' },
};

test('keys of conditions and of variables, each once, as first spelled', () => {
  const resource = ["arn:aws:s3:::${aws:PrincipalTag/Team, 'none'}/${*}", 'arn:aws:s3:::x/${aws:username}'];
  expect(keys({ Resource: resource, Condition: condition })).toEqual([
    'aws:PrincipalTag/Team',
    'aws:username',
    'aws:UserAgent',
    's3:max-keys',
    'aws:TokenIssueTime',
  ]);
});

test('where nothing is filled in there are no variables: before the fifth colon, numbers, old versions (requirements-4 VAR-1, VAR-4)', () => {
  expect(keys({ Resource: 'arn:aws:sqs:us-east-1:${aws:PrincipalAccount}:q' })).toEqual([]);
  expect(keys({ Resource: 'arn:aws:s3:::${aws:username}', Condition: condition }, '2008-10-17')).toEqual([
    'aws:UserAgent',
    's3:max-keys',
    'aws:TokenIssueTime',
  ]);
});

test('a variable in a condition alone counts as well; a policy need not have resources', () => {
  const text = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: '*',
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } },
    },
  });
  const reading = readPolicy(text, 'trust');
  expect(reading.ok && contextKeysOf(reading.policy)).toEqual(['sts:RoleSessionName', 'aws:username']);
});
