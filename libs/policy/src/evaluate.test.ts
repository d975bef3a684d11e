import { describe, expect, test } from '@jest/globals';
import type { CompiledPolicy } from './compile.js';
import { evaluate, type PolicySet } from './evaluate.js';
import {
  ACCOUNT,
  alice,
  allowAll,
  allowOther,
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
  webIdentity,
  type Statement,
} from './fixtures.js';
import type { Principal } from './principal.js';

const silentPolicies: Partial<PolicySet> = {
  identity: [policy('identity', allowOther)],
  boundary: policy('boundary', allowOther),
  session: [policy('session', allowOther)],
};

function grant(Principal: unknown, more: Statement = {}): CompiledPolicy {
  return policy('resource', { Effect: 'Allow', Action: 's3:GetObject', Resource: `${BUCKET}/*`, Principal, ...more });
}

describe('what an Allow in the resource policy bypasses, same account (requirements-4 8.2)', () => {
  const noSession: Partial<PolicySet> = { ...silentPolicies, session: undefined };
  test.each<[string, Principal, Partial<PolicySet>, unknown, string]>([
    ['role session by role ARN', session, silentPolicies, { AWS: session.roleArn }, 'Deny by boundary'],
    ['role session by role id', session, silentPolicies, { AWS: session.roleId }, 'Deny by boundary'],
    ['role session by session ARN', session, silentPolicies, { AWS: session.arn }, 'Allow'],
    ['IAM user by user ARN', alice, noSession, { AWS: alice.arn }, 'Allow'],
    ['IAM user by user id', alice, noSession, { AWS: alice.userId }, 'Allow'],
    ['federated session by user ARN', federated, silentPolicies, { AWS: federated.userArn }, 'Deny by boundary'],
    ['federated session by its own ARN', federated, silentPolicies, { AWS: federated.arn }, 'Allow'],
    ['root user by root ARN', root, {}, { AWS: root.arn }, 'Allow'],
    ['root user by nothing', root, {}, { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` }, 'Allow'],
    ['service principal', service, {}, { Service: 'logs.amazonaws.com' }, 'Allow'],
    ['role session by *', session, silentPolicies, '*', 'Allow'],
    ['IAM user by * (ruling 36)', alice, noSession, '*', 'Allow'],
    ['federated session by *', federated, silentPolicies, { AWS: '*' }, 'Allow'],
    ['IAM user by account: delegation only (ruling 35)', alice, noSession, { AWS: ACCOUNT }, 'Deny by identity'],
    [
      'role session by account root ARN: delegation only (ruling 35)',
      session,
      silentPolicies,
      { AWS: root.arn },
      'Deny by identity',
    ],
  ])('%s', (_name, principal, policies, named, expected) => {
    expect(outcome(request(principal), { ...policies, resource: grant(named) })).toBe(expected);
  });

  test('`*` with aws:PrincipalArn grants more than naming the role (requirements-4 PRI-10)', () => {
    const resource = grant('*', { Condition: { ArnEquals: { 'aws:PrincipalArn': session.roleArn } } });
    expect(outcome(request(session), { ...silentPolicies, resource })).toBe('Allow');
    expect(outcome(request(alice), { ...silentPolicies, resource })).toBe('Deny by identity');
  });

  test('a role or user ARN replaces the identity Allow only (requirements-4 EVL-17)', () => {
    const open = {
      identity: [policy('identity', allowOther)],
      boundary: policy('boundary', allowAll),
      session: [policy('session', allowAll)],
    };
    expect(outcome(request(session), { ...open, resource: grant({ AWS: session.roleArn }) })).toBe('Allow');
    expect(outcome(request(federated), { ...open, resource: grant({ AWS: federated.userArn }) })).toBe('Allow');
    expect(
      outcome(request(session), {
        ...open,
        session: silentPolicies.session,
        resource: grant({ AWS: session.roleArn }),
      }),
    ).toBe('Deny by session');
  });

  test.each(['identity', 'boundary', 'session'] as const)(
    'an explicit deny in the %s policy beats every grant',
    (type) => {
      const denying = policy(type, [allowAll, denyAll]);
      const policies = { ...silentPolicies, [type]: type === 'boundary' ? denying : [denying] };
      for (const named of [{ AWS: session.arn }, { AWS: session.roleArn }, '*']) {
        expect(outcome(request(session), { ...policies, resource: grant(named) })).toBe(`Explicit by ${type}`);
      }
    },
  );

  test('a service control policy without an Allow beats every grant, and counts as explicit', () => {
    const scps = [[policy('scp', allowAll)], [policy('scp', allowOther)]];
    for (const principal of [root, alice, session, federated]) {
      expect(
        outcome(request(principal), { identity: [policy('identity', allowAll)], scps, resource: grant('*') }),
      ).toBe('Explicit by scp');
    }
  });
});

describe('identity policies, boundary and session policies', () => {
  test.each<[string, Principal, Partial<PolicySet>, string]>([
    ['nothing allows', alice, {}, 'Deny by identity'],
    ['root needs nothing (EVL-1)', root, {}, 'Allow'],
    [
      'user and group are one (EVL-8)',
      alice,
      { identity: [policy('identity', allowOther), policy('identity', allowAll)] },
      'Allow',
    ],
    [
      'a deny in any beats an allow in any (EVL-2)',
      alice,
      { identity: [policy('identity', allowAll), policy('identity', denyAll)] },
      'Explicit by identity',
    ],
    [
      'the boundary narrows (EVL-10)',
      alice,
      { identity: [policy('identity', allowAll)], boundary: policy('boundary', allowOther) },
      'Deny by boundary',
    ],
    ['the boundary grants nothing (EVL-7)', alice, { boundary: policy('boundary', allowAll) }, 'Deny by identity'],
    [
      'a session without policies has what the role has',
      session,
      { identity: [policy('identity', allowAll)] },
      'Allow',
    ],
    ['an empty list is no session policy', session, { identity: [policy('identity', allowAll)], session: [] }, 'Allow'],
    [
      'session policies narrow (EVL-9)',
      session,
      { identity: [policy('identity', allowAll)], session: [policy('session', allowOther)] },
      'Deny by session',
    ],
    [
      'one session policy that allows is enough',
      session,
      {
        identity: [policy('identity', allowAll)],
        session: [policy('session', allowOther), policy('session', allowAll)],
      },
      'Allow',
    ],
    ['session policies grant nothing', session, { session: [policy('session', allowAll)] }, 'Deny by identity'],
    [
      'a federated session without policies can do nothing',
      federated,
      { identity: [policy('identity', allowAll)] },
      'Deny by session',
    ],
    [
      'a federated session has user and session policies',
      federated,
      { identity: [policy('identity', allowAll)], session: [policy('session', allowAll)] },
      'Allow',
    ],
    [
      'service control policies narrow',
      alice,
      { identity: [policy('identity', allowAll)], scps: [[policy('scp', allowOther)]] },
      'Explicit by scp',
    ],
    ['they bind root (EVL-6)', root, { scps: [[policy('scp', [allowAll, denyAll])]] }, 'Explicit by scp'],
    ['a level without policies allows nothing', root, { scps: [[]] }, 'Explicit by scp'],
    ['without levels none applies (ruling 40)', root, { scps: [] }, 'Allow'],
  ])('%s', (_name, principal, policies, expected) => {
    expect(outcome(request(principal), policies)).toBe(expected);
  });

  test('a session that root federated has what its session policy has', () => {
    const byRoot = { ...federated, userArn: root.arn, userId: ACCOUNT };
    expect(outcome(request(byRoot), { session: [policy('session', allowAll)] })).toBe('Allow');
    expect(outcome(request(byRoot), { session: [policy('session', allowOther)] })).toBe('Deny by session');
    expect(outcome(request(byRoot), {})).toBe('Deny by session');
  });

  test('a boundary with buckets and logs does not allow what only the identity policy names (requirements-2 section 17)', () => {
    const boundary = policy('boundary', { Effect: 'Allow', Action: ['s3:*', 'cloudwatch:*', 'ec2:*'], Resource: '*' });
    const identity = [policy('identity', { Effect: 'Allow', Action: 'iam:CreateUser', Resource: '*' })];
    const asked = request(alice, { action: 'iam:CreateUser', resource: `arn:aws:iam::${ACCOUNT}:user/x` });
    expect(outcome(asked, { identity, boundary })).toBe('Deny by boundary');
    expect(outcome(request(alice), { identity, boundary })).toBe('Deny by identity');
  });
});

describe('worked examples (requirements-4 EVL-18)', () => {
  const carlos: Principal = { ...alice, arn: `arn:aws:iam::${ACCOUNT}:user/carlossalazar`, userName: 'carlossalazar' };
  const identity = [
    policy('identity', [
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::*' },
      { Effect: 'Allow', Action: 's3:*', Resource: ['arn:aws:s3:::carlossalazar', 'arn:aws:s3:::carlossalazar/*'] },
      { Effect: 'Deny', Action: 's3:*', Resource: ['arn:aws:s3:::*log*', 'arn:aws:s3:::*log*/*'] },
    ]),
  ];

  test('Carlos reads his bucket and no logs', () => {
    const resource = policy('resource', {
      Effect: 'Allow',
      Principal: { AWS: carlos.arn },
      Action: 's3:*',
      Resource: '*',
    });
    expect(outcome(request(carlos, { resource: 'arn:aws:s3:::carlossalazar/file' }), { identity })).toBe('Allow');
    expect(outcome(request(carlos, { resource: 'arn:aws:s3:::carlossalazar-logs/file' }), { identity, resource })).toBe(
      'Explicit by identity',
    );
  });

  test('across accounts both sides have to allow', () => {
    const reader = [
      policy('identity', [
        { Effect: 'Allow', Action: 's3:*Object', Resource: 'arn:aws:s3:::Production/*' },
        { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::*' },
        { Effect: 'Deny', Action: 's3:*', Resource: ['arn:aws:s3:::*log*', 'arn:aws:s3:::*log*/*'] },
      ]),
    ];
    const resource = policy('resource', {
      Effect: 'Allow',
      Principal: { AWS: carlos.arn },
      Action: ['s3:GetObject*', 's3:PutObject*'],
      Resource: '*',
    });
    const into = (bucket: string) =>
      request(carlos, {
        action: 's3:PutObject',
        resource: `arn:aws:s3:::${bucket}/file`,
        resourceAccount: OTHER_ACCOUNT,
      });
    expect(outcome(into('Production'), { identity: reader, resource })).toBe('Allow');
    expect(outcome(into('Production-logs'), { identity: reader, resource })).toBe('Explicit by identity');
  });

  test('one missing and one explicit denial', () => {
    const limited = [
      policy('identity', { Effect: 'Allow', Action: ['iam:Generate*', 's3:*'], Resource: '*' }),
      policy('identity', { Effect: 'Deny', Action: 'iam:*Report', Resource: '*' }),
    ];
    const asked = (action: string) => request(alice, { action, resource: '*' });
    expect(outcome(asked('iam:CreatePolicy'), { identity: limited })).toBe('Deny by identity');
    expect(outcome(asked('iam:GenerateCredentialReport'), { identity: limited })).toBe('Explicit by identity');
  });
});

describe('across accounts (requirements-4 EVL-3, EVL-16)', () => {
  const elsewhere = (principal: Principal) => request(principal, { resourceAccount: OTHER_ACCOUNT });
  const open: Partial<PolicySet> = { identity: [policy('identity', allowAll)] };

  test.each<[string, Principal, Partial<PolicySet>, unknown, string]>([
    ['account and identity allow', alice, open, { AWS: ACCOUNT }, 'Allow'],
    ['user ARN and identity allow', alice, open, { AWS: alice.arn }, 'Allow'],
    ['role ARN and identity allow', session, open, { AWS: session.roleArn }, 'Allow'],
    ['everyone and identity allow', alice, open, '*', 'Allow'],
    ['the resource names someone else', alice, open, { AWS: OTHER_ACCOUNT }, 'Deny by resource'],
    ['the resource alone (user ARN)', alice, {}, { AWS: alice.arn }, 'Deny by identity'],
    ['the resource alone (everyone, PRI-15)', alice, {}, '*', 'Deny by identity'],
    ['a session ARN frees of nothing', session, silentPolicies, { AWS: session.arn }, 'Deny by identity'],
    [
      'the boundary counts',
      session,
      { ...open, boundary: policy('boundary', allowOther) },
      { AWS: session.arn },
      'Deny by boundary',
    ],
    [
      'session policies count',
      session,
      { ...open, session: [policy('session', allowOther)] },
      { AWS: session.arn },
      'Deny by session',
    ],
    [
      'service control policies count',
      alice,
      { ...open, scps: [[policy('scp', allowOther)]] },
      { AWS: alice.arn },
      'Explicit by scp',
    ],
    ['root has all its account can give', root, {}, { AWS: ACCOUNT }, 'Allow'],
    ['root is not root elsewhere', root, {}, { AWS: OTHER_ACCOUNT }, 'Deny by resource'],
  ])('%s: %s', (_name, principal, policies, named, expected) => {
    expect(outcome(elsewhere(principal), { ...policies, resource: grant(named) })).toBe(expected);
  });

  test('without a resource policy nothing is reachable', () => {
    expect(outcome(elsewhere(alice), open)).toBe('Deny by resource');
  });

  test('the owner is read from the ARN; `aws` of managed policies is nobody else (requirements-2 section 20)', () => {
    const on = (resource: string) => outcome(request(alice, { action: 'iam:GetPolicy', resource }), open);
    expect(on(`arn:aws:iam::${OTHER_ACCOUNT}:policy/x`)).toBe('Deny by resource');
    expect(on(`arn:aws:iam::${ACCOUNT}:policy/x`)).toBe('Allow');
    expect(on('arn:aws:iam::aws:policy/ReadOnlyAccess')).toBe('Allow');
    expect(on('*')).toBe('Allow');
  });
});

describe('trust policies (requirements-4 EVL-4, EVL-12, EVL-13)', () => {
  const role = `arn:aws:iam::${ACCOUNT}:role/Target`;
  const assume = (principal: Principal, account = ACCOUNT) =>
    request(principal, { action: 'sts:AssumeRole', resource: role.replace(ACCOUNT, account) });
  const trusting = (Principal: unknown, more: Statement = {}) =>
    policy('trust', { Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more });
  const may = { identity: [policy('identity', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: role })] };

  test.each<[string, Principal, Partial<PolicySet>, unknown, string]>([
    ['identity alone is not enough', alice, may, { AWS: OTHER_ACCOUNT }, 'Deny by trust'],
    ['root has to be named as well', root, {}, { AWS: alice.arn }, 'Deny by trust'],
    ['the account delegates', alice, may, { AWS: ACCOUNT }, 'Allow'],
    ['the account delegates, identity has to allow', alice, {}, { AWS: ACCOUNT }, 'Deny by identity'],
    ['the user is named', alice, {}, { AWS: alice.arn }, 'Allow'],
    ['the role of a session is named', session, {}, { AWS: session.roleArn }, 'Allow'],
    ['a service is named', service, {}, { Service: 'logs.us-east-1.amazonaws.com' }, 'Allow'],
    ['another service is named', service, {}, { Service: 'ec2.amazonaws.com' }, 'Deny by trust'],
  ])('%s', (_name, principal, policies, named, expected) => {
    expect(outcome(assume(principal), { ...policies, resource: trusting(named) })).toBe(expected);
  });

  test('across accounts the trust policy has to name the caller and the caller has to be allowed', () => {
    const target = role.replace(ACCOUNT, OTHER_ACCOUNT);
    const identity = [policy('identity', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: target })];
    expect(outcome(assume(alice, OTHER_ACCOUNT), { identity, resource: trusting({ AWS: ACCOUNT }) })).toBe('Allow');
    expect(outcome(assume(alice, OTHER_ACCOUNT), { identity, resource: trusting({ AWS: OTHER_ACCOUNT }) })).toBe(
      'Deny by trust',
    );
    expect(outcome(assume(alice, OTHER_ACCOUNT), { resource: trusting({ AWS: alice.arn }) })).toBe('Deny by identity');
  });

  test('conditions count (requirements-4 EVL-14)', () => {
    const resource = trusting(
      { AWS: alice.arn },
      { Condition: { StringEquals: { 'sts:ExternalId': 'secret-handshake' } } },
    );
    expect(outcome({ ...assume(alice), context: { 'sts:ExternalId': 'secret-handshake' } }, { resource })).toBe(
      'Allow',
    );
    expect(outcome(assume(alice), { resource })).toBe('Deny by trust');
  });

  test('web identities are named by their provider', () => {
    const action = 'sts:AssumeRoleWithWebIdentity';
    const resource = trusting({ Federated: webIdentity.provider }, { Action: action });
    expect(outcome({ ...assume(webIdentity), action }, { resource })).toBe('Allow');
    expect(outcome({ ...assume({ ...webIdentity, provider: 'accounts.google.com' }), action }, { resource })).toBe(
      'Deny by trust',
    );
    expect(outcome(assume(webIdentity), { resource })).toBe('Deny by trust');
  });
});

describe('determining statements', () => {
  const ref = (type: string, index: number, sid?: string) => ({ policy: `${type}-policy`, type, index, sid });

  test('every Allow that was needed', () => {
    const identity = [policy('identity', [allowOther, { ...allowAll, Sid: 'All' }])];
    const decision = evaluate(request(session), {
      identity,
      boundary: policy('boundary', allowAll),
      session: [policy('session', allowAll)],
    });
    expect(decision).toEqual({
      effect: 'Allow',
      explicit: false,
      by: undefined,
      statements: [ref('identity', 1, 'All'), ref('boundary', 0), ref('session', 0)],
    });
  });

  test('only the resource policy when it frees the principal of the others', () => {
    const decision = evaluate(request(alice), {
      identity: [policy('identity', allowAll)],
      resource: grant({ AWS: alice.arn }),
    });
    expect(decision.statements).toEqual([ref('resource', 0)]);
  });

  test('the Deny statements of the type that denied', () => {
    const identity = [policy('identity', [denyAll, allowAll, { ...denyAll, Sid: 'Second' }])];
    expect(evaluate(request(alice), { identity, boundary: policy('boundary', denyAll) })).toEqual({
      effect: 'Deny',
      explicit: true,
      by: 'identity',
      statements: [ref('identity', 0), ref('identity', 2, 'Second')],
    });
  });

  test('none for an implicit deny', () => {
    expect(evaluate(request(alice), { identity: [policy('identity', allowOther)] }).statements).toEqual([]);
  });
});
