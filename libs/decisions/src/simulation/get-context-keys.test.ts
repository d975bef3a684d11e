import { beforeEach, expect, test } from '@jest/globals';
import {
  Accounts,
  account,
  allow,
  attached,
  groupCreated,
  inline,
  policyArn,
  policyCreated,
  userCreated,
} from '../accounts.testing.js';
import { GetContextKeysForCustomPolicy, GetContextKeysForPrincipalPolicy } from './get-context-keys.js';
import { answered, refusal, userOf } from './simulation.testing.js';

let accounts: Accounts;

beforeEach(() => {
  accounts = new Accounts();
});

const asking = (key: string): string => allow('s3:GetObject', { Condition: { StringEquals: { [key]: 'x' } } });
const ofVariable = allow('s3:GetObject', { Resource: 'arn:aws:s3:::photos/${aws:username}' });

const ofCustom = async (...PolicyInputList: string[]) =>
  (await answered(GetContextKeysForCustomPolicy, { PolicyInputList }, accounts)).output.ContextKeyNames;

test('keys of conditions and variables, each once, as they are spelled first', async () => {
  expect(await ofCustom(asking('aws:SourceIp'), ofVariable, asking('AWS:sourceip'))).toEqual([
    'aws:SourceIp',
    'aws:username',
  ]);
  expect(await ofCustom(allow('*'))).toEqual([]);
});

test('a policy that cannot be read is refused', async () => {
  expect(await refusal(ofCustom(allow('*'), '{'))).toBe('InvalidInput: Policy input list item 2 has invalid content');
});

test('of a user: of its own policies, its groups’, its boundary, and those of the request', async () => {
  accounts.happen(
    account,
    userCreated('alice', { boundary: policyArn('Boundary') }),
    groupCreated('staff'),
    { type: 'UserJoinedGroup', data: { userId: 'AIDAalice', groupId: 'AGPAstaff' } },
    inline('User', 'alice', 'Own', asking('aws:CurrentTime')),
    policyCreated('Managed', asking('aws:UserAgent')),
    policyCreated('Boundary', asking('aws:SourceVpc')),
    attached('Group', 'staff', policyArn('Managed')),
  );
  const input = { PolicySourceArn: userOf('ALICE'), PolicyInputList: [asking('aws:SourceIp')] };
  const { output, asks } = await answered(GetContextKeysForPrincipalPolicy, input, accounts);
  expect(output.ContextKeyNames).toEqual(['aws:CurrentTime', 'aws:UserAgent', 'aws:SourceVpc', 'aws:SourceIp']);
  const action = 'iam:GetContextKeysForPrincipalPolicy';
  expect(asks).toEqual([{ action, resource: userOf('alice'), context: {} }]);
});

test('of nobody: none', async () => {
  const input = { PolicySourceArn: userOf('nobody') };
  expect(await refusal(answered(GetContextKeysForPrincipalPolicy, input, accounts))).toBe(
    'NoSuchEntity: Unable to retrieve specified IAM entity.',
  );
});
