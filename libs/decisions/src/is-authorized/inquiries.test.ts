import { describe, expect, test } from '@jest/globals';
import type { muniment } from '@muniment/aws-model';
import {
  account,
  allow,
  inline,
  now,
  other,
  roleArn,
  roleCalls,
  roleCreated,
  rootCalls,
  statement,
  userArn,
  userCalls,
  userCreated,
} from '../accounts.testing.js';
import { allowedBy, order, read, shop } from './is-authorized.testing.js';

const error = (code: string, message: string | RegExp) => ({
  error: expect.objectContaining({
    code,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  }),
});
const invalid = (message: string | RegExp) => error('InvalidQuestionException', message);
const session = (name: string, sessionName: string) => `arn:aws:sts::${account}:assumed-role/${name}/${sessionName}`;

describe('whom a question is about', () => {
  const { ask } = shop();

  test('a user, by its policies, with the statements that decide', async () => {
    expect(await ask({ Principal: userArn('ann') })).toEqual(allowedBy(read));
    expect(await ask({ Principal: userArn('bob') })).toEqual({
      Decision: 'DENY',
      Explicit: false,
      DeniedBy: 'IDENTITY_BASED_POLICY',
      Action: 'orders:GetOrder',
      Resource: order,
      Message: `User: ${userArn('bob')} is not authorized to perform: orders:GetOrder on resource: ${order} because no identity-based policy allows the orders:GetOrder action`,
      DeterminingStatements: [],
    });
  });

  test.each([roleArn('Clerk'), session('Clerk', 'night')])('a role or its session: %s', async (Principal) => {
    expect(await ask({ Principal })).toMatchObject({ Decision: 'ALLOW' });
    const SessionPolicy = allow('orders:ListOrders');
    expect(await ask({ Principal, SessionPolicy })).toMatchObject({ Decision: 'DENY', DeniedBy: 'SESSION_POLICY' });
    const SessionPolicyArns = ['arn:aws:iam::aws:policy/NoSuchPolicy'];
    expect(await ask({ Principal, SessionPolicyArns })).toMatchObject({ Decision: 'DENY' });
  });

  test('the root user, of accounts that there are', async () => {
    expect(await ask({ Principal: `arn:aws:iam::${account}:root` })).toMatchObject({ Decision: 'ALLOW' });
    expect(await ask({ Principal: `arn:aws:iam::${other}:root` })).toEqual(
      error('UnknownPrincipalException', /^there is no/),
    );
  });

  test('who asks, with the session that it has', async () => {
    expect(await ask({}, { caller: userCalls('ann') })).toEqual(allowedBy(read));
    expect(await ask({}, { caller: rootCalls() })).toMatchObject({ Decision: 'ALLOW' });
    const caller = roleCalls('Clerk', { policy: allow('orders:List*') });
    expect(await ask({}, { caller })).toMatchObject({ Decision: 'DENY', DeniedBy: 'SESSION_POLICY' });
    expect(await ask({})).toEqual(invalid('`Principal` is missing: nobody is known who asks'));
  });

  test.each([
    userArn('nobody'),
    userArn('ANN'),
    userArn('staff/ann'),
    userArn('ann').replace(account, other),
    userArn('ann').replace('arn:aws:', 'arn:aws-cn:'),
    userArn('*'),
    roleArn('clerk'),
    session('Clerk', ''),
    session('Clerk', 'a/b'),
    session('Nobody', 'night'),
    `arn:aws:iam::${account}:group/ann`,
    `arn:aws:iam::${account}:user/`,
    `arn:aws:iam::${account}:root/ann`,
    'ann ann ann ann ann ann',
    '*',
  ])('nobody else: %s', async (Principal) => {
    expect(await ask({ Principal })).toEqual(
      error('UnknownPrincipalException', `there is no principal \`${Principal}\``),
    );
  });

  test('sessions of roles only have tags and policies', async () => {
    for (const Principal of [userArn('ann'), `arn:aws:iam::${account}:root`]) {
      expect(await ask({ Principal, SessionTags: [] })).toEqual(invalid(/^`SessionTags` is for roles/));
    }
    expect(await ask({ SessionPolicy: allow('*') }, { caller: userCalls('ann') })).toEqual(
      invalid(/^`SessionPolicy` is/),
    );
  });

  test('those that are gone, and those that are back under their name', async () => {
    const { ask: later, happen } = shop();
    const Principal = userArn('ann');
    expect(await later({ Principal })).toMatchObject({ Decision: 'ALLOW' });
    happen(account, { type: 'UserDeleted', data: { userId: 'AIDAann' } });
    expect(await later({ Principal })).toEqual(error('UnknownPrincipalException', /^there is no principal/));
    happen(account, userCreated('ann'));
    expect(await later({ Principal })).toMatchObject({ Decision: 'DENY' });
    happen(account, inline('User', 'ann', 'read', allow('orders:Get*')));
    expect(await later({ Principal })).toMatchObject({ Decision: 'ALLOW' });
  });
});

