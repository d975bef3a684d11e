import { beforeEach, describe, expect, test } from '@jest/globals';
import type { iam } from '@muniment/aws-model';
import { Accounts, account, allow, other, statement } from '../accounts.testing.js';
import { SimulateCustomPolicy } from './simulate-custom-policy.js';
import { answered, custom, entry, matched, refusal, userOf, verdicts } from './simulation.testing.js';

/*
 * Where a test says (seen), AWS gave this very answer to this very request: docs/simulator.md, "Proof".
 */

let accounts: Accounts;

beforeEach(() => {
  accounts = new Accounts();
});

const a = 'arn:aws:s3:::photos/a';
const b = 'arn:aws:s3:::photos/b';
const get = allow('s3:GetObject');
const deny = statement('Deny', 's3:GetObject');
const all = allow('*');
const getOf = (Resource: string, more: object = {}): string => allow('s3:GetObject', { Resource, ...more });
const missing = { StringEquals: { 'orders:Channel': 'web' } };

const simulated = (input: Partial<iam.SimulateCustomPolicyRequest>) => custom(input, accounts);
const refused = (input: Partial<iam.SimulateCustomPolicyRequest>) => refusal(simulated(input));

describe('the shape of an answer', () => {
  test('without resources it is about all of them, and has no results of single ones (seen)', async () => {
    expect(await simulated({ PolicyInputList: [get] })).toEqual([
      {
        EvalActionName: 's3:GetObject',
        EvalResourceName: '*',
        EvalDecision: 'allowed',
        MatchedStatements: [
          {
            SourcePolicyId: 'PolicyInputList.1',
            SourcePolicyType: 'IAM Policy',
            StartPosition: { Line: 1, Column: 38 },
            EndPosition: { Line: 1, Column: 95 },
          },
        ],
        MissingContextValues: [],
      },
    ]);
  });

  test('with resources each has a result of its own, which leaves out what is empty (seen)', async () => {
    const [result] = await simulated({ PolicyInputList: [getOf(a)], ResourceArns: [a, b] });
    expect(result).toMatchObject({
      EvalResourceName: 'arn:aws:s3:::${BucketName}/${KeyName}',
      EvalDecision: 'implicitDeny',
      MatchedStatements: [{ SourcePolicyId: 'PolicyInputList.1' }],
      MissingContextValues: [],
      EvalDecisionDetails: {},
      ResourceSpecificResults: [
        { EvalResourceName: a, EvalResourceDecision: 'allowed', MatchedStatements: [{}] },
        { EvalResourceName: b, EvalResourceDecision: 'implicitDeny' },
      ],
    });
    const [, ofB] = result?.ResourceSpecificResults ?? [];
    expect(Object.keys(ofB ?? {})).toEqual(['EvalResourceName', 'EvalResourceDecision']);
  });

  test.each([
    ['a Deny is told alone', [get, deny], ['s3:GetObject explicitDeny'], ['PolicyInputList.2 (IAM Policy)']],
    [
      'every Allow is told',
      [get, get],
      ['s3:GetObject allowed'],
      ['PolicyInputList.1 (IAM Policy)', 'PolicyInputList.2 (IAM Policy)'],
    ],
    ['no policy, no permission', [], ['s3:GetObject implicitDeny'], []],
  ])('%s (seen)', async (_, PolicyInputList, decided, by) => {
    const results = await simulated({ PolicyInputList });
    expect([verdicts(results), matched(results)]).toEqual([decided, by]);
  });

  test('actions are answered in their order, doubles and all, each in the spelling it was asked in (seen)', async () => {
    const ActionNames = ['s3:PutObject', 'S3:gEtObJeCt', 's3:PutObject'];
    expect(verdicts(await simulated({ PolicyInputList: [get], ActionNames }))).toEqual([
      's3:PutObject implicitDeny',
      'S3:gEtObJeCt allowed',
      's3:PutObject implicitDeny',
    ]);
  });

  test('pages count actions', async () => {
    const ask = (more: object) =>
      answered(
        SimulateCustomPolicy,
        { PolicyInputList: [all], ActionNames: ['a:B', 'a:C', 'a:D'], MaxItems: 2, ...more },
        accounts,
      );
    const { output: first } = await ask({});
    expect(first).toMatchObject({ IsTruncated: true, EvaluationResults: [{}, {}] });
    const { output: last } = await ask({ Marker: first.Marker });
    expect(last).toMatchObject({ IsTruncated: false, EvaluationResults: [{ EvalActionName: 'a:D' }] });
    expect(last.Marker).toBeUndefined();
  });

  test('a page is shorter than asked for where there is much to look at', async () => {
    const many = JSON.stringify({
      Version: '2012-10-17',
      Statement: Array.from({ length: 20 }, () => ({ Effect: 'Allow', Action: '*', Resource: '*' })),
    });
    const input = {
      PolicyInputList: [many],
      ActionNames: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      ResourceArns: Array.from({ length: 1000 }, (_, at) => `arn:aws:s3:::photos/${at}`),
    };
    const { output } = await answered(SimulateCustomPolicy, input, accounts);
    expect(output).toMatchObject({ IsTruncated: true, Marker: '2' });
  });
});

