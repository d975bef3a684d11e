import { beforeEach, describe, expect, test } from '@jest/globals';
import type { iam } from '@muniment/aws-model';
import { Accounts, account, allow, statement } from '../accounts.testing.js';
import { custom, entry, userOf, verdicts } from './simulation.testing.js';

/*
 * Where a test says (seen), AWS gave this very answer to this very request: docs/simulator.md, "Proof".
 */

let accounts: Accounts;

beforeEach(() => {
  accounts = new Accounts();
});

const a = 'arn:aws:s3:::photos/a';
const get = allow('s3:GetObject');
const deny = statement('Deny', 's3:GetObject');
const getOf = (Resource: string, more: object = {}): string => allow('s3:GetObject', { Resource, ...more });
const missing = { StringEquals: { 'orders:Channel': 'web' } };

const simulated = (input: Partial<iam.SimulateCustomPolicyRequest>) => custom(input, accounts);

describe('keys without a value', () => {
  const conditional = (more: object = {}): string => allow('s3:GetObject', { Condition: missing, ...more });

  test.each([
    ['that an Allow asks for (seen)', [conditional()], 'implicitDeny', ['orders:Channel']],
    [
      'of statements about something else (seen)',
      [allow('s3:PutObject', { Condition: missing })],
      'implicitDeny',
      ['orders:Channel'],
    ],
    [
      'that a Deny asks for (seen)',
      [statement('Deny', 's3:GetObject', { Condition: missing })],
      'implicitDeny',
      ['orders:Channel'],
    ],
    ['are of no interest once something allows (seen)', [get, conditional()], 'allowed', []],
    ['are of no interest once something denies', [deny, conditional()], 'explicitDeny', []],
    ['that a variable stands for', [getOf('arn:aws:s3:::photos/${aws:username}')], 'implicitDeny', ['aws:username']],
    [
      'of whatever name',
      [allow('s3:GetObject', { Condition: { StringEquals: { constructor: 'x' } } })],
      'implicitDeny',
      ['constructor'],
    ],
    [
      'are told once, as they are spelled first',
      [allow('s3:GetObject', { Condition: { StringEquals: { 'ORDERS:Channel': 'web' } } }), conditional()],
      'implicitDeny',
      ['ORDERS:Channel'],
    ],
  ])('%s', async (_, PolicyInputList, decided, keys) => {
    const [result] = await simulated({ PolicyInputList, ResourceArns: [a] });
    expect(result).toMatchObject({ EvalDecision: decided, MissingContextValues: keys });
    const [specific] = result?.ResourceSpecificResults ?? [];
    expect(specific?.MissingContextValues ?? []).toEqual(keys);
  });

  test('of an organization’s policies are told as well', async () => {
    const conditioned = allow('*', { Condition: missing });
    const results = await simulated({
      PolicyInputList: [get],
      OrderedOrganizationPolicyInputList: [{ ServiceControlPolicyInputList: [conditioned] }],
    });
    expect(results).toMatchObject([{ EvalDecision: 'implicitDeny', MissingContextValues: ['orders:Channel'] }]);
  });

  test('what the caller’s ARN says need not be given', async () => {
    const Condition = {
      StringEquals: { 'aws:username': 'bob', 'aws:PrincipalAccount': account },
      ArnEquals: { 'aws:PrincipalArn': userOf('staff/bob') },
      StringLike: { 'aws:userid': userOf('staff/bob') },
    };
    const input = { PolicyInputList: [allow('s3:GetObject', { Condition })] };
    expect(verdicts(await simulated({ ...input, CallerArn: userOf('staff/bob') }))).toEqual(['s3:GetObject allowed']);
    expect(await simulated(input)).toMatchObject([{ MissingContextValues: ['aws:username', 'aws:PrincipalArn'] }]);
  });

  test('what is given comes first, whatever follows from the caller', async () => {
    const Condition = { StringEquals: { 'aws:username': 'carol' } };
    const input = { PolicyInputList: [allow('s3:GetObject', { Condition })], CallerArn: userOf('bob') };
    const ContextEntries = [entry('AWS:UserName', 'string', 'carol')];
    expect(verdicts(await simulated({ ...input, ContextEntries }))).toEqual(['s3:GetObject allowed']);
  });

  test('nothing that is stored is looked at', async () => {
    await simulated({ PolicyInputList: [get], CallerArn: userOf('alice'), ResourceArns: [a] });
    expect(accounts.reads).toBe(0);
  });
});
