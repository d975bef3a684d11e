import { beforeEach, describe, expect, test } from '@jest/globals';
import type { iam } from '@muniment/aws-model';
import type { DirectoryEvent, PlatformEvent } from '@muniment/directory/contract';
import {
  Accounts,
  account,
  allow,
  attached,
  groupCreated,
  inline,
  other,
  policyArn,
  policyCreated,
  roleArn,
  roleCreated,
  statement,
  userCreated,
} from '../accounts.testing.js';
import { SimulatePrincipalPolicy } from './simulate-principal-policy.js';
import { answered, matched, principal, refusal, userOf, verdicts } from './simulation.testing.js';

/*
 * Where a test says (seen), AWS gave this very answer to this very request: docs/simulator.md, "Proof".
 */

let accounts: Accounts;

const joins = (userName: string, groupName: string): DirectoryEvent => ({
  type: 'UserJoinedGroup',
  data: { userId: `AIDA${userName}`, groupId: `AGPA${groupName}` },
});
const path = (role: string): string => roleArn(role);
const session = (role: string): string => `arn:aws:sts::${account}:assumed-role/${role}/night`;
const trust = (Principal: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }],
  });

/** Alice may get by herself, put by her group, and a managed policy denies deletion. */
beforeEach(() => {
  accounts = new Accounts();
  accounts.happen(
    account,
    userCreated('alice', { tags: [{ Key: 'Team', Value: 'blue' }] }),
    groupCreated('staff'),
    joins('alice', 'staff'),
    policyCreated('NoDelete', statement('Deny', 's3:DeleteObject')),
    inline('User', 'alice', 'Reads', allow('s3:GetObject')),
    inline('Group', 'staff', 'Writes', allow('s3:PutObject')),
    attached('Group', 'staff', policyArn('NoDelete')),
    roleCreated('Reader', { tags: [{ Key: 'Team', Value: 'red' }] }),
    inline('Role', 'Reader', 'Reads', allow('s3:GetObject')),
  );
});

const simulated = (input: Partial<iam.SimulatePrincipalPolicyRequest>) => principal(input, accounts);
const refused = (input: Partial<iam.SimulatePrincipalPolicyRequest>) => refusal(simulated(input));
const of = async (input: Partial<iam.SimulatePrincipalPolicyRequest>) => verdicts(await simulated(input));

const ActionNames = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'];

describe('whose policies', () => {
  test('a user’s own, its groups’, and managed ones, by the names that AWS gives them (seen)', async () => {
    const results = await simulated({ ActionNames });
    expect(verdicts(results)).toEqual(['s3:GetObject allowed', 's3:PutObject allowed', 's3:DeleteObject explicitDeny']);
    expect(matched(results)).toEqual([
      'user_alice_Reads (IAM Policy)',
      'group_staff_Writes (IAM Policy)',
      'NoDelete (IAM Policy)',
    ]);
  });

  test('a group’s, though nobody is in it', async () => {
    const results = await simulated({ PolicySourceArn: `arn:aws:iam::${account}:group/staff`, ActionNames });
    expect(verdicts(results)).toEqual([
      's3:GetObject implicitDeny',
      's3:PutObject allowed',
      's3:DeleteObject explicitDeny',
    ]);
    expect(matched(results)).toEqual(['group_staff_Writes (IAM Policy)', 'NoDelete (IAM Policy)']);
  });

  test('a role’s, and those of a session of it', async () => {
    for (const PolicySourceArn of [path('Reader'), session('Reader')]) {
      expect(matched(await simulated({ PolicySourceArn }))).toEqual(['role_Reader_Reads (IAM Policy)']);
    }
  });

  test('policies of the request are added (seen)', async () => {
    const results = await simulated({ ActionNames: ['s3:GetObject'], PolicyInputList: [allow('*')] });
    expect(matched(results)).toEqual(['user_alice_Reads (IAM Policy)', 'PolicyInputList.1 (IAM Policy)']);
  });

  test('names are found in any case and with any path, and permission is asked for whom they are found', async () => {
    const input = { PolicySourceArn: `arn:aws:iam::${account}:user/some/path/ALICE`, ActionNames };
    const { asks } = await answered(SimulatePrincipalPolicy, input, accounts);
    expect(asks).toMatchObject([{ resource: userOf('alice'), context: { 'aws:ResourceTag/Team': 'blue' } }]);
  });

  test('permission to simulate a session is permission on the role', async () => {
    const { asks } = await answered(
      SimulatePrincipalPolicy,
      { PolicySourceArn: session('Reader'), ActionNames },
      accounts,
    );
    expect(asks).toMatchObject([{ resource: path('Reader') }]);
  });

  test.each([
    [userOf('nobody'), 'NoSuchEntity: Unable to retrieve specified IAM entity.'],
    [session('Nobody'), 'NoSuchEntity: Unable to retrieve specified IAM entity.'],
    [
      `arn:aws:iam::${other}:user/alice`,
      `InvalidInput: Invalid Policy Source Arn: caller's account ${account} does not have access to policies in account ${other}.`,
    ],
    [`arn:aws:iam::${account}:root`, `InvalidInput: Invalid ARN provided in the request: arn:aws:iam::${account}:root`],
    ['not-an-arn-but-long-enough', 'InvalidInput: Invalid ARN provided in the request: not-an-arn-but-long-enough'],
    [
      `arn:aws-cn:iam::${account}:user/alice`,
      `InvalidInput: Invalid ARN provided in the request: arn:aws-cn:iam::${account}:user/alice`,
    ],
  ])('of %s: none', async (PolicySourceArn, text) => {
    expect(await refused({ PolicySourceArn })).toBe(text);
  });

  test('a policy that cannot be read denies, as it does when a call is decided', async () => {
    accounts.happen(account, inline('User', 'alice', 'Broken', '{'));
    expect(await of({})).toEqual(['s3:GetObject explicitDeny']);
  });
});

