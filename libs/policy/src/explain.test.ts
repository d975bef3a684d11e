import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compilePolicy, type CompiledPolicy, type StatementRef } from './compile.js';
import type { Decision } from './decision.js';
import { type AuthorizationRequest, evaluate, type PolicySet } from './evaluate.js';
import { explain } from './explain.js';
import { alice, allowAll, allowOther, BUCKET, denyAll, OBJECT, policy, request, root, session } from './fixtures.js';
import { worldFrom } from './proof/arbitraries.testing.js';
import { drawn } from './proof/drawn.testing.js';
import { counted, TIME } from './proof/long.testing.js';
import { compiledPlan } from './proof/plan.testing.js';

const named = (refs: readonly StatementRef[]): string[] => refs.map(({ type, index }) => `${type}#${index}`);

const isAmong = (refs: readonly StatementRef[], { type, policy: id, index }: StatementRef): boolean =>
  refs.some((ref) => ref.type === type && ref.policy === id && ref.index === index);

/** The same policies with only the named statements left in them. */
function only(policies: PolicySet, refs: readonly StatementRef[]): PolicySet {
  const cut = (one: CompiledPolicy): CompiledPolicy => {
    const { id, type, document } = one;
    if (document === undefined) throw new Error('the policy has no document');
    const kept = document.statements.filter(({ index, sid }) => isAmong(refs, { policy: id, type, index, sid }));
    return compilePolicy({ ...document, statements: kept }, { id, type });
  };
  const levels = (all: PolicySet['scps']) => all?.map((level) => level.map(cut));
  const { identity, boundary, session: sessions, resource, scps, rcps } = policies;
  return {
    identity: identity.map(cut),
    boundary: boundary && cut(boundary),
    session: sessions?.map(cut),
    resource: resource && cut(resource),
    scps: levels(scps),
    rcps: levels(rcps),
  };
}

/** A Deny statement and an organization without an Allow look alike, but for the statement. */
const core = ({ effect, explicit, by, statements }: Decision) => ({
  effect,
  explicit,
  by,
  byStatement: effect === 'Deny' && statements.length > 0,
});

function subsets<Item>(items: readonly Item[], size: number): Item[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, at) => subsets(items.slice(at + 1), size - 1).map((rest) => [item, ...rest]));
}

function everyStatement(policies: PolicySet, asked: AuthorizationRequest): StatementRef[] {
  const all = explain(asked, policies).policies.flatMap(({ statements }) => statements.map(({ ref }) => ref));
  return all.filter((ref, at) => all.findIndex((other) => isAmong([other], ref)) === at);
}

const worlds = drawn(worldFrom);

describe('the named statements', () => {
  test(
    'alone reproduce the decision, whatever it was',
    () => {
      fc.assert(
        fc.property(worlds, ({ request: asked, plan }) => {
          const policies = compiledPlan(plan);
          const { decision, minimal } = explain(asked, policies);
          expect(decision).toEqual(evaluate(asked, policies));
          expect(core(evaluate(asked, only(policies, minimal)))).toEqual(core(decision));
        }),
        { numRuns: counted(300, 100_000) },
      );
    },
    TIME,
  );

  test(
    'are the fewest that do',
    () => {
      fc.assert(
        fc.property(worlds, ({ request: asked, plan }) => {
          const policies = compiledPlan(plan);
          const { decision, minimal } = explain(asked, policies);
          const all = everyStatement(policies, asked);
          fc.pre(minimal.length > 0 && all.length <= 9);
          for (const fewer of subsets(all, minimal.length - 1)) {
            expect(core(evaluate(asked, only(policies, fewer)))).not.toEqual(core(decision));
          }
        }),
        { numRuns: counted(60, 10_000) },
      );
    },
    TIME,
  );

  test.each<[string, Partial<PolicySet>, string[]]>([
    ['one of several that allow', { identity: [policy('identity', [allowAll, allowAll])] }, ['identity#0']],
    ['one of several that deny', { identity: [policy('identity', [allowAll, denyAll, denyAll])] }, ['identity#1']],
    ['none where nothing allows', { identity: [policy('identity', allowOther)] }, []],
    [
      'what was allowed before the boundary was not',
      { identity: [policy('identity', [allowOther, allowAll])], boundary: policy('boundary', allowOther) },
      ['identity#1'],
    ],
    [
      'one of each type that has to allow',
      {
        identity: [policy('identity', allowAll)],
        boundary: policy('boundary', [allowOther, allowAll]),
        scps: [[policy('scp', allowAll)], [policy('scp', [allowOther, allowAll])]],
      },
      ['scp#0', 'scp#1', 'identity#0', 'boundary#1'],
    ],
  ])('%s', (_name, policies, expected) => {
    expect(named(explain(request(alice), { identity: [], ...policies }).minimal)).toEqual(expected);
  });

  test('of a resource policy that names the user, nothing else is needed (requirements-4 8.2)', () => {
    const resource = policy('resource', { ...allowAll, Principal: { AWS: alice.arn } });
    const policies = { identity: [policy('identity', allowAll)], boundary: policy('boundary', allowAll), resource };
    expect(named(explain(request(alice), policies).minimal)).toEqual(['resource#0']);
  });

  test('the root user needs none', () => {
    expect(explain(request(root), { identity: [] }).minimal).toEqual([]);
  });
});