describe('boundaries, organizations and policies of resources', () => {
  test.each([
    ['allows', get, 'allowed', true, ['PolicyInputList.1 (IAM Policy)']],
    ['says nothing', allow('s3:PutObject'), 'implicitDeny', false, []],
    ['denies', deny, 'explicitDeny', false, ['PermissionsBoundaryPolicyInputList.1 (Permissions Boundary Policy)']],
  ])('a boundary that %s (seen)', async (_, boundary, decided, byBoundary, by) => {
    const results = await simulated({
      PolicyInputList: [get],
      PermissionsBoundaryPolicyInputList: [boundary],
      ResourceArns: [a, b],
    });
    const detail = { AllowedByPermissionsBoundary: byBoundary };
    expect(results).toMatchObject([
      {
        EvalDecision: decided,
        PermissionsBoundaryDecisionDetail: detail,
        ResourceSpecificResults: [{ PermissionsBoundaryDecisionDetail: detail }, {}],
      },
    ]);
    expect(matched(results)).toEqual(by);
  });

  test.each([
    ['allows on every level', [[all], [all]], 'allowed', true],
    ['denies on one', [[all], [deny]], 'explicitDeny', false],
    ['lacks an Allow on one', [[all], [allow('s3:PutObject')]], 'implicitDeny', false],
    ['denies beside an Allow', [[deny, all], [all]], 'explicitDeny', false],
  ])('an organization that %s (seen)', async (_, levels, decided, byOrganizations) => {
    const results = await simulated({
      PolicyInputList: [get],
      OrderedOrganizationPolicyInputList: levels.map((texts) => ({ ServiceControlPolicyInputList: texts })),
    });
    expect(results).toMatchObject([
      { EvalDecision: decided, OrganizationsDecisionDetail: { AllowedByOrganizations: byOrganizations } },
    ]);
    expect(matched(results)).toHaveLength(byOrganizations ? 1 : 0);
  });

  const CallerArn = userOf('alice');
  const direct = getOf('arn:aws:s3:::photos/*', { Principal: { AWS: CallerArn } });
  const delegated = getOf('arn:aws:s3:::photos/*', { Principal: { AWS: `arn:aws:iam::${account}:root` } });
  const ResourceOwner = `arn:aws:iam::${other}:root`;

  test.each([
    ['that names the caller', [], direct, {}, 'allowed', ['ResourcePolicy (Resource Policy)'], {}],
    ['that trusts the account alone', [], delegated, {}, 'implicitDeny', [], {}],
    [
      'that trusts the account, and the caller may',
      [get],
      delegated,
      {},
      'allowed',
      ['PolicyInputList.1 (IAM Policy)', 'ResourcePolicy (Resource Policy)'],
      {},
    ],
    [
      'of another account, and the caller may not',
      [],
      direct,
      { ResourceOwner },
      'implicitDeny',
      [],
      { 'IAM Policy': 'implicitDeny', 'Resource Policy': 'allowed' },
    ],
    [
      'of another account, and both allow',
      [get],
      direct,
      { ResourceOwner },
      'allowed',
      ['PolicyInputList.1 (IAM Policy)', 'ResourcePolicy (Resource Policy)'],
      { 'IAM Policy': 'allowed', 'Resource Policy': 'allowed' },
    ],
  ])('a policy of the resource %s', async (_, PolicyInputList, ResourcePolicy, owner, ...expected) => {
    const [decided, by, details] = expected;
    const results = await simulated({ PolicyInputList, ResourcePolicy, CallerArn, ResourceArns: [a], ...owner });
    expect(results).toMatchObject([{ EvalDecision: decided }]);
    expect(results[0]?.EvalDecisionDetails).toEqual(details);
    expect(matched(results)).toEqual(by);
  });

  test('a policy of the resource may name a role that calls, too', async () => {
    const role = `arn:aws:iam::${account}:role/Reader`;
    const ResourcePolicy = getOf('arn:aws:s3:::photos/*', { Principal: { AWS: role } });
    const results = await simulated({ ResourcePolicy, CallerArn: role, ResourceArns: [a] });
    expect(matched(results)).toEqual(['ResourcePolicy (Resource Policy)']);
  });

  test('without a policy of its own, a resource of another account counts as the caller’s (seen)', async () => {
    const ResourceArns = [`arn:aws:iam::${other}:user/bob`];
    expect(verdicts(await simulated({ PolicyInputList: [all], ActionNames: ['iam:GetUser'], ResourceArns }))).toEqual([
      'iam:GetUser allowed',
    ]);
  });
});