describe('what is known of the principal', () => {
  const asks = (Condition: object): string[] => [allow('s3:*', { Condition })];

  test.each<[string, Partial<iam.SimulatePrincipalPolicyRequest>]>([
    [
      'a user’s name, id and tags',
      {
        PolicyInputList: asks({
          StringEquals: {
            'aws:username': 'alice',
            'aws:userid': 'AIDAalice',
            'aws:PrincipalTag/Team': 'blue',
            'aws:PrincipalType': 'User',
          },
        }),
      },
    ],
    [
      'a role and its tags',
      {
        PolicySourceArn: path('Reader'),
        PolicyInputList: asks({
          ArnEquals: { 'aws:PrincipalArn': path('Reader') },
          StringEquals: { 'aws:PrincipalTag/Team': 'red' },
          StringLike: { 'aws:userid': 'AROAReader:*' },
        }),
      },
    ],
    [
      'the name of a session',
      {
        PolicySourceArn: session('Reader'),
        PolicyInputList: asks({ StringEquals: { 'aws:userid': 'AROAReader:night' } }),
      },
    ],
  ])('%s', async (_, input) => {
    expect(await of({ ActionNames: ['s3:ListBucket'], ...input })).toEqual(['s3:ListBucket allowed']);
  });

  test('of another caller, only what the ARN says', async () => {
    const CallerArn = userOf('bob');
    accounts.happen(account, userCreated('bob', { tags: [{ Key: 'Team', Value: 'green' }] }));
    const PolicyInputList = asks({ StringEquals: { 'aws:username': 'bob', 'aws:PrincipalTag/Team': 'green' } });
    expect(await simulated({ ActionNames: ['s3:ListBucket'], CallerArn, PolicyInputList })).toMatchObject([
      { EvalDecision: 'implicitDeny', MissingContextValues: ['aws:PrincipalTag/Team'] },
    ]);
  });

  test('when and from where a call would come is not known', async () => {
    const keys = ['aws:SourceIp', 'aws:CurrentTime', 'aws:EpochTime', 'aws:SecureTransport', 'aws:UserAgent'];
    const PolicyInputList = asks({ Null: Object.fromEntries(keys.map((key) => [key, 'false'])) });
    expect(await simulated({ ActionNames: ['s3:ListBucket'], PolicyInputList })).toMatchObject([
      { MissingContextValues: keys },
    ]);
  });
});

describe('boundaries', () => {
  const boundary = allow(['s3:GetObject', 's3:DeleteObject']);
  beforeEach(() => {
    accounts.happen(account, policyCreated('Boundary', boundary), {
      type: 'UserBoundaryPut',
      data: { id: 'AIDAalice', boundary: policyArn('Boundary') },
    });
  });

  test('the stored one counts', async () => {
    expect(await simulated({ ActionNames })).toMatchObject([
      { EvalDecision: 'allowed', PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: true } },
      { EvalDecision: 'implicitDeny', PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false } },
      { EvalDecision: 'explicitDeny', PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: true } },
    ]);
  });

  test('one of the request takes its place (seen)', async () => {
    const PermissionsBoundaryPolicyInputList = [allow('s3:PutObject')];
    expect(await of({ ActionNames, PermissionsBoundaryPolicyInputList })).toEqual([
      's3:GetObject implicitDeny',
      's3:PutObject allowed',
      's3:DeleteObject explicitDeny',
    ]);
  });
});