describe('the trace', () => {
  const identity = policy('identity', [
    {
      Sid: 'Home',
      Effect: 'Allow',
      Action: ['s3:Put*', 's3:Get*'],
      Resource: ['arn:aws:s3:::other/*', `${BUCKET}/*`],
      Condition: {
        StringEquals: { 'aws:PrincipalTag/Team': ['red', '${aws:ResourceTag/Team}'] },
        NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' },
        'ForAnyValue:StringLike': { 'aws:TagKeys': 'x*' },
        Null: { 'aws:Referer': 'true' },
      },
    },
    { Effect: 'Deny', NotAction: 's3:GetObject', NotResource: OBJECT },
  ]);
  const context = { 'AWS:principaltag/team': 'blue', 'aws:ResourceTag/Team': 'blue', 'aws:TagKeys': [] };
  const { policies } = explain(request(alice, { context }), { identity: [identity] });
  const [home, denial] = policies[0]?.statements ?? [];

  test('says which value of action and resource matched', () => {
    expect(home).toMatchObject({
      matched: false,
      effect: 'Allow',
      principal: undefined,
      action: { matched: true, by: 's3:Get*' },
      resource: { matched: true, by: `${BUCKET}/*` },
    });
    expect(denial).toMatchObject({
      matched: false,
      action: { matched: false, by: 's3:GetObject' },
      resource: { matched: false, by: OBJECT },
    });
  });

  test('says of each condition what it wanted, what there was, and what came of it', () => {
    expect(home?.conditions).toEqual([
      {
        operator: 'StringEquals',
        key: 'aws:PrincipalTag/Team',
        values: ['red', '${aws:ResourceTag/Team}'],
        resolved: ['red', 'blue'],
        given: 'blue',
        holds: true,
        because: 'value',
      },
      {
        operator: 'NumericLessThan',
        key: 'aws:MultiFactorAuthAge',
        values: ['3600'],
        resolved: ['3600'],
        given: undefined,
        holds: false,
        because: 'missing',
      },
      {
        operator: 'ForAnyValue:StringLike',
        key: 'aws:TagKeys',
        values: ['x*'],
        resolved: ['x*'],
        given: [],
        holds: false,
        because: 'empty',
      },
      {
        operator: 'Null',
        key: 'aws:Referer',
        values: ['true'],
        resolved: ['true'],
        given: undefined,
        holds: true,
        because: 'missing',
      },
    ]);
  });

  test('says that no value of action and resource matched, and what that comes to', () => {
    const elsewhere = policy('identity', [
      { Effect: 'Allow', Action: 's3:Put*', Resource: 'arn:aws:s3:::other/*' },
      { Effect: 'Deny', NotAction: 's3:Put*', NotResource: 'arn:aws:s3:::other/*' },
      { Effect: 'Allow', Action: ['iam:*', '*:*'], Resource: '*' },
    ]);
    const asked = request(alice, { action: 'NoService' });
    const told = explain(asked, { identity: [elsewhere] }).policies[0]?.statements;
    expect(told?.map(({ action, resource }) => [action, resource])).toEqual([
      [
        { matched: false, by: undefined },
        { matched: false, by: undefined },
      ],
      [
        { matched: true, by: undefined },
        { matched: true, by: undefined },
      ],
      [
        { matched: true, by: '*:*' },
        { matched: true, by: '*' },
      ],
    ]);
  });

  test('leaves variables as they are written where they are not filled in (requirements-4 VAR-4, ELM-1)', () => {
    const Condition = { StringEquals: { k: '${aws:username}' }, NumericEquals: { k: '${aws:username}' } };
    const resolved = (version: string) => {
      const asked = [policy('identity', { ...allowAll, Condition }, version)];
      return explain(request(alice), { identity: asked }).policies[0]?.statements[0]?.conditions.map(
        (one) => one.resolved[0],
      );
    };
    expect(resolved('2012-10-17')).toEqual(['alice', '${aws:username}']);
    expect(resolved('2008-10-17')).toEqual(['${aws:username}', '${aws:username}']);
  });

  test('has nothing of what an earlier request said', () => {
    const given = (asked: AuthorizationRequest) =>
      explain(asked, { identity: [identity] }).policies[0]?.statements[0]?.conditions[0]?.given;
    expect(given(request(alice, { context: { 'aws:PrincipalTag/Team': 'red' } }))).toBe('red');
    expect(given(request(alice))).toBeUndefined();
  });

  test.each(['resource', 'trust'] as const)('of a %s policy that names nobody, no statement matches', (type) => {
    const { document } = policy('identity', allowAll);
    if (document === undefined) throw new Error('no document');
    const resource = compilePolicy(document, { id: 'nobody', type });
    const { policies: traced } = explain(request(alice), { identity: [], resource });
    expect(traced[0]?.statements[0]).toMatchObject({ matched: false, principal: undefined });
  });

  test('of an identity policy with principals, only what names the principal matches', () => {
    const { document } = policy('resource', [
      { ...allowAll, Principal: { AWS: session.arn } },
      { ...allowAll, Principal: { AWS: alice.arn } },
    ]);
    if (document === undefined) throw new Error('no document');
    const named = compilePolicy(document, { id: 'odd', type: 'identity' });
    const { policies: traced, minimal } = explain(request(alice), { identity: [named] });
    expect(traced[0]?.statements.map(({ matched }) => matched)).toEqual([false, true]);
    expect(minimal.map(({ index }) => index)).toEqual([1]);
  });

  test('says where each statement stands', () => {
    const [first] = identity.document?.statements ?? [];
    expect(home?.position).toEqual(first?.position);
    expect(home?.end).toEqual(first?.end);
    expect(home?.ref).toEqual({ policy: 'identity-policy', type: 'identity', index: 0, sid: 'Home' });
  });

  test('says how a statement names the principal', () => {
    const resource = policy('resource', [
      { ...allowAll, Principal: { AWS: [session.account, session.roleArn] } },
      { ...allowAll, Principal: '*' },
      { ...allowAll, Principal: { AWS: alice.arn } },
      { ...denyAll, NotPrincipal: { AWS: session.arn } },
    ]);
    const { policies: traced } = explain(request(session), { identity: [], resource });
    expect(traced[0]?.statements.map(({ principal, matched }) => [principal, matched])).toEqual([
      [{ matched: true, as: ['account', 'origin'] }, true],
      [{ matched: true, as: ['everyone'] }, true],
      [{ matched: false, as: [] }, false],
      [{ matched: true, as: ['exact'] }, true],
    ]);
  });

  test('has every policy, and the levels of the organization', () => {
    const scp = policy('scp', allowAll);
    const all = { identity: [identity], boundary: policy('boundary', allowAll), scps: [[scp], [scp, scp]] };
    const told = explain(request(alice), all).policies.map(({ type, level }) => [type, level]);
    expect(told).toEqual([
      ['scp', 0],
      ['scp', 1],
      ['scp', 1],
      ['identity', undefined],
      ['boundary', undefined],
    ]);
  });

  test('of a policy without its document has no statements; the decision and its minimum are the same', () => {
    const { document } = identity;
    if (document === undefined) throw new Error('no document');
    const lean = compilePolicy(document, { id: 'lean', type: 'identity', explainable: false });
    const denied = explain(request(alice, { action: 'iam:GetUser', resource: '*' }), { identity: [lean] });
    expect(denied.policies).toEqual([{ policy: 'lean', type: 'identity', level: undefined, statements: [] }]);
    expect(named(denied.minimal)).toEqual(['identity#1']);
  });

  test('reads a context whose values change with every look once', () => {
    let looks = 0;
    const moving = {
      get 'aws:ResourceTag/Team'() {
        looks += 1;
        return `blue${looks}`;
      },
    };
    const told = explain(request(alice, { context: moving }), { identity: [identity] });
    expect(told.policies[0]?.statements[0]?.conditions[0]?.resolved).toEqual(['red', 'blue1']);
  });
});

test('a request that makes no sense is denied without any statement', () => {
  const { decision, minimal } = explain(request(alice, { resource: 'nonsense' }), {
    identity: [policy('identity', allowAll)],
  });
  expect(core(decision)).toEqual({ effect: 'Deny', explicit: false, by: undefined, byStatement: false });
  expect(minimal).toEqual([]);
});