describe('actions and resources that are known', () => {
  test.each([
    ['is of another service', 's3:GetObject', `arn:aws:iam::${account}:user/alice`, 'implicitDeny'],
    ['is of another type', 'iam:PassRole', `arn:aws:iam::${account}:user/alice`, 'implicitDeny'],
    ['is of a type that goes with the action’s', 's3:ListBucket', a, 'allowed'],
    ['does not look like one of the action’s', 'iam:GetUser', `arn:aws:iam::${account}:*`, 'implicitDeny'],
    ['has a path', 'iam:GetUser', `arn:aws:iam::${account}:user/staff/alice`, 'allowed'],
    ['is given to an action that has none', 'iam:ListUsers', `arn:aws:iam::${account}:user/`, 'allowed'],
  ])('a resource that %s', async (_, action, resource, decided) => {
    const results = await simulated({ PolicyInputList: [all], ActionNames: [action], ResourceArns: [resource] });
    expect(results).toMatchObject([{ EvalDecision: decided }]);
  });

  test('services of the account’s own are known', async () => {
    const definition = JSON.stringify({
      prefix: 'orders',
      actions: [
        {
          name: 'Get',
          accessLevel: 'Read',
          resourceTypes: [{ name: 'order' }],
          conditionKeys: [],
          dependentActions: [],
        },
      ],
      resourceTypes: [
        { name: 'order', arn: 'arn:${Partition}:orders:${Region}:${Account}:order/${Id}', conditionKeys: [] },
        { name: 'cart', arn: 'arn:${Partition}:orders:${Region}:${Account}:cart/${Id}', conditionKeys: [] },
      ],
      conditionKeys: [],
    });
    accounts.happen(account, { type: 'ServiceRegistered', data: { prefix: 'orders', definition, actions: 1 } });
    const ofOrders = (name: string) => `arn:aws:orders:eu-west-1:${account}:${name}/1`;
    const ResourceArns = [ofOrders('order'), ofOrders('cart')];
    const [result] = await simulated({ PolicyInputList: [all], ActionNames: ['orders:Get'], ResourceArns });
    expect(result).toMatchObject({
      EvalResourceName: 'arn:aws:orders:${Region}:${Account}:order/${Id}',
      ResourceSpecificResults: [{ EvalResourceDecision: 'allowed' }, { EvalResourceDecision: 'implicitDeny' }],
    });
  });

  test.each(['s3:MadeUp', 'madeup:Action', 's3:*', 's3:', 's3:Get Object'])(
    'an action that nobody knows is compared as it is: %s (seen)',
    async (action) => {
      expect(await simulated({ PolicyInputList: [all], ActionNames: [action] })).toMatchObject([
        { EvalDecision: 'allowed' },
      ]);
      expect(await simulated({ PolicyInputList: [get], ActionNames: [action] })).toMatchObject([
        { EvalDecision: 'implicitDeny' },
      ]);
    },
  );
});

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

test('scenarios of EC2 are taken, whether all of their resources are there or not (seen)', async () => {
  const ResourceArns = [`arn:aws:ec2:us-east-1:${account}:instance/i-0123456789abcdef0`];
  const input = { PolicyInputList: [all], ActionNames: ['ec2:RunInstances'], ResourceArns };
  expect(verdicts(await simulated({ ...input, ResourceHandlingOption: 'EC2-VPC-EBS' }))).toEqual([
    'ec2:RunInstances allowed',
  ]);
});

test('who asks needs permission on `*`', async () => {
  const { asks } = await answered(SimulateCustomPolicy, { PolicyInputList: [], ActionNames: ['a:B'] }, accounts);
  expect(asks).toEqual([{ action: 'iam:SimulateCustomPolicy', resource: '*' }]);
});
