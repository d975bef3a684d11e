import {
  account,
  type Document,
  type Documents,
  numbers,
  pick,
  type Question,
  randomNumbers,
  type Statement,
  type Workload,
} from './workload.js';

const alice = {
  type: 'User',
  account,
  arn: `arn:aws:iam::${account}:user/staff/alice`,
  userId: 'AIDAALICEALICEALICE1',
  userName: 'alice',
} as const;

const role = (name: string, sessionName: string) =>
  ({
    type: 'AssumedRole',
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${name}/${sessionName}`,
    roleArn: `arn:aws:iam::${account}:role/${name}`,
    roleId: `AROA${name.toUpperCase()}`,
    sessionName,
  }) as const;

const document = (id: string, type: Document['type'], statements: readonly Statement[]): Document => ({
  id,
  type,
  statements,
});

const random = randomNumbers(2026);
/** Few enough to stay in the processor's cache, as a request that has just come in does. */
const some = 512;

/** One user, one policy of one statement; half of the questions are answered by it. */
const one: Workload = {
  title: 'one principal, one statement',
  accept: 3000,
  aim: 8000,
  sets: [
    {
      identity: [
        document('one', 'identity', [
          { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/public/*' },
        ]),
      ],
    },
  ],
  questions: numbers(some).map((index) => ({
    set: 0,
    request: {
      principal: alice,
      action: pick(['s3:GetObject', 's3:PutObject', 's3:GetObject'], random),
      resource: `arn:aws:s3:::bucket/${pick(['public', 'private', 'public'], random)}/key-${index}`,
      context: { 'aws:SourceIp': '203.0.113.7' },
    },
  })),
};

const services = ['glue', 'sqs', 'sns', 'lambda', 'dynamodb', 'kms', 'logs', 'secretsmanager', 'ecs', 'batch'];
const nouns = ['Crawler', 'Queue', 'Topic', 'Function', 'Table', 'Key', 'Group', 'Secret', 'Task', 'Job'];
const verbs = ['Get', 'List', 'Describe', 'Put', 'Create', 'Update', 'Delete', 'Tag'];
const teams = ['red', 'green', 'blue', 'black'];

/** Three conditions, as people write them. */
const conditions = (index: number): Statement['Condition'] =>
  [
    {
      IpAddress: { 'aws:SourceIp': ['198.51.100.0/24', '203.0.113.0/24'] },
      Bool: { 'aws:SecureTransport': 'true' },
      StringLike: { 'aws:PrincipalTag/team': `${teams[index % 4]}*` },
    },
    {
      DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' },
      StringEquals: { 'aws:RequestedRegion': ['us-east-1', 'eu-west-1'] },
      ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/*` },
    },
    {
      StringNotEquals: { 'aws:PrincipalTag/team': `none-${index % 7}` },
      NumericLessThan: { 'aws:EpochTime': '4102444800' },
      Null: { 'aws:SourceIdentity': 'true' },
    },
  ][index % 3];

/** Patterns of actions and resources with stars in all places. */
function wild(index: number, effect: Statement['Effect'] = 'Allow'): Statement {
  const service = services[index % 10] as string;
  const noun = nouns[index % 10] as string;
  const verb = verbs[(index >> 1) % 8] as string;
  return {
    Effect: effect,
    Action: [`${service}:${verb}*`, `${service}:*${noun}`, `${service}:Batch${verb}*`],
    Resource: [
      `arn:aws:${service}:*:${account}:${teams[index % 4]}-*`,
      `arn:aws:${service}:us-east-1:${account}:shared/*/item-${index % 16}`,
    ],
    Condition: conditions(index) ?? {},
  };
}

const everything: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };

/** Ten policies of the role, a boundary, a session policy, an organization's policy: 13 documents, 111 statements. */
function manyDocuments(): Documents {
  const nine = (first: number) => numbers(9).map((index) => wild(first + index * 7));
  return {
    identity: numbers(10).map((index) =>
      document(`policy-${index}`, 'identity', [...nine(index), ...(index % 3 === 0 ? [wild(index + 3, 'Deny')] : [])]),
    ),
    boundary: document('boundary', 'boundary', [...nine(60).slice(0, 5), everything]),
    session: [document('session', 'session', [...nine(70).slice(0, 4), everything])],
    scps: [[document('scp', 'scp', [everything])]],
  };
}

const contextOf = (index: number) => ({
  'aws:SourceIp': pick(['203.0.113.7', '198.51.100.20', '192.0.2.1'], random),
  'aws:SecureTransport': true,
  'aws:CurrentTime': new Date(1_790_000_000_000 + index),
  'aws:EpochTime': 1_790_000_000 + index,
  'AWS:PrincipalTag/Team': pick(teams, random),
  'aws:requestedregion': pick(['us-east-1', 'eu-west-1', 'eu-central-1'], random),
  'aws:UserAgent': 'aws-cli/2.31',
  'aws:ViaAWSService': false,
});

const many: Workload = {
  title: '13 documents, 111 statements with wildcards, 3 conditions each',
  accept: 250,
  aim: 400,
  acceptTail: 12,
  aimTail: 7,
  sets: [manyDocuments()],
  questions: numbers(some).map((index) => {
    const service = random(10);
    const resource = `arn:aws:${services[service]}:us-east-1:${account}:${pick(teams, random)}-${random(100)}`;
    return {
      set: 0,
      request: {
        principal: role('Worker', `job-${index % 8}`),
        action: `${services[service]}:${pick(verbs, random)}${nouns[service]}`,
        resource: pick(
          [resource, `arn:aws:${services[service]}:us-east-1:${account}:shared/x/item-${random(16)}`],
          random,
        ),
        context: contextOf(index),
      },
    };
  }),
};

