import { describe, expect, test } from '@jest/globals';
import type { PolicySet } from './evaluate.js';
import { explain } from './explain.js';
import {
  ACCOUNT,
  alice,
  allowAll,
  allowOther,
  federated,
  OTHER_ACCOUNT,
  policy,
  request,
  root,
  service,
  session,
} from './fixtures.js';
import type { Principal } from './principal.js';

const identity = [policy('identity', [allowOther, allowAll])];
const boundary = policy('boundary', [allowOther, allowAll]);
const scps = [[policy('scp', allowAll)]];
const rcps = [[policy('rcp', { ...allowAll, Principal: '*' })]];
const foreign: Principal = { ...federated, arn: `${federated.arn}2`, userArn: root.arn };

/** The policy of the resource that allows whom it names, in its second statement. */
function sharedWith(Principal: unknown, type: 'resource' | 'trust' = 'resource') {
  const statement = type === 'trust' ? { Effect: 'Allow', Action: 'sts:AssumeRole' } : allowAll;
  return policy(type, [
    { ...statement, Principal: { Service: 'other.amazonaws.com' } },
    { ...statement, Principal },
  ]);
}

function needed(principal: Principal, policies: Partial<PolicySet>, resourceAccount?: string): unknown[] {
  const action = policies.resource?.type === 'trust' ? 'sts:AssumeRole' : 's3:GetObject';
  const asked = request(principal, { action, resourceAccount });
  const { decision, minimal } = explain(asked, { identity: [], ...policies });
  return [decision.effect, decision.by, ...minimal.map(({ type, index }) => `${type}#${index}`)];
}

describe('the fewest statements that allow', () => {
  test.each<[string, Principal, Partial<PolicySet>, string[]]>([
    [
      'a resource policy that names the account stands for nothing (requirements-4 8.2)',
      alice,
      { identity, resource: sharedWith({ AWS: ACCOUNT }) },
      ['identity#1'],
    ],
    [
      'one that names the role stands for the identity policies, not for the limits',
      session,
      { identity, boundary, resource: sharedWith({ AWS: session.roleArn }) },
      ['resource#1', 'boundary#1'],
    ],
    [
      'one that names everybody stands for all',
      alice,
      { identity, boundary, resource: sharedWith('*') },
      ['resource#1'],
    ],
    [
      'a trust policy has to name the principal as well',
      alice,
      { identity, resource: sharedWith({ AWS: ACCOUNT }, 'trust') },
      ['trust#1', 'identity#1'],
    ],
    [
      'a trust policy is all the root user needs',
      root,
      { resource: sharedWith({ AWS: ACCOUNT }, 'trust') },
      ['trust#1'],
    ],
    ['the root user needs no other resource policy', root, { resource: sharedWith('*') }, []],
    [
      'a service needs the resource policy and the organization of the resource',
      service,
      { identity, scps, rcps, resource: sharedWith({ Service: service.names[1] }) },
      ['rcp#0', 'resource#1'],
    ],
    [
      'a federated session needs its own policies beside those of its user',
      federated,
      { identity, session: [policy('session', [allowOther, allowAll])] },
      ['identity#1', 'session#1'],
    ],
    [
      'a federated session of the root user needs its own policies',
      { ...federated, userArn: root.arn },
      { session: [policy('session', [allowOther, allowAll])] },
      ['session#1'],
    ],
    ['a session without policies of its own needs none', session, { identity, session: [] }, ['identity#1']],
  ])('%s', (_name, principal, policies, expected) => {
    expect(needed(principal, policies)).toEqual(['Allow', undefined, ...expected]);
  });

  test('from another account both sides are needed, however closely the principal is named', () => {
    const policies = { identity, boundary, resource: sharedWith({ AWS: alice.arn }) };
    expect(needed(alice, policies, OTHER_ACCOUNT)).toEqual([
      'Allow',
      undefined,
      'identity#1',
      'boundary#1',
      'resource#1',
    ]);
  });
});

describe('the fewest statements up to a denial', () => {
  test('what makes no sense is denied without any, whatever would allow', () => {
    const asked = request(alice, { resource: 'nonsense' });
    expect(explain(asked, { identity, boundary }).minimal).toEqual([]);
  });

  test('what the own account allowed before the resource policy did not', () => {
    const elsewhere = { identity, boundary, resource: sharedWith({ AWS: root.arn.replace(ACCOUNT, OTHER_ACCOUNT) }) };
    expect(needed(alice, elsewhere, OTHER_ACCOUNT)).toEqual(['Deny', 'resource', 'identity#1', 'boundary#1']);
    expect(needed(alice, { identity }, OTHER_ACCOUNT)).toEqual(['Deny', 'resource', 'identity#1']);
  });

  test('what a session of the root user was allowed before the resource policy did not', () => {
    const policies = { session: [policy('session', [allowOther, allowAll])] };
    expect(needed(foreign, policies, OTHER_ACCOUNT)).toEqual(['Deny', 'resource', 'session#1']);
  });

  test('nothing of a level of the organization, where another one is silent', () => {
    const levels = [[policy('scp', allowAll)], [policy('scp', allowOther)]];
    expect(needed(alice, { identity, scps: levels })).toEqual(['Deny', 'scp']);
    const later = [[policy('rcp', { ...allowOther, Principal: '*' })]];
    expect(needed(alice, { identity, scps, rcps: later })).toEqual(['Deny', 'rcp', 'scp#0']);
  });

  test('nothing where the trust policy names nobody', () => {
    const policies = { identity, boundary, resource: sharedWith({ AWS: OTHER_ACCOUNT }, 'trust') };
    expect(needed(alice, policies)).toEqual(['Deny', 'trust']);
  });
});
