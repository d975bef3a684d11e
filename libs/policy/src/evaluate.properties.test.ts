import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CompiledPolicy, PolicyType } from './compile.js';
import { evaluate, type AuthorizationRequest, type PolicySet } from './evaluate.js';
import {
  ACCOUNT,
  alice,
  anonymous,
  federated,
  OTHER_ACCOUNT,
  policy,
  root,
  service,
  session,
  webIdentity,
  type Statement,
} from './fixtures.js';

const element = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> =>
  fc.array(values, { minLength: 1, maxLength: 2 });

const actions = element(fc.constantFrom('s3:GetObject', 's3:Get*', 's3:*', '*', 'iam:ListUsers', 'S3:PUT*'));
const resources = element(
  fc.constantFrom('*', 'arn:aws:s3:::b/*', 'arn:aws:s3:::b/${aws:username}', 'arn:aws:s3:::b/k', 'arn:aws:sqs:*:*:q'),
);
const condition = fc.constantFrom<Statement>(
  {},
  { StringEquals: { 'aws:PrincipalTag/team': 'blue' } },
  { StringNotEquals: { 'aws:PrincipalTag/team': 'blue' } },
  { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } },
  { 'ForAllValues:StringLike': { 'aws:TagKeys': ['a*'] } },
  { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
);
const principals = fc.constantFrom<unknown>(
  '*',
  { AWS: alice.arn },
  { AWS: ACCOUNT },
  { AWS: session.arn },
  { AWS: session.roleArn },
  { AWS: federated.userArn },
  { AWS: federated.arn },
  { Service: service.names[0] },
  { Federated: webIdentity.provider },
);

const plain = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    notAction: fc.boolean(),
    notResource: fc.boolean(),
    actions,
    resources,
    Condition: condition,
  })
  .map(
    ({ Effect, notAction, notResource, actions: acts, resources: things, Condition }): Statement => ({
      Effect,
      [notAction ? 'NotAction' : 'Action']: acts,
      [notResource ? 'NotResource' : 'Resource']: things,
      Condition,
    }),
  );
const shared = fc.tuple(plain, principals).map(([statement, Principal]): Statement => ({ ...statement, Principal }));

const statements = (type: PolicyType) => fc.array(type === 'resource' ? shared : plain, { minLength: 1, maxLength: 3 });

/** A policy set by its statements, so that properties can add to it and shuffle it. */
interface Plan {
  readonly identity: readonly (readonly Statement[])[];
  readonly boundary: readonly Statement[] | undefined;
  readonly session: readonly (readonly Statement[])[] | undefined;
  readonly resource: readonly Statement[] | undefined;
  readonly scps: readonly (readonly Statement[])[] | undefined;
}

const maybe = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(values, { nil: undefined });

const plans: fc.Arbitrary<Plan> = fc.record({
  identity: fc.array(statements('identity'), { maxLength: 2 }),
  boundary: maybe(statements('boundary')),
  session: maybe(fc.array(statements('session'), { maxLength: 2 })),
  resource: maybe(statements('resource')),
  scps: maybe(fc.array(statements('scp'), { maxLength: 2 })),
});

function compiled(plan: Plan): PolicySet {
  const all = (type: PolicyType, list: readonly (readonly Statement[])[]): CompiledPolicy[] =>
    list.map((one) => policy(type, one));
  return {
    identity: all('identity', plan.identity),
    boundary: plan.boundary && policy('boundary', plan.boundary),
    session: plan.session && all('session', plan.session),
    resource: plan.resource && policy('resource', plan.resource),
    scps: plan.scps?.map((level) => [policy('scp', level)]),
  };
}

const requests: fc.Arbitrary<AuthorizationRequest> = fc.record({
  principal: fc.constantFrom(root, alice, session, federated, service, webIdentity, anonymous),
  action: fc.constantFrom('s3:GetObject', 's3:PutObject', 'iam:ListUsers'),
  resource: fc.constantFrom('arn:aws:s3:::b/k', 'arn:aws:s3:::b/alice', 'arn:aws:sqs:us-east-1:111122223333:q', '*'),
  resourceAccount: fc.constantFrom(undefined, OTHER_ACCOUNT),
  context: fc.record(
    {
      'aws:PrincipalTag/Team': fc.constantFrom('blue', 'red', ''),
      'aws:MultiFactorAuthPresent': fc.boolean(),
      'aws:TagKeys': fc.subarray(['a', 'ab', 'c']),
      'aws:SourceIp': fc.constantFrom('10.1.1.1', '203.0.113.7', 'nonsense'),
    },
    { requiredKeys: [] },
  ),
});

const allows = (request: AuthorizationRequest, plan: Plan): boolean =>
  evaluate(request, compiled(plan)).effect === 'Allow';

