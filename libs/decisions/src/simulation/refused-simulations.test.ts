import { beforeEach, expect, test } from '@jest/globals';
import type { iam } from '@muniment/aws-model';
import { Accounts, account, allow } from '../accounts.testing.js';
import { custom, refusal, userOf } from './simulation.testing.js';

let accounts: Accounts;

beforeEach(() => {
  accounts = new Accounts();
});

const a = 'arn:aws:s3:::photos/a';
const get = allow('s3:GetObject');

const simulated = (input: Partial<iam.SimulateCustomPolicyRequest>) => custom(input, accounts);
const refused = (input: Partial<iam.SimulateCustomPolicyRequest>) => refusal(simulated(input));

const many = Array.from({ length: 2001 }, () => a);

test.each<[Partial<iam.SimulateCustomPolicyRequest>, string]>([
  [{ ActionNames: ['GetObject'] }, 'The action is invalid since it is missing names'],
  [{ ResourceArns: ['not-an-arn'] }, 'ResourceNames are not in a valid ARN format: not-an-arn.'],
  [{ ResourceArns: ['arn:aws:s3'] }, 'ResourceNames are not in a valid ARN format: arn:aws:s3.'],
  [{ ResourceArns: ['*', a] }, 'ResourceNames are not in a valid ARN format: *.'],
  [{ PolicyInputList: ['{'] }, 'Policy input list item 1 has invalid content'],
  [
    { PolicyInputList: [get, '{"Version":"2099-01-01","Statement":[]}'] },
    'Policy input list item 2 has invalid content',
  ],
  [
    { PermissionsBoundaryPolicyInputList: [get, get] },
    'The list of Permissions Boundary policies cannot exceed 1 items.',
  ],
  [
    { OrderedOrganizationPolicyInputList: [{ ServiceControlPolicyInputList: [] }] },
    'Organization policy at index 1 must contain at least one service control policy',
  ],
  [{ Marker: 'not-a-simulation-marker' }, 'Invalid marker for pagination.'],
  [{ ResourceOwner: '123456789012' }, "'123456789012' is not a valid as a Resource Owner."],
  [{ ResourcePolicy: get, ResourceArns: [a] }, 'Invalid caller - Caller cannot be null or empty.'],
  [
    { CallerArn: `arn:aws:iam::${account}:root` },
    'Invalid caller - Caller must be an IAM user, role or group in this context.',
  ],
  [
    { ResourcePolicy: get, CallerArn: userOf('alice') },
    'Invalid Entity Arn: * does not clearly define entity type and name.',
  ],
  [
    { ActionNames: ['s3:GetObject', 's3:MadeUp', 'madeup:Do'], ResourceArns: [a] },
    'Invalid Input Actions: [s3:GetObject] and [s3:MadeUp,madeup:Do] require different authorization information.',
  ],
  [
    { ResourceArns: [a], ResourceHandlingOption: 'EC2-VPC-EBS' },
    'Invalid input resource handling options. Action does not support resource handling options: s3:GetObject.',
  ],
])('a request that AWS refuses is refused in its words: %j', async (input, text) => {
  expect(await refused(input)).toBe(`InvalidInput: ${text}`);
});

test('there is a limit of resources, since each action is answered as a whole', async () => {
  expect(await refused({ ResourceArns: many })).toBe('InvalidInput: there may be 2000 resources at most, not 2001');
});

test('there is a limit of what there is to look at for one action', async () => {
  const Statement = Array.from({ length: 200 }, () => ({ Effect: 'Allow', Action: 'a:B', Resource: '*' }));
  const PolicyInputList = [JSON.stringify({ Version: '2012-10-17', Statement })];
  expect(await refused({ PolicyInputList, ResourceArns: many.slice(0, 1000) })).toBe(
    'InvalidInput: `1000` resources are too many for this many statements and keys',
  );
});
