import { describe, expect, test } from '@jest/globals';
import type { DirectoryEvent, PlatformEvent } from '@muniment/directory/contract';
import type { Caller } from '@muniment/kernel';
import { compilePolicy, evaluate, type PolicyDocument, type PolicyType } from '@muniment/policy';
import fc from 'fast-check';
import {
  Accounts,
  account,
  allow,
  attached,
  groupCreated,
  inline,
  now,
  other,
  policyArn,
  policyCreated,
  roleCalls,
  roleCreated,
  userArn,
  userCalls,
  userCreated,
} from './accounts.testing.js';
import { Decisions } from './decisions.js';
import { readStored } from './documents.js';

/** 100 faults of each kind, 600 in all (reliability-security S30). */
const RUNS = { numRuns: 100 };

const calls = fc.constantFrom<Caller>(
  userCalls('alice'),
  roleCalls('Admin'),
  roleCalls('Admin', { policy: allow('*') }),
  roleCalls('Admin', { policyArns: [policyArn('all')] }),
);

/** Alice, by herself and by a group, and a role: each may do everything. */
function everythingAllowed(...more: readonly DirectoryEvent[]): { accounts: Accounts; decisions: Decisions } {
  const accounts = new Accounts();
  accounts.happen(
    account,
    policyCreated('all', allow('*')),
    userCreated('alice', { boundary: policyArn('all') }),
    inline('User', 'alice', 'own', allow('*')),
    groupCreated('admins'),
    attached('Group', 'admins', policyArn('all')),
    { type: 'UserJoinedGroup', data: { userId: 'AIDAalice', groupId: 'AGPAadmins' } },
    roleCreated('Admin', { boundary: policyArn('all') }),
    inline('Role', 'Admin', 'own', allow('*')),
    ...more,
  );
  return { accounts, decisions: new Decisions({ from: accounts.reader }) };
}

/** The account in an organization whose policies leave everything as it is. */
const organized: readonly PlatformEvent[] = [
  {
    type: 'OrganizationCreated',
    data: {
      organizationId: 'o-acme123456',
      rootId: 'r-abcd',
      managementAccount: other,
      featureSet: 'ALL',
      enabled: ['SERVICE_CONTROL_POLICY'],
    },
  },
  {
    type: 'AccountJoinedOrganization',
    data: {
      accountId: account,
      organizationId: 'o-acme123456',
      parentId: 'r-abcd',
      name: 'own',
      method: 'INVITED',
      tags: [],
    },
  },
  {
    type: 'OrganizationPolicyCreated',
    data: {
      policyId: 'p-own',
      organizationId: 'o-acme123456',
      policyType: 'SERVICE_CONTROL_POLICY',
      name: 'own',
      description: '',
      content: allow('*'),
      tags: [],
    },
  },
  { type: 'OrganizationPolicyAttached', data: { policyId: 'p-own', targetId: account } },
];

async function answered(decisions: Decisions, caller: Caller): Promise<'allowed' | 'denied' | 'failed'> {
  try {
    const verdict = await decisions.authorize(caller, [{ action: 'iam:GetUser', resource: userArn('x') }], now);
    return verdict.allowed ? 'allowed' : 'denied';
  } catch {
    return 'failed';
  }
}

const holders = fc.constantFrom(['User', 'alice'] as const, ['Group', 'admins'] as const, ['Role', 'Admin'] as const);

/** Whether a fault of this holder bears on the caller. */
const bears = (kind: 'User' | 'Group' | 'Role', { principal }: Caller): boolean =>
  (principal.type === 'User') === (kind !== 'Role');

