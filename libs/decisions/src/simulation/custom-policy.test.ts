import { beforeEach, describe, expect, test } from '@jest/globals';
import type { iam } from '@muniment/aws-model';
import { Accounts, account, allow, other, statement } from '../accounts.testing.js';
import { SimulateCustomPolicy } from './simulate-custom-policy.js';
import { answered, custom, matched, userOf, verdicts } from './simulation.testing.js';

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

const simulated = (input: Partial<iam.SimulateCustomPolicyRequest>) => custom(input, accounts);

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