describe('whatever the policies and the request', () => {
  test('adding a Deny never allows', () => {
    fc.assert(
      fc.property(requests, plans, plain, shared, (request, plan, statement, sharedStatement) => {
        fc.pre(!allows(request, plan));
        const deny = { ...statement, Effect: 'Deny' };
        const more: Plan[] = [
          { ...plan, identity: [...plan.identity, [deny]] },
          { ...plan, boundary: plan.boundary && [...plan.boundary, deny] },
          { ...plan, session: plan.session?.map((one) => [...one, deny]) },
          { ...plan, scps: plan.scps?.map((one) => [...one, deny]) },
          { ...plan, resource: [...(plan.resource ?? []), { ...sharedStatement, Effect: 'Deny' }] },
        ];
        for (const one of more) expect(allows(request, one)).toBe(false);
      }),
    );
  });

  test('an explicit deny wins, wherever it stands', () => {
    const deny = { Effect: 'Deny', Action: '*', Resource: '*' };
    fc.assert(
      fc.property(
        requests,
        plans,
        fc.constantFrom('identity', 'boundary', 'session', 'scps', 'resource'),
        (request, plan, where) => {
          fc.pre('account' in request.principal || where === 'resource');
          const extra: Record<string, Partial<Plan>> = {
            identity: { identity: [...plan.identity, [deny]] },
            boundary: { boundary: [...(plan.boundary ?? []), deny] },
            session: { session: [...(plan.session ?? []), [deny]] },
            scps: { scps: [...(plan.scps ?? []), [deny]] },
            resource: { resource: [...(plan.resource ?? []), { ...deny, Principal: '*' }] },
          };
          expect(evaluate(request, compiled({ ...plan, ...extra[where] }))).toMatchObject({
            effect: 'Deny',
            explicit: true,
          });
        },
      ),
    );
  });

  test('the order of statements and policies never matters', () => {
    fc.assert(
      fc.property(requests, plans, (request, plan) => {
        const turned = <Value>(list: readonly Value[]): Value[] => list.toReversed();
        const other: Plan = {
          identity: turned(plan.identity.map(turned)),
          boundary: plan.boundary && turned(plan.boundary),
          session: plan.session && turned(plan.session.map(turned)),
          resource: plan.resource && turned(plan.resource),
          scps: plan.scps && turned(plan.scps.map(turned)),
        };
        const { effect, explicit, by } = evaluate(request, compiled(plan));
        expect(evaluate(request, compiled(other))).toMatchObject({ effect, explicit, by });
      }),
    );
  });

  test('one policy of many statements decides as many policies of one', () => {
    fc.assert(
      fc.property(requests, fc.array(plain, { minLength: 4, maxLength: 8 }), (request, many) => {
        const together = evaluate(request, { identity: [policy('identity', many)] });
        const apart = evaluate(request, { identity: many.map((one) => policy('identity', one)) });
        expect([together.effect, together.explicit, together.statements.length]).toEqual([
          apart.effect,
          apart.explicit,
          apart.statements.length,
        ]);
      }),
      { numRuns: 300 },
    );
  });

  test('a session may do no more than it could without its session policies', () => {
    fc.assert(
      fc.property(requests, plans, statements('session'), (request, plan, extra) => {
        const principal = session;
        const parent = { ...plan, session: undefined };
        const child = { ...plan, session: [...(plan.session ?? []), extra] };
        const asked = { ...request, principal };
        expect(!allows(asked, child) || allows(asked, parent)).toBe(true);
      }),
    );
  });

  test('a boundary caps what identity policies give', () => {
    fc.assert(
      fc.property(requests, plans, statements('boundary'), (request, plan, boundary) => {
        fc.pre(request.principal.type !== 'Root');
        const capped: Plan = { ...plan, resource: undefined, boundary };
        const boundaryAlone: Plan = {
          identity: [boundary],
          boundary: undefined,
          session: undefined,
          resource: undefined,
          scps: undefined,
        };
        const asked = { ...request, resourceAccount: undefined, principal: session };
        expect(!allows(asked, capped) || allows(asked, boundaryAlone)).toBe(true);
        expect(!allows(request, { ...plan, boundary }) || allows(request, { ...plan, boundary: undefined })).toBe(true);
      }),
    );
  });

  test('without any policy only root may do anything, and only at home', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const home = request.principal.type === 'Root' && request.resourceAccount === undefined;
        expect(evaluate(request, { identity: [] }).effect).toBe(home ? 'Allow' : 'Deny');
      }),
    );
  });

  test('deciding twice gives the same; a matched Deny is named, a missing Allow names nothing', () => {
    fc.assert(
      fc.property(requests, plans, (request, plan) => {
        const policies = compiled(plan);
        const decision = evaluate(request, policies);
        expect(evaluate(request, policies)).toEqual(decision);
        const named = decision.statements.length > 0;
        const implicit = decision.effect === 'Deny' && !decision.explicit;
        const matched = decision.explicit && decision.by !== 'scp';
        expect({ implicitNames: implicit && named, matchedIsSilent: matched && !named }).toEqual({
          implicitNames: false,
          matchedIsSilent: false,
        });
      }),
    );
  });
});