/** Attribute-based access: what a session may do follows from its tags, the resource's and the request's. */
const byTags: Documents = {
  identity: [
    document('projects', 'identity', [
      {
        Effect: 'Allow',
        Action: ['ec2:Start*', 'ec2:Stop*', 'ec2:Reboot*', 'ec2:Describe*'],
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/Project': '${aws:PrincipalTag/Project}' } },
      },
      {
        Effect: 'Allow',
        Action: ['ec2:Create*', 'ec2:RunInstances'],
        Resource: '*',
        Condition: {
          StringEquals: {
            'aws:RequestTag/Project': '${aws:PrincipalTag/Project}',
            'aws:RequestTag/CostCenter': '${aws:PrincipalTag/CostCenter}',
          },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['Project', 'CostCenter', 'Name'] },
        },
      },
      {
        Effect: 'Deny',
        Action: 'ec2:*Tags',
        Resource: '*',
        Condition: { 'ForAnyValue:StringLike': { 'aws:TagKeys': 'Proj*' } },
      },
    ]),
    document('homes', 'identity', [
      {
        Effect: 'Allow',
        Action: 's3:*',
        Resource: [
          'arn:aws:s3:::data-${aws:PrincipalTag/Project}',
          'arn:aws:s3:::data-${aws:PrincipalTag/Project}/${aws:PrincipalTag/Team}/*',
        ],
      },
      {
        Effect: 'Deny',
        Action: 's3:Delete*',
        Resource: '*',
        Condition: { StringNotEqualsIfExists: { 'aws:PrincipalTag/Role': 'admin' } },
      },
    ]),
  ],
};

const session = (index: number) => ({
  principal: role('Abac', `session-${index}`),
  tags: {
    'aws:PrincipalTag/Project': `project-${index % 50}`,
    'aws:PrincipalTag/CostCenter': `${1000 + (index % 20)}`,
    'aws:PrincipalTag/Team': teams[index % 4],
    'aws:PrincipalTag/Role': index % 9 === 0 ? 'admin' : 'dev',
  },
});

const sessions = numbers(1000).map(session);

function abacQuestion(index: number): Question {
  const { principal, tags } = pick(sessions, random);
  const project = random(3) === 0 ? `project-${random(50)}` : (tags['aws:PrincipalTag/Project'] as string);
  const kind = random(3);
  const common = { ...tags, 'aws:SourceIp': '203.0.113.7', 'aws:SecureTransport': true };
  if (kind === 0) {
    const resource = `arn:aws:ec2:us-east-1:${account}:instance/i-${index}`;
    const context = { ...common, 'aws:ResourceTag/Project': project };
    return {
      set: 0,
      request: { principal, action: pick(['ec2:StartInstances', 'ec2:StopInstances'], random), resource, context },
    };
  }
  if (kind === 1) {
    const context = {
      ...common,
      'aws:RequestTag/Project': project,
      'aws:RequestTag/CostCenter': tags['aws:PrincipalTag/CostCenter'],
      'aws:TagKeys': ['Project', 'CostCenter'],
    };
    const resource = `arn:aws:ec2:us-east-1:${account}:volume/*`;
    return { set: 0, request: { principal, action: 'ec2:CreateVolume', resource, context } };
  }
  const resource = `arn:aws:s3:::data-${project}/${tags['aws:PrincipalTag/Team']}/file-${index}`;
  const action = pick(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], random);
  return { set: 0, request: { principal, action, resource, context: common } };
}

const abac: Workload = {
  title: 'ABAC: 1,000 tagged sessions, tags of all three kinds, variables',
  accept: 400,
  aim: 600,
  acceptTail: 8,
  aimTail: 5,
  sets: [byTags],
  questions: numbers(some).map(abacQuestion),
};

const wide = numbers(40).map((index) => `service${index}`);

/** A policy as a large installation has hundreds of: a few statements about one or two services. */
function ordinary(index: number): Document {
  const draw = randomNumbers(index + 1);
  const statements = numbers(3 + draw(4)).map((at): Statement => {
    const service = wide[(index + at * (draw(2) * 11)) % 40] as string;
    const actions = numbers(1 + draw(4)).map(
      () => `${service}:${pick(verbs, draw)}${draw(2) === 0 ? '*' : pick(nouns, draw)}`,
    );
    return {
      Effect: draw(12) === 0 ? 'Deny' : 'Allow',
      Action: actions,
      Resource: draw(4) === 0 ? '*' : `arn:aws:${service}:*:${account}:${pick(teams, draw)}/*`,
      ...(draw(3) === 0 ? { Condition: conditions(draw(9)) ?? {} } : {}),
    };
  });
  return document(`arn:aws:iam::${account}:policy/p${index}`, 'identity', statements);
}

const policies = numbers(500).map(ordinary);

const roles: Workload = {
  title: '10,000 roles with 5 of 500 policies each, random requests',
  accept: 180,
  aim: 280,
  acceptTail: 25,
  aimTail: 15,
  sets: numbers(10_000).map(() => ({ identity: numbers(5).map(() => pick(policies, random)) })),
  questions: numbers(16_384).map((index) => {
    const set = random(10_000);
    const service = pick(wide, random);
    return {
      set,
      request: {
        principal: role(`role-${set}`, 's'),
        action: `${service}:${pick(verbs, random)}${pick(nouns, random)}`,
        resource: `arn:aws:${service}:us-east-1:${account}:${pick(teams, random)}/thing-${index % 1000}`,
        context: contextOf(index),
      },
    };
  }),
};

export const workloads: readonly Workload[] = [one, many, abac, roles];