describe('what is asked', () => {
  const { ask } = shop();
  const Principal = roleArn('Clerk');

  test.each<[Partial<muniment.IsAuthorizedRequest>, string | RegExp]>([
    [{ Actions: ['orders:Get'] }, 'the service `orders` has no action `orders:Get`'],
    [
      { Actions: ['orders:ListOrders'] },
      `\`orders:ListOrders\` is about no resource, only about \`*\`: not \`${order}\``,
    ],
    [{ Resources: ['*'] }, /^`orders:GetOrder` needs a resource: `arn:/],
    [
      { Resources: [order, order.replace('order/', 'parcel/')] },
      /^`orders:GetOrder` is not about `arn:.*parcel\/17`: `arn:/,
    ],
    [{ Actions: ['orders:*'] }, /^`orders:\*` is no action/],
    [{ Actions: ['orders'] }, /^`orders` is no action/],
    [{ Actions: [':Get'] }, /^`:Get` is no action/],
    [{ Actions: ['orders:GetOrder', 'billing:Get'] }, /^`billing:Get` is an action of another service/],
    [{ Actions: ['billing:Get'], Resources: ['the one'] }, '`the one` is neither an ARN nor `*`'],
    [{ ResourcePolicy: '{' }, /^the resource-policy cannot be read: /],
    [{ SessionPolicy: allow('orders:*', { Principal: '*' }) }, /^the session-policy cannot be read: /],
  ])('%j makes no sense', async (question, message) => {
    expect(await ask({ Principal, ...question })).toEqual(invalid(message));
  });

  test('in any case, as actions are', async () => {
    expect(await ask({ Principal, Actions: ['Orders:getorder'] })).toMatchObject({ Decision: 'ALLOW' });
  });

  test('actions of services that nobody has registered, as they are', async () => {
    const { ask: elsewhere, happen } = shop();
    happen(account, inline('User', 'bob', 'bill', allow('billing:Run')));
    const question = { Principal: userArn('bob'), Actions: ['billing:Run'], Resources: ['*'] };
    expect(await elsewhere(question)).toMatchObject({ Decision: 'ALLOW' });
    expect(await elsewhere({ ...question, Actions: ['billing:Stop'] })).toMatchObject({ Decision: 'DENY' });
  });

  test('a definition counts from when it is registered until it goes', async () => {
    const { ask: later, happen } = shop();
    happen(account, { type: 'ServiceDeregistered', data: { prefix: 'orders' } });
    const question = { Principal, Actions: ['orders:Get'] };
    expect(await later(question)).toMatchObject({ Decision: 'ALLOW' });
    const definition = JSON.stringify({ prefix: 'orders', actions: [], resourceTypes: [], conditionKeys: [] });
    happen(account, { type: 'ServiceRegistered', data: { prefix: 'orders', definition, actions: 0 } });
    expect(await later(question)).toEqual(invalid('the service `orders` has no action `orders:Get`'));
  });

  test('several actions and resources are allowed when all are; the first that is not is named', async () => {
    const Resources = [order, `${order}8`];
    const Actions = ['orders:GetOrder'];
    expect(await ask({ Principal, Actions, Resources })).toMatchObject({ DeterminingStatements: [{}, {}] });
    const { ask: later, happen } = shop();
    const Resource = order;
    const denied = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: '*', Resource: `${order}8` }],
    });
    happen(account, inline('Role', 'Clerk', 'not-this', denied));
    expect(await later({ Principal, Resources: [Resource] })).toMatchObject({ Decision: 'ALLOW' });
    expect(await later({ Principal, Resources })).toMatchObject({
      Decision: 'DENY',
      Explicit: true,
      DeniedBy: 'IDENTITY_BASED_POLICY',
      Resource: `${order}8`,
      DeterminingStatements: [{ PolicyId: 'not-this', Index: 0 }],
    });
  });

  test('a resource of another account needs its policy, too', async () => {
    const Actions = ['billing:Run'];
    const { ask: later, happen } = shop();
    happen(account, inline('User', 'bob', 'bill', allow('billing:*')));
    const question = { Principal: userArn('bob'), Actions, Resources: ['arn:aws:billing:::bill'] };
    expect(await later(question)).toMatchObject({ Decision: 'ALLOW' });
    const elsewhere = { ...question, ResourceOwner: other };
    expect(await later(elsewhere)).toMatchObject({ Decision: 'DENY', DeniedBy: 'RESOURCE_BASED_POLICY' });
    const ResourcePolicy = allow('billing:Run', { Principal: { AWS: account } });
    expect(await later({ ...elsewhere, ResourcePolicy })).toMatchObject({ Decision: 'ALLOW' });
    const forbids = statement('Deny', '*', { Principal: '*' });
    expect(await later({ ...question, ResourcePolicy: forbids })).toMatchObject({
      DeniedBy: 'RESOURCE_BASED_POLICY',
      Explicit: true,
    });
  });
});