describe('what is left out', () => {
  const inlineOf = (PolicyName: string, AttachmentType: iam.AttachmentType, AttachmentName: string) => ({
    InlinePolicyIdentifier: { PolicyName, AttachmentType, AttachmentName },
  });
  const [get, put, del] = ActionNames;

  test.each<[string, iam.PolicyIdentifier, (string | undefined)[]]>([
    ['inline policies (seen)', { PolicyType: 'inline' }, [`${del} explicitDeny`]],
    ['customers’ policies (seen)', { PolicyType: 'user-managed' }, [`${get} allowed`, `${put} allowed`]],
    [
      'AWS’s policies (seen)',
      { PolicyType: 'aws-managed' },
      [`${get} allowed`, `${put} allowed`, `${del} explicitDeny`],
    ],
    ['a policy by its ARN', { PolicyArn: policyArn('NoDelete') }, [`${get} allowed`, `${put} allowed`]],
    ['policies by an ARN with wildcards', { PolicyArn: policyArn('No*e?e') }, [`${get} allowed`, `${put} allowed`]],
    ['one of the user (seen)', inlineOf('Reads', 'user', 'alice'), [`${put} allowed`, `${del} explicitDeny`]],
    ['one of the group (seen)', inlineOf('Writes', 'group', 'staff'), [`${get} allowed`, `${del} explicitDeny`]],
    [
      'none of another owner (seen)',
      inlineOf('Reads', 'user', 'bob'),
      [`${get} allowed`, `${put} allowed`, `${del} explicitDeny`],
    ],
    [
      'none of another kind',
      inlineOf('Reads', 'group', 'alice'),
      [`${get} allowed`, `${put} allowed`, `${del} explicitDeny`],
    ],
  ])('%s', async (_, identifier, decided) => {
    const results = await of({ ActionNames, PolicyExclusionList: [identifier] });
    expect(results.filter((each) => !each.endsWith('implicitDeny'))).toEqual(decided);
  });

  test('policies of the request stay (seen)', async () => {
    const input = {
      PolicyInputList: [allow('s3:ListBucket')],
      PolicyExclusionList: [{ PolicyType: 'inline' as const }],
    };
    expect(await of({ ...input, ActionNames: ['s3:ListBucket'] })).toEqual(['s3:ListBucket allowed']);
  });

  test('an ARN has one `*` at most', async () => {
    const PolicyExclusionList = [{ PolicyArn: policyArn('No*e*') }];
    expect(await refused({ PolicyExclusionList })).toBe(
      `InvalidInput: \`${policyArn('No*e*')}\` may have one \`*\` at most`,
    );
  });
});

describe('organizations', () => {
  const organizationId = 'o-acme123456';
  const scp = 'SERVICE_CONTROL_POLICY' as const;
  const joined = (accountId: string): PlatformEvent => ({
    type: 'AccountJoinedOrganization',
    data: { accountId, organizationId, parentId: 'r-abcd', name: accountId, method: 'INVITED', tags: [] },
  });
  const denying = (Action: string): PlatformEvent[] => [
    {
      type: 'OrganizationPolicyCreated',
      data: {
        organizationId,
        policyId: 'p-denying00',
        name: 'Denying',
        description: '',
        policyType: scp,
        content: statement('Deny', Action),
        tags: [],
      },
    },
    { type: 'OrganizationPolicyAttached', data: { policyId: 'p-denying00', targetId: account } },
  ];

  beforeEach(() => {
    accounts.happenToAll(
      {
        type: 'OrganizationCreated',
        data: { organizationId, rootId: 'r-abcd', managementAccount: other, featureSet: 'ALL', enabled: [scp] },
      },
      joined(other),
      joined(account),
      ...denying('s3:GetObject'),
    );
  });

  test('limit their members’ accounts', async () => {
    const results = await simulated({ ActionNames });
    expect(results).toMatchObject([
      {
        EvalDecision: 'explicitDeny',
        OrganizationsDecisionDetail: { AllowedByOrganizations: false },
        MatchedStatements: [],
      },
      { EvalDecision: 'allowed', OrganizationsDecisionDetail: { AllowedByOrganizations: true } },
      { EvalDecision: 'explicitDeny', OrganizationsDecisionDetail: { AllowedByOrganizations: true } },
    ]);
  });

  test('may be left out', async () => {
    expect(await of({ PolicyExclusionList: [{ PolicyType: 'scp' }] })).toEqual(['s3:GetObject allowed']);
  });

  test('are known to conditions', async () => {
    const Condition = { StringEquals: { 'aws:PrincipalOrgID': organizationId, 'aws:ResourceOrgID': organizationId } };
    const PolicyInputList = [allow('s3:ListBucket', { Condition })];
    expect(await of({ ActionNames: ['s3:ListBucket'], PolicyInputList })).toEqual(['s3:ListBucket allowed']);
  });
});

