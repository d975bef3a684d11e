import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { iam } from '@muniment/aws-model';
import type { PlatformEvent } from '@muniment/directory/contract';
import {
  Accounts,
  account,
  groupCreated,
  inline,
  now,
  other,
  policyArn,
  policyCreated,
  userArn,
  userCalls,
  userCreated,
} from '../accounts.testing.js';
import { Decisions } from '../decisions.js';
import { principal } from './simulation.testing.js';

const actions = ['iam:GetUser', 'iam:CreateUser', 'iam:DeleteUser', 'sts:AssumeRole', 's3:GetObject'];
const resources = [userArn('alice'), userArn('bob'), `arn:aws:iam::${account}:role/Ops`, 'arn:aws:s3:::photos/cat'];

/** What alice's calls say besides action and resource. */
const told: Readonly<Record<string, string>> = {
  'aws:SourceIp': '203.0.113.7',
  'aws:UserAgent': 'aws-cli/2',
  'aws:SecureTransport': 'true',
  'aws:RequestedRegion': 'eu-west-1',
  'aws:CurrentTime': now.toISOString(),
};
const ContextEntries: iam.ContextEntry[] = Object.entries(told).map(([ContextKeyName, value]) => ({
  ContextKeyName,
  ContextKeyType: 'string',
  ContextKeyValues: [value],
}));

const condition = fc.constantFrom<object>(
  {},
  { Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } },
  { Condition: { StringEquals: { 'aws:PrincipalTag/Team': 'blue' } } },
  { Condition: { StringNotEquals: { 'aws:PrincipalTag/Team': 'blue' } } },
  { Condition: { StringEqualsIfExists: { 'aws:TokenIssueTime': 'never' } } },
  { Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
  { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-acme123456' } } },
  { Condition: { StringEquals: { 'aws:ResourceAccount': account } } },
  { Condition: { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } } },
);
const patterns = fc.constantFrom('*', 'iam:*', 'iam:Get*', 'sts:*', 's3:*', ...actions);
const targets = fc.constantFrom('*', ...resources, `arn:aws:iam::${account}:user/\${aws:username}`);
const statements = fc.array(
  fc
    .tuple(fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'), patterns, targets, condition)
    .map(([Effect, Action, Resource, more]) => ({ Effect, Action, Resource, ...more })),
  { minLength: 1, maxLength: 4 },
);
const document = statements.map((Statement) => JSON.stringify({ Version: '2012-10-17', Statement }));

/** Of the trusted only those count that AssumeRole itself trusts: users by their ids. */
const userId = 'AIDAALICEALICEALICE';
const trust = fc
  .constantFrom({ AWS: userId }, { AWS: `arn:aws:iam::${account}:root` }, { AWS: 'AIDABOBBOBBOBBOBBOB' })
  .map((Principal) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] }),
  );

const organization = (content: string): PlatformEvent[] => {
  const organizationId = 'o-acme123456';
  const scp = 'SERVICE_CONTROL_POLICY' as const;
  const joined = (accountId: string): PlatformEvent => ({
    type: 'AccountJoinedOrganization',
    data: { accountId, organizationId, parentId: 'r-abcd', name: accountId, method: 'INVITED', tags: [] },
  });
  const data = {
    organizationId,
    policyId: 'p-scp0000000',
    name: 'Limits',
    description: '',
    policyType: scp,
    content,
    tags: [],
  };
  return [
    {
      type: 'OrganizationCreated',
      data: { organizationId, rootId: 'r-abcd', managementAccount: other, featureSet: 'ALL', enabled: [scp] },
    },
    joined(other),
    joined(account),
    { type: 'OrganizationPolicyCreated', data },
    { type: 'OrganizationPolicyAttached', data: { policyId: 'p-scp0000000', targetId: account } },
  ];
};

interface World {
  readonly own: string;
  readonly ofGroup: string;
  readonly boundary: string | undefined;
  readonly scp: string | undefined;
  readonly trusted: string;
}

const world: fc.Arbitrary<World> = fc.record({
  own: document,
  ofGroup: document,
  boundary: fc.option(document, { nil: undefined }),
  scp: fc.option(document, { nil: undefined }),
  trusted: trust,
});

function build({ own, ofGroup, boundary, scp, trusted }: World): Accounts {
  const accounts = new Accounts();
  if (scp !== undefined) accounts.happenToAll(...organization(scp));
  if (boundary !== undefined) accounts.happen(account, policyCreated('Boundary', boundary));
  const bounded = boundary === undefined ? {} : { boundary: policyArn('Boundary') };
  const tags = [{ Key: 'Team', Value: 'blue' }];
  accounts.happen(
    account,
    { type: 'UserCreated', data: { userId, userName: 'alice', path: '/', tags, ...bounded } },
    userCreated('bob'),
    groupCreated('staff'),
    { type: 'UserJoinedGroup', data: { userId, groupId: 'AGPAstaff' } },
    { type: 'UserPolicyPut', data: { id: userId, policyName: 'Own', document: own } },
    inline('Group', 'staff', 'Shared', ofGroup),
    {
      type: 'RoleCreated',
      data: {
        roleId: 'AROAOPSOPSOPSOPSOPS',
        roleName: 'Ops',
        path: '/',
        trust: trusted,
        maxSessionSeconds: 3600,
        tags: [],
      },
    },
  );
  return accounts;
}

/** What a real call would come to, asked as its operation asks. */
async function enforced(decisions: Decisions, trusted: string, [action, resource]: Pair): Promise<boolean> {
  const caller = userCalls('alice');
  const principalOf = { ...caller.principal, userId } as typeof caller.principal;
  const trust = { kind: 'trust', id: 'Ops', document: trusted } as const;
  const question = { action, resource, ...(action === 'sts:AssumeRole' && { resourcePolicy: trust }) };
  return (await decisions.authorize({ ...caller, principal: principalOf }, [question], now)).allowed;
}

type Pair = readonly [action: string, resource: string];

const [alice = '', bob = '', ops = '', cat = ''] = resources;

/** Calls that there are. */
const calls: readonly Pair[] = [
  ['iam:GetUser', alice],
  ['iam:CreateUser', bob],
  ['iam:DeleteUser', alice],
  ['sts:AssumeRole', ops],
  ['s3:GetObject', cat],
];

test('what the simulator says of a principal is what its calls come to', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (one) => {
      const accounts = build(one);
      const decisions = new Decisions({ from: accounts.reader });
      const input = { PolicySourceArn: alice, ActionNames: actions, ResourceArns: resources, ContextEntries };
      const results = await principal(input, accounts);
      const verdictOf = ([action, resource]: Pair) =>
        results
          .find(({ EvalActionName }) => EvalActionName === action)
          ?.ResourceSpecificResults?.find(({ EvalResourceName }) => EvalResourceName === resource)
          ?.EvalResourceDecision;
      for (const call of calls) {
        const allowed = await enforced(decisions, one.trusted, call);
        expect([call, verdictOf(call) === 'allowed']).toEqual([call, allowed]);
      }
    }),
    { numRuns: 60 },
  );
});
