import {
  type AuthorizationRequest,
  type CompiledPolicy,
  compilePolicy,
  type Decision,
  evaluate,
  type PolicySet,
  readPolicy,
} from '@muniment/policy';
import { costOf } from '../driver/cost.js';
import type { Row, Table } from '../table.js';
import type { Bench } from './bench.js';

const account = '111122223333';

const request: AuthorizationRequest = {
  principal: {
    type: 'User',
    account,
    arn: `arn:aws:iam::${account}:user/staff/alice`,
    userId: 'AIDAALICEALICEALICE1',
    userName: 'alice',
  },
  action: 'iam:GetUser',
  resource: `arn:aws:iam::${account}:user/staff/bob`,
  context: {
    'aws:SourceIp': '203.0.113.7',
    'aws:SecureTransport': true,
    'aws:CurrentTime': new Date(),
    'aws:PrincipalTag/team': 'team-99',
    'aws:RequestedRegion': 'us-east-1',
  },
};

function compiled(id: string, statements: readonly object[]): CompiledPolicy {
  const reading = readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'identity');
  if (!reading.ok) throw new Error(`policy \`${id}\` cannot be read: ${JSON.stringify(reading)}`);
  return compilePolicy(reading.policy, { id, type: 'identity' });
}

const conditions = (team: string) => ({
  IpAddress: { 'aws:SourceIp': ['198.51.100.0/24', '203.0.113.0/24'] },
  DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' },
  StringLike: { 'aws:PrincipalTag/team': team },
});

const tens = Array.from({ length: 10 }, (_, index) => index);

/** Ten policies of ten statements; the very last statement is the one that allows. */
const tenOfTen = (statement: (policy: number, index: number) => object): PolicySet => ({
  identity: tens.map((policy) =>
    compiled(
      `policy-${policy}`,
      tens.map((index) => statement(policy, index)),
    ),
  ),
});

const one: PolicySet = {
  identity: [compiled('one', [{ Effect: 'Allow', Action: 'iam:GetUser', Resource: `arn:aws:iam::${account}:user/*` }])],
};

const services = ['s3', 'ec2', 'sqs', 'sns', 'lambda', 'dynamodb', 'kms', 'logs', 'sts', 'iam'];

/** As users have them: a service each, so that most statements are not even looked at. */
const spread = tenOfTen((policy, index) => ({
  Effect: 'Allow',
  Action: `${services[policy]}:Get*`,
  Resource: '*',
  Condition: conditions(`team-${policy}${index}`),
}));

/** As bad as it gets: every statement is about the action and the resource, so all conditions are looked at. */
const piled = tenOfTen((policy, index) => ({
  Effect: 'Allow',
  Action: ['iam:List*', 'iam:Get*'],
  Resource: `arn:aws:iam::${account}:user/*`,
  Condition: conditions(`team-${policy}${index}`),
}));

const cases: readonly { readonly title: string; readonly policies: PolicySet; readonly effect: Decision['effect'] }[] =
  [
    { title: 'one statement', policies: one, effect: 'Allow' },
    { title: 'ten policies of ten statements with conditions, ten services', policies: spread, effect: 'Allow' },
    { title: 'ten policies of ten statements with conditions, all of the action', policies: piled, effect: 'Allow' },
  ];

async function run(): Promise<readonly Table[]> {
  const rows: Row[] = [];
  for (const { title, policies, effect } of cases) {
    const found = evaluate(request, policies);
    if (found.effect !== effect) throw new Error(`${title}: ${effect} expected, found ${JSON.stringify(found)}`);
    const cost = await costOf(() => evaluate(request, policies));
    rows.push({ title, decisions: 1_000_000 / cost, cost });
  }
  const columns = [
    { key: 'title', heading: 'policies' },
    { key: 'decisions', heading: 'decisions/CPU-second' },
    { key: 'cost', heading: 'µs/decision', decimals: 2 },
  ];
  return [{ title: 'policy: decisions in process', columns, rows }];
}

/** The policy engine by itself. */
export const policy: Bench = { name: 'policy', run };