describe('whatever breaks, nobody is let in (reliability-security S30)', () => {
  test('everything is allowed while nothing is broken', async () => {
    for (const caller of fc.sample(calls, 20)) {
      expect(await answered(everythingAllowed().decisions, caller)).toBe('allowed');
    }
  });

  test('a row that cannot be read', async () => {
    await fc.assert(
      fc.asyncProperty(
        calls,
        fc.nat(9),
        fc.constantFrom(new Error('gone'), new TypeError('no row'), new RangeError('too far')),
        async (caller, at, fault) => {
          const { accounts, decisions } = everythingAllowed();
          await answered(decisions, caller);
          const needed = accounts.reads;
          accounts.beforeRead = () => {
            if ((accounts.reads - needed - 1) % needed === at % needed) throw fault;
          };
          decisions.lost();
          expect(await answered(decisions, caller)).toBe('failed');
        },
      ),
      RUNS,
    );
  });

  test('a policy that is not there', async () => {
    await fc.assert(
      fc.asyncProperty(calls, holders, fc.boolean(), fc.string(), async (caller, [kind, name], capped, gone) => {
        fc.pre(bears(kind, caller));
        const arn = gone === '' ? policyArn('gone') : gone;
        const missing: DirectoryEvent[] =
          capped && kind === 'User'
            ? [{ type: 'UserBoundaryPut', data: { id: 'AIDAalice', boundary: arn } }]
            : [attached(kind, name, arn)];
        expect(await answered(everythingAllowed(...missing).decisions, caller)).toBe('denied');
      }),
      RUNS,
    );
  });

  test('a document that cannot be read, or has an operator that nobody knows', async () => {
    const whole = allow('*', { Condition: { StringLike: { 'aws:username': '*' } } });
    const documents = fc.oneof(
      fc.string(),
      fc.nat(whole.length - 1).map((length) => whole.slice(0, length)),
      fc.string({ minLength: 1 }).map((operator) => whole.replace('StringLike', JSON.stringify(operator).slice(1, -1))),
      fc.constantFrom('null', '[]', '{}', '{"Statement":[]}', `[${whole}]`, `${whole}${whole}`, '['.repeat(100)),
    );
    await fc.assert(
      fc.asyncProperty(calls, holders, documents, async (caller, [kind, name], document) => {
        fc.pre(bears(kind, caller) && !readStored(document, 'identity', 'aws').ok);
        const { decisions } = everythingAllowed(inline(kind, name, 'broken', document));
        expect(await answered(decisions, caller)).toBe('denied');
      }),
      RUNS,
    );
  });

  test('a row that is not what it should be', async () => {
    const nonsense = fc.constantFrom<unknown>(null, 0, 5, 'x', [null], [5], ['x'], { x: 5 }, { x: null }, { x: 'x' });
    const parts = fc.constantFrom('inline', 'attached', 'groups', 'boundary');
    await fc.assert(
      fc.asyncProperty(calls, parts, nonsense, async (caller, part, value) => {
        fc.pre(part !== 'groups' || caller.principal.type === 'User');
        // What is no list of rows, but reads as an empty one, says nothing: that is no fault.
        fc.pre(!(part === 'inline' && (value === 0 || value === 5)));
        const { accounts } = everythingAllowed();
        const from: typeof accounts.reader = {
          ...accounts.reader,
          findById: async (model, id, owner) => {
            const row = await accounts.reader.findById(model, id, owner);
            return row && { ...row, [part]: value };
          },
        };
        expect(await answered(new Decisions({ from }), caller)).not.toBe('allowed');
      }),
      RUNS,
    );
  });

  test('a row of the organization that is not there, or a policy of it that cannot be read', async () => {
    const documents = fc.constantFrom('', '{', 'null', '{}', `${allow('*')},`, allow('*').slice(1));
    const faults = fc.oneof(
      fc.record({
        model: fc.constantFrom('organizational-units', 'organization-policies'),
        content: fc.constant(undefined),
      }),
      fc.record({ model: fc.constant('organization-policies'), content: documents }),
    );
    await fc.assert(
      fc.asyncProperty(calls, faults, async (caller, { model: broken, content }) => {
        const { accounts } = everythingAllowed();
        accounts.happenToAll(...organized);
        expect(await answered(new Decisions({ from: accounts.reader }), caller)).toBe('allowed');
        const from: typeof accounts.reader = {
          ...accounts.reader,
          findById: async (model, id, owner) => {
            const row = await accounts.reader.findById(model, id, owner);
            if (model.name !== broken) return row;
            return content === undefined ? undefined : row && { ...row, content };
          },
        };
        expect(await answered(new Decisions({ from }), caller)).not.toBe('allowed');
      }),
      RUNS,
    );
  });

  test('an operator that nobody knows, in a document that never was read', () => {
    const types = fc.constantFrom<PolicyType>('identity', 'boundary', 'session', 'resource', 'scp', 'rcp');
    const reading = readStored(allow('*', { Condition: { StringLike: { 'aws:username': '*' } } }), 'identity', 'aws');
    const known = (reading as { policy: PolicyDocument }).policy;
    const request = {
      principal: { ...userCalls('alice').principal, type: 'User' as const, userId: 'AIDAalice', userName: 'alice' },
      action: 'iam:GetUser',
      resource: '*',
      context: {},
    };
    fc.assert(
      fc.property(types, fc.string(), fc.constantFrom('Allow' as const, 'Deny' as const), (type, operator, effect) => {
        const unknown: PolicyDocument = {
          ...known,
          statements: known.statements.map((each) => ({
            ...each,
            effect,
            condition: each.condition.map((entry) => ({ ...entry, operator: `${operator}?` })),
          })),
        };
        const all = compilePolicy(known, { id: 'all', type: 'identity' });
        const broken = compilePolicy(unknown, { id: 'broken', type });
        const identity = type === 'identity' ? [broken, ...(effect === 'Deny' ? [all] : [])] : [all];
        const place = { boundary: 'boundary', resource: 'resource' }[type as string];
        const set = {
          identity,
          ...(place === undefined ? {} : { [place]: broken }),
          ...(type === 'session' ? { session: [broken] } : {}),
          ...(type === 'scp' ? { scps: [[broken]] } : {}),
          ...(type === 'rcp' ? { rcps: [[broken]] } : {}),
        };
        fc.pre(!(type === 'resource' && effect === 'Allow'));
        expect(evaluate(request, set).effect).toBe('Deny');
      }),
      RUNS,
    );
  });
});
