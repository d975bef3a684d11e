import { describe, expect, test } from '@jest/globals';
import { compilePolicy, type CompiledPolicy } from './compile.js';
import {
  ACCOUNT,
  alice,
  allowAll,
  anonymous,
  BUCKET,
  denyAll,
  federated,
  OTHER_ACCOUNT,
  outcome,
  policy,
  request,
  root,
  service,
  session,
  type Statement,
} from './fixtures.js';
import { readPolicy } from './grammar/read-policy.js';
import type { Principal } from './principal.js';

function grant(Principal: unknown, more: Statement = {}): CompiledPolicy {
  return policy('resource', { Effect: 'Allow', Action: 's3:GetObject', Resource: `${BUCKET}/*`, Principal, ...more });
}

describe('callers without policies', () => {
  test.each<[Principal, unknown, string]>([
    [anonymous, '*', 'Allow'],
    [anonymous, { AWS: '*' }, 'Allow'],
    [anonymous, { AWS: ACCOUNT }, 'Deny by resource'],
    [service, '*', 'Allow'],
    [service, { Service: 'sns.amazonaws.com' }, 'Deny by resource'],
    [service, { AWS: ACCOUNT }, 'Deny by resource'],
  ])('$type under %j: %s', (principal, named, expected) => {
    expect(outcome(request(principal), { resource: grant(named) })).toBe(expected);
    expect(outcome(request(principal), { identity: [policy('identity', allowAll)] })).toBe('Deny by resource');
  });

  test('an explicit deny stops them too', () => {
    const resource = policy('resource', [
      { ...allowAll, Principal: '*' },
      { ...denyAll, Principal: { Service: service.names[0] } },
    ]);
    expect(outcome(request(service), { resource })).toBe('Explicit by resource');
    expect(outcome(request(anonymous), { resource })).toBe('Allow');
  });
});

describe('NotPrincipal (requirements-4 NPR-4, NPR-5)', () => {
  const all = (named: unknown) =>
    policy('resource', [
      { ...allowAll, Principal: '*' },
      { ...denyAll, NotPrincipal: named },
    ]);
  test.each<[string, Principal, unknown, string]>([
    ['user and account', alice, { AWS: [alice.arn, ACCOUNT] }, 'Allow'],
    ['user without account', alice, { AWS: alice.arn }, 'Explicit by resource'],
    ['account without user', alice, { AWS: ACCOUNT }, 'Explicit by resource'],
    ['session, role and account', session, { AWS: [session.arn, session.roleArn, root.arn] }, 'Allow'],
    ['role and account', session, { AWS: [session.roleArn, ACCOUNT] }, 'Explicit by resource'],
    ['session and account', session, { AWS: [session.arn, ACCOUNT] }, 'Explicit by resource'],
    ['federated session, user and account', federated, { AWS: [federated.arn, federated.userArn, ACCOUNT] }, 'Allow'],
    ['root', root, { AWS: ACCOUNT }, 'Allow'],
    ['root, not listed', root, { AWS: OTHER_ACCOUNT }, 'Explicit by resource'],
    ['service', service, { Service: 'logs.amazonaws.com' }, 'Allow'],
    ['service, not listed', service, { AWS: ACCOUNT }, 'Explicit by resource'],
    ['strangers', anonymous, { AWS: ACCOUNT }, 'Explicit by resource'],
    ['everyone', anonymous, '*', 'Allow'],
  ])('%s', (_name, principal, named, expected) => {
    expect(outcome(request(principal), { resource: all(named) })).toBe(expected);
  });

  test('the Deny only spares; somebody else has to allow', () => {
    const resource = policy('resource', { ...denyAll, NotPrincipal: { AWS: [alice.arn, ACCOUNT] } });
    expect(outcome(request(alice), { resource })).toBe('Deny by identity');
  });

  test('under Allow it grants nothing, even if a document with it came by another way', () => {
    const reading = readPolicy(
      JSON.stringify({ Statement: { ...denyAll, NotPrincipal: { AWS: OTHER_ACCOUNT } } }),
      'resource',
    );
    if (!reading.ok) throw new Error(reading.error.message);
    const statements = reading.policy.statements.map((statement) => ({ ...statement, effect: 'Allow' as const }));
    const resource = compilePolicy({ ...reading.policy, statements }, { id: 'odd', type: 'resource' });
    expect(outcome(request(alice), { resource })).toBe('Deny by identity');
    expect(outcome(request(anonymous), { resource })).toBe('Deny by resource');
  });
});

describe('a document that was read as another kind', () => {
  const compiled = (document: CompiledPolicy['document'], type: 'identity' | 'resource') => {
    if (document === undefined) throw new Error('no document');
    return compilePolicy(document, { id: 'odd', type });
  };

  test('an identity policy with principals is for those only', () => {
    const { document } = policy('resource', { ...allowAll, Principal: { AWS: session.arn } });
    const identity = [compiled(document, 'identity')];
    expect(outcome(request(alice), { identity })).toBe('Deny by identity');
    expect(outcome(request(session), { identity })).toBe('Allow');
  });

  test('a resource policy without principals allows nobody and denies everybody', () => {
    const allowing = compiled(policy('identity', allowAll).document, 'resource');
    const denying = compiled(policy('identity', denyAll).document, 'resource');
    expect(outcome(request(anonymous), { resource: allowing })).toBe('Deny by resource');
    expect(outcome(request(anonymous), { resource: denying })).toBe('Explicit by resource');
    expect(outcome(request(alice), { identity: [policy('identity', allowAll)], resource: denying })).toBe(
      'Explicit by resource',
    );
  });
});

test('a canonical user is none of the principals here, whatever the id looks like', () => {
  const ids = ['79a5', ACCOUNT, alice.userId];
  const resource = policy('resource', [
    { ...allowAll, Principal: '*' },
    { ...denyAll, Principal: { CanonicalUser: ids } },
  ]);
  expect([alice, root, anonymous].map((principal) => outcome(request(principal), { resource }))).toEqual([
    'Allow',
    'Allow',
    'Allow',
  ]);
});

describe('explicit denies name principals in every form (requirements-4 EVL-20)', () => {
  test.each<[Principal, unknown]>([
    [alice, { AWS: ACCOUNT }],
    [alice, { AWS: alice.userId }],
    [session, { AWS: session.roleArn }],
    [session, { AWS: root.arn }],
    [federated, { AWS: federated.userArn }],
    [root, { AWS: root.arn }],
  ])('$type by %j', (principal, named) => {
    const resource = policy('resource', { ...denyAll, Principal: named });
    expect(outcome(request(principal), { identity: [policy('identity', allowAll)], resource })).toBe(
      'Explicit by resource',
    );
  });
});