describe('roles that somebody wants to assume', () => {
  /** Stored trust policies name users by their ids. */
  const userId = 'AIDACAROLCAROLCAROL';
  const PolicySourceArn = userOf('carol');
  const assume = { PolicySourceArn, ActionNames: ['sts:AssumeRole'], PolicyInputList: [allow('sts:AssumeRole')] };
  beforeEach(() => {
    accounts.happen(account, { type: 'UserCreated', data: { userId, userName: 'carol', path: '/', tags: [] } });
  });

  const trusting = (roleName: string, owner: string, text: string) =>
    accounts.happen(owner, {
      type: 'RoleCreated',
      data: { roleId: `AROA${roleName}`, roleName, path: '/', trust: text, maxSessionSeconds: 3600, tags: [] },
    });

  test.each([
    ['the user', { AWS: 'AIDACAROLCAROLCAROL' }, 'allowed'],
    ['the account', { AWS: `arn:aws:iam::${account}:root` }, 'allowed'],
    ['somebody else', { AWS: 'AIDABOBBOBBOBBOBBOB' }, 'implicitDeny'],
    ['a service', { Service: 'ec2.amazonaws.com' }, 'implicitDeny'],
  ])('have to trust: %s', async (_, named, decided) => {
    trusting('Ops', account, trust(named));
    expect(await of({ ...assume, ResourceArns: [path('Ops')] })).toEqual([`sts:AssumeRole ${decided}`]);
  });

  test('are told with their own statement, where it stands in the text that people see', async () => {
    trusting('Ops', account, trust({ AWS: userId }));
    const [result] = await simulated({ ...assume, PolicyInputList: [], ResourceArns: [path('Ops')] });
    const shown = trust({ AWS: PolicySourceArn });
    expect(result?.MatchedStatements).toEqual([
      {
        SourcePolicyId: 'role_Ops_AssumeRolePolicyDocument',
        SourcePolicyType: 'Resource Policy',
        StartPosition: { Line: 1, Column: 38 },
        EndPosition: { Line: 1, Column: shown.length - 1 },
      },
    ]);
  });

  test('of another account: both sides have to allow, and where in its policy is its own affair', async () => {
    trusting('Ops', other, trust({ AWS: `arn:aws:iam::${account}:root` }));
    const ResourceArns = [`arn:aws:iam::${other}:role/Ops`];
    const results = await simulated({ ...assume, ResourceArns });
    expect(results).toMatchObject([
      {
        EvalDecision: 'allowed',
        EvalDecisionDetails: { 'IAM Policy': 'allowed', 'Resource Policy': 'allowed' },
        MatchedStatements: [
          { SourcePolicyId: 'PolicyInputList.1' },
          { SourcePolicyId: 'role_Ops_AssumeRolePolicyDocument' },
        ],
      },
    ]);
    expect(results[0]?.MatchedStatements?.[1]?.StartPosition).toBeUndefined();
    expect(await of({ ...assume, PolicyInputList: [], ResourceArns })).toEqual(['sts:AssumeRole implicitDeny']);
  });

  test('whom else they trust is not told', async () => {
    trusting('Ops', account, trust({ AWS: 'AIDABOBBOBBOBBOBBOB' }));
    expect(await of({ ...assume, CallerArn: userOf('bob'), ResourceArns: [path('Ops')] })).toEqual([
      'sts:AssumeRole allowed',
    ]);
  });

  test('that nobody knows are decided by the policies alone, as AWS does', async () => {
    expect(await of({ ...assume, ResourceArns: [path('Nowhere')] })).toEqual(['sts:AssumeRole allowed']);
  });
});