describe('what is known of the request', () => {
  const { ask, happen } = shop();
  const Principal = userArn('cid');
  const conditioned = async (Condition: object, question: Partial<muniment.IsAuthorizedRequest>, more: object = {}) => {
    happen(account, inline('User', 'cid', 'when', allow('orders:GetOrder', { Condition })));
    const answer = await ask({ Principal, ...question }, more);
    return 'error' in answer ? answer.error.message : answer.Decision;
  };
  happen(account, userCreated('cid', { tags: [{ Key: 'Team', Value: 'sales' }] }));

  test.each<[object, muniment.ContextValue]>([
    [{ StringEquals: { 'orders:Channel': 'web' } }, { String: 'web' }],
    [{ StringEquals: { 'aws:SourceIp': '192.0.2.1' } }, { String: '192.0.2.1' }],
    [{ IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, { String: '192.0.2.1' }],
    [{ NumericLessThan: { 'orders:Amount/EUR': '100' } }, { Number: 99.5 }],
    [{ NumericLessThan: { 'orders:Amount/EUR': '100' } }, { String: '99.5' }],
    [{ 'ForAllValues:StringLike': { 'orders:Labels': 'r*' } }, { StringList: ['red', 'round'] }],
    [{ 'ForAllValues:StringLike': { 'orders:Labels': 'r*' } }, { String: 'red' }],
    [{ 'ForAnyValue:NumericEquals': { 'billing:Years': '2026' } }, { NumberList: [2025, 2026] }],
    [{ DateLessThan: { 'orders:Due': '2026-11-01T00:00:00Z' } }, { Date: new Date('2026-10-31T00:00:00Z') }],
    [{ DateLessThan: { 'orders:Due': '2026-11-01T00:00:00Z' } }, { String: '2026-10-31T00:00:00Z' }],
    [{ DateLessThan: { 'orders:Due': '2026-11-01T00:00:00Z' } }, { Number: 1_777_968_000 }],
    [{ IpAddress: { 'orders:From': '192.0.2.0/24' } }, { String: '192.0.2.1' }],
    [{ Bool: { 'orders:Express': 'true' } }, { Boolean: true }],
  ])('%j is met by %j', async (condition, value) => {
    const [key = ''] = Object.keys(Object.values(condition)[0] as object);
    expect(await conditioned(condition, { Context: { [key.toUpperCase()]: value } })).toBe('ALLOW');
    expect(await conditioned(condition, { Context: {} })).toBe(
      JSON.stringify(condition).startsWith('{"ForAllValues') ? 'ALLOW' : 'DENY',
    );
  });

  test('tags of the user, and the time', async () => {
    expect(await conditioned({ StringEquals: { 'aws:PrincipalTag/team': 'sales' } }, {})).toBe('ALLOW');
    expect(await conditioned({ DateEquals: { 'aws:CurrentTime': now.toISOString() } }, {})).toBe('ALLOW');
  });

  test('tags of a session before those of its role', async () => {
    happen(account, roleCreated('Tagged', { tags: [{ Key: 'Team', Value: 'sales' }] }));
    happen(
      account,
      inline('Role', 'Tagged', 'x', allow('*', { Condition: { StringEquals: { 'aws:PrincipalTag/Team': 'ops' } } })),
    );
    const tagged = { Principal: roleArn('Tagged') };
    expect(await ask(tagged)).toMatchObject({ Decision: 'DENY' });
    expect(await ask({ ...tagged, SessionTags: [{ Key: 'team', Value: 'ops' }] })).toMatchObject({ Decision: 'ALLOW' });
  });

  test('of the call itself nothing counts when it is made for somebody else', async () => {
    const condition = { IpAddress: { 'aws:SourceIp': '203.0.113.7' } };
    const caller = userCalls('cid');
    expect(await conditioned(condition, {}, { caller })).toBe('DENY');
    expect(await conditioned(condition, { Principal: undefined }, { caller })).toBe('ALLOW');
    const secure = { Bool: { 'aws:SecureTransport': 'true' } };
    expect(await conditioned(secure, {}, { caller })).toBe('DENY');
    expect(await conditioned(secure, { Context: { 'aws:SecureTransport': { Boolean: true } } })).toBe('ALLOW');
  });

  test.each<[muniment.Question['Context'], string | RegExp]>([
    [{ 'aws:PrincipalTag/Team': { String: 'root' } }, /is known to Muniment and cannot be given$/],
    [{ 'AWS:principalArn': { String: userArn('ann') } }, /is known to Muniment/],
    [{ 'aws:username': { String: 'ann' } }, /is known to Muniment/],
    [{ 'aws:PrincipalOrgID': { String: 'o-1' } }, /is known to Muniment/],
    [{ 'orders:Chanel': { String: 'web' } }, 'the service has no condition key `orders:Chanel`'],
    [{ 'orders:Channel': { StringList: ['web'] } }, 'the condition key `orders:Channel` is of type `String`'],
    [{ 'orders:Channel': { Number: 1 } }, /is of type `String`$/],
    [{ 'orders:Amount/EUR': { String: 'many' } }, /is of type `Numeric`$/],
    [{ 'orders:Due': { String: 'soon' } }, /is of type `Date`$/],
    [{ 'orders:Due': { String: 'May 5 2026' } }, /is of type `Date`$/],
    [{ 'orders:From': { String: '192.0.2.1:443' } }, /is of type `IPAddress`$/],
    [{ 'orders:From': { String: '' } }, /is of type `IPAddress`$/],
    [{ 'aws:SourceIp': { String: '192.0.2.1:443' } }, 'the condition key `aws:SourceIp` is of type `IPAddress`'],
    [{ 'aws:sourceip': { StringList: ['192.0.2.1'] } }, /is of type `IPAddress`$/],
    [{ 'aws:MultiFactorAuthPresent': { String: 'yes' } }, /is of type `Bool`$/],
    [{ 'aws:TokenIssueTime': { String: 'yesterday' } }, /is of type `Date`$/],
    [{ 'orders:Express': { String: 'yes' } }, /is of type `Bool`$/],
    [{ 'orders:Labels': { NumberList: [1] } }, /is of type `ArrayOfString`$/],
    [
      { 'orders:Channel': { String: 'a' }, 'orders:channel': { String: 'b' } },
      'the condition key `orders:channel` is given twice',
    ],
    [{ 'billing:Sum': { Number: Number.NaN } }, /has `NaN`, which is no number$/],
    [JSON.parse('{"__proto__":{"StringList":["a"]}}') as never, '`__proto__` is no condition key: it has no prefix'],
  ])('%j cannot be given', async (Context, message) => {
    expect(await ask({ Principal, Context })).toEqual(invalid(message));
  });

  test('nor what is known of the session of who asks', async () => {
    const Context = { 'aws:MultiFactorAuthPresent': { Boolean: true } };
    expect(await ask({ Context }, { caller: userCalls('cid') })).toEqual(invalid(/is known to Muniment/));
    expect(await conditioned({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, { Context })).toBe('ALLOW');
  });
});

test('with `Explain`, everything that was looked at (issue: multi-resource, up to the first denial)', async () => {
  const { ask, happen } = shop();
  const question = { Principal: userArn('ann'), Explain: true };
  const answer = await ask(question);
  expect(answer).toMatchObject({
    ...allowedBy(read),
    Traces: [
      {
        Action: 'orders:GetOrder',
        Resource: order,
        Decision: 'ALLOW',
        Minimal: [read],
        Policies: [
          {
            PolicyId: 'read',
            Statements: [
              { Index: 0, Sid: 'Read', Effect: 'Allow', Matched: true, ActionBy: 'orders:Get*', Conditions: [] },
            ],
          },
        ],
      },
    ],
  });
  const Condition = { StringEquals: { 'orders:Channel': ['web', '${aws:PrincipalTag/None}'] } };
  happen(account, inline('User', 'ann', 'read', allow('orders:Get*', { Condition })));
  const denied = await ask({
    ...question,
    Context: { 'orders:Channel': { String: 'shop' } },
    Resources: [order, `${order}8`],
  });
  expect(denied).toMatchObject({
    Decision: 'DENY',
    Traces: [
      {
        Policies: [
          {
            Statements: [
              {
                Matched: false,
                Conditions: [
                  {
                    Operator: 'StringEquals',
                    Key: 'orders:Channel',
                    Values: ['web', '${aws:PrincipalTag/None}'],
                    Resolved: ['web', ''],
                    Given: ['shop'],
                    Holds: false,
                    Because: 'VALUE',
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  });
});

test('when the directory cannot be read there is no answer', async () => {
  const { ask, accounts } = shop();
  accounts.beforeRead = () => {
    throw new Error('no rows');
  };
  await expect(ask({ Principal: userArn('ann') })).rejects.toThrow('no rows');
});
