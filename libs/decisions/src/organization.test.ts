import { beforeEach, describe, expect, test } from '@jest/globals';
import type { PlatformEvent } from '@muniment/directory/contract';
import type { Caller } from '@muniment/kernel';
import {
  Accounts,
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
} from './accounts.testing.js';
import { Decisions, type Question } from './decisions.js';
import type { Reader } from './rows.js';

const organizationId = 'o-acme123456';
const root = 'r-abcd';
const unit = 'ou-abcd-engineer';
const scp = 'SERVICE_CONTROL_POLICY' as const;
const rcp = 'RESOURCE_CONTROL_POLICY' as const;

let accounts: Accounts;
let decisions: Decisions;

/** `account` stands in a unit, `other` manages the organization from its root. */
beforeEach(() => {
  accounts = new Accounts();
  decisions = new Decisions({ from: accounts.reader });
  organize(
    {
      type: 'OrganizationCreated',
      data: { organizationId, rootId: root, managementAccount: other, featureSet: 'ALL', enabled: [scp] },
    },
    {
      type: 'OrganizationalUnitCreated',
      data: { organizationId, unitId: unit, parentId: root, name: 'Engineering', tags: [] },
    },
    joined(other, root),
    joined(account, unit),
  );
  accounts.happen(account, userCreated('alice'), inline('User', 'alice', 'own', allow('*')));
});

const organize = (...events: PlatformEvent[]) => decisions.changed(accounts.happenToAll(...events));

const joined = (accountId: string, parentId: string): PlatformEvent => ({
  type: 'AccountJoinedOrganization',
  data: { accountId, organizationId, parentId, name: accountId, method: 'INVITED', tags: [] },
});

const attached = (policyId: string, targetId: string): PlatformEvent => ({
  type: 'OrganizationPolicyAttached',
  data: { policyId, targetId },
});

const detached = (policyId: string, targetId: string): PlatformEvent => ({
  type: 'OrganizationPolicyDetached',
  data: { policyId, targetId },
});

/** A policy and its attachment. */
const control = (targetId: string, content: string, policyType: typeof scp | typeof rcp = scp): PlatformEvent[] => {
  const policyId = `p-${targetId.replace(/\W/g, '')}`;
  const data = { policyId, organizationId, policyType, name: policyId, description: '', content, tags: [] };
  return [{ type: 'OrganizationPolicyCreated', data }, attached(policyId, targetId)];
};

const getAlice: Question = { action: 'iam:GetUser', resource: userArn('alice') };
const ask = (caller: Caller, ...questions: Question[]) =>
  decisions.authorize(caller, questions.length > 0 ? questions : [getAlice], now);
const alice = userCalls('alice');
const allowed = { allowed: true };
const refused = (reason: string, arn = userArn('alice'), { action, resource } = getAlice) => ({
  allowed: false,
  message: `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
});
const byScp = 'with an explicit deny in a service control policy';
const noGets = statement('Deny', 'iam:Get*');

describe('service control policies (requirements-4 EVL-6, section 11.1)', () => {
  test('those of AWS let everything through', async () => {
    expect(await ask(alice)).toEqual(allowed);
  });

  test.each([
    ['the root', root],
    ['a unit', unit],
    ['the account', account],
  ])('a deny on %s counts for users and for the root user of a member', async (_, target) => {
    organize(...control(target, noGets));
    expect(await ask(alice)).toEqual(refused(byScp));
    expect(await ask(rootCalls())).toEqual(refused(byScp, `arn:aws:iam::${account}:root`));
    expect(await ask(alice, { action: 'iam:ListUsers', resource: '*' })).toEqual(allowed);
  });

  test.each([
    ['the root', root],
    ['a unit', unit],
    ['the account', account],
  ])('every level has to allow: what %s leaves out reads as an explicit deny', async (_, target) => {
    organize(...control(target, allow('s3:*')), detached('p-FullAWSAccess', target));
    expect(await ask(alice)).toEqual(refused(byScp));
  });

  test('they allow nothing by themselves', async () => {
    accounts.happen(account, userCreated('bob'));
    expect(await ask(userCalls('bob'))).toEqual(
      refused('because no identity-based policy allows the iam:GetUser action', userArn('bob')),
    );
  });

  test('never count for the management account (ruling 40)', async () => {
    organize(...control(root, noGets));
    const manager = { ...rootCalls(), account: other };
    const principal = { type: 'Root' as const, account: other, arn: `arn:aws:iam::${other}:root` };
    const resource = `arn:aws:iam::${other}:user/x`;
    expect(await ask({ ...manager, principal }, { action: 'iam:GetUser', resource })).toEqual(allowed);
  });

  test('nor for service-linked roles (ruling 40)', async () => {
    organize(...control(root, noGets));
    accounts.happen(account, roleCreated('night'), inline('Role', 'night', 'own', allow('*')));
    expect(await ask(roleCalls('night'))).toMatchObject({ allowed: false });
    const caller = roleCalls('night');
    const linked = `arn:aws:iam::${account}:role/aws-service-role/batch.amazonaws.com/night`;
    const principal = { ...caller.principal, roleArn: linked } as Caller['principal'];
    expect(await ask({ ...caller, principal })).toEqual(allowed);
  });

  test('bind the principal, not the resource: those of its account do not count for others', async () => {
    organize(...control(account, statement('Deny', 'sts:*')));
    const manager = { ...rootCalls(), account: other };
    const principal = {
      type: 'User' as const,
      account: other,
      arn: `arn:aws:iam::${other}:user/m`,
      userId: 'AIDAm',
      userName: 'm',
    };
    accounts.happen(other, userCreated('m'), inline('User', 'm', 'own', allow('*')));
    expect(await ask({ ...manager, principal }, assume({ AWS: principal.arn }))).toEqual(allowed);
  });

  test('conditions in them see the request', async () => {
    const outside = { Condition: { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } };
    organize(...control(unit, statement('Deny', '*', outside)));
    expect(await ask(alice)).toEqual(allowed);
    expect(await ask({ ...alice, sourceIp: '198.51.100.1' })).toEqual(refused(byScp));
  });

  test('one that cannot be read might have denied: everything is denied', async () => {
    organize(...control(unit, '{'));
    expect(await ask(alice)).toEqual(refused(byScp));
  });
});

describe('what an organization changes is in force at once', () => {
  const noGetsOn = (target: string) => control(target, noGets);

  test('attaching, changing and detaching a policy', async () => {
    expect(await ask(alice)).toEqual(allowed);
    organize(...noGetsOn(unit));
    expect(await ask(alice)).toEqual(refused(byScp));
    const policyId = `p-${unit.replace(/\W/g, '')}`;
    organize({ type: 'OrganizationPolicyUpdated', data: { policyId, content: statement('Deny', 's3:*') } });
    expect(await ask(alice)).toEqual(allowed);
    organize({ type: 'OrganizationPolicyUpdated', data: { policyId, content: noGets } });
    expect(await ask(alice)).toEqual(refused(byScp));
    organize(detached(policyId, unit));
    expect(await ask(alice)).toEqual(allowed);
  });

  test('moving, leaving and joining', async () => {
    organize(...noGetsOn(unit));
    expect(await ask(alice)).toEqual(refused(byScp));
    organize({ type: 'AccountMoved', data: { accountId: account, parentId: root } });
    expect(await ask(alice)).toEqual(allowed);
    organize({ type: 'AccountMoved', data: { accountId: account, parentId: unit } });
    expect(await ask(alice)).toEqual(refused(byScp));
    organize({ type: 'AccountLeftOrganization', data: { accountId: account } });
    expect(await ask(alice)).toEqual(allowed);
    organize(joined(account, unit));
    expect(await ask(alice)).toEqual(refused(byScp));
  });

  test('disabling the type, and the end of the organization', async () => {
    organize(...noGetsOn(unit));
    expect(await ask(alice)).toEqual(refused(byScp));
    organize({ type: 'PolicyTypeDisabled', data: { organizationId, policyType: scp } });
    expect(await ask(alice)).toEqual(allowed);
    organize(
      { type: 'PolicyTypeEnabled', data: { organizationId, policyType: scp } },
      attached(`p-${unit.replace(/\W/g, '')}`, unit),
    );
    expect(await ask(alice)).toEqual(refused(byScp));
    organize({ type: 'OrganizationDeleted', data: { organizationId } });
    expect(await ask(alice)).toEqual(allowed);
  });

  test('what an account is limited by is read once', async () => {
    organize(...noGetsOn(unit));
    accounts.happen(account, userCreated('bob'));
    await ask(alice);
    const { reads } = accounts;
    await ask(alice);
    expect(accounts.reads).toBe(reads);
    await ask(userCalls('bob'));
    expect(accounts.reads).toBe(reads + 1);
  });
});

/** The question of assuming a role of `account` that trusts whom it names. */
function assume(Principal: unknown): Question {
  const Statement = [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }];
  const document = JSON.stringify({ Version: '2012-10-17', Statement });
  const resource = roleArn('night');
  return { action: 'sts:AssumeRole', resource, account, resourcePolicy: { kind: 'trust', id: resource, document } };
}

describe('resource control policies', () => {
  const deny = (Action: string, more: object = {}) => statement('Deny', Action, { Principal: '*', ...more });
  const enabled: PlatformEvent = { type: 'PolicyTypeEnabled', data: { organizationId, policyType: rcp } };
  const byRcp = 'with an explicit deny in a resource control policy';
  const stranger = (id: string): Caller => ({
    ...rootCalls(),
    account: id,
    principal: { type: 'User', account: id, arn: `arn:aws:iam::${id}:user/m`, userId: 'AIDAm', userName: 'm' },
  });
  const mayAssume = (id: string) => {
    accounts.happen(id, userCreated('m'), inline('User', 'm', 'own', allow('*')));
    return stranger(id);
  };
  const night = assume('*');

  test('count for whoever asks for the resources of a member', async () => {
    const callers = [alice, mayAssume(other), mayAssume('777788889999')];
    organize(enabled);
    for (const caller of callers) expect(await ask(caller, night)).toEqual(allowed);
    organize(...control(unit, deny('sts:AssumeRole'), rcp));
    for (const caller of callers) {
      expect(await ask(caller, night)).toEqual(refused(byRcp, caller.principal.arn, night));
    }
  });

  test('can keep out who is not of the organization', async () => {
    const condition = { Condition: { StringNotEqualsIfExists: { 'aws:PrincipalOrgID': organizationId } } };
    organize(enabled, ...control(root, deny('sts:AssumeRole', condition), rcp));
    expect(await ask(alice, night)).toEqual(allowed);
    expect(await ask(mayAssume(other), night)).toEqual(allowed);
    expect(await ask(mayAssume('777788889999'), night)).toEqual(
      refused(byRcp, stranger('777788889999').principal.arn, night),
    );
  });

  test('do not count for resources of the management account, nor of accounts in no organization', async () => {
    organize(enabled, ...control(root, deny('sts:AssumeRole'), rcp));
    for (const id of [other, '777788889999']) {
      const caller = mayAssume(id);
      const resource = `arn:aws:iam::${id}:role/night`;
      expect(await ask(caller, { ...night, resource, account: id })).toEqual(allowed);
    }
  });

  test('count for services of the own, not for those that AWS leaves out', async () => {
    organize(enabled, ...control(root, deny('*'), rcp));
    const order: Question = { action: 'orders:Get', resource: `arn:aws:orders:eu-west-1:${account}:order/1` };
    expect(await ask(alice, order)).toEqual(refused(byRcp, userArn('alice'), order));
    expect(await ask(alice)).toEqual(allowed);
    expect(await ask(alice, { action: 'IAM:GetUser', resource: userArn('alice') })).toEqual(allowed);
  });
});

describe('keys of the organization (requirements-4 section 9, GCK-2, GCK-3)', () => {
  const path = `${organizationId}/${root}/${unit}/`;
  const holds = async (Condition: object, caller: Caller = userCalls('carol'), question = getAlice) => {
    accounts.happen(account, userCreated('carol'), inline('User', 'carol', 'own', allow('*', { Condition })));
    return (await ask(caller, question)).allowed;
  };

  test.each([
    ['StringEquals', 'aws:PrincipalOrgID', organizationId],
    ['StringEquals', 'aws:ResourceOrgID', organizationId],
    ['ForAnyValue:StringEquals', 'aws:PrincipalOrgPaths', path],
    ['ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', `${organizationId}/${root}/*`],
    ['ForAnyValue:StringLike', 'aws:ResourceOrgPaths', `${organizationId}/*`],
  ])('%s %s %s', async (operator, key, value) => {
    expect(await holds({ [operator]: { [key]: value } })).toBe(true);
  });

  test.each([
    ['ForAnyValue:StringEquals', 'aws:PrincipalOrgPaths', `${organizationId}/${root}/`],
    ['ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', `${organizationId}/${root}/${unit}/ou-*`],
    ['StringEquals', 'aws:PrincipalOrgID', 'o-foreign0001'],
  ])('not %s %s %s', async (operator, key, value) => {
    expect(await holds({ [operator]: { [key]: value } })).toBe(false);
  });

  test('of a resource are those of its account', async () => {
    const resource = `arn:aws:orders:eu-west-1:777788889999:order/1`;
    const absent = { Null: { 'aws:ResourceOrgID': 'true', 'aws:PrincipalOrgID': 'false' } };
    accounts.happen(
      account,
      userCreated('carol'),
      inline('User', 'carol', 'own', statement('Deny', '*', { Condition: absent })),
    );
    expect(await ask(userCalls('carol'), { action: 'orders:Get', resource })).toMatchObject({
      message: expect.stringContaining('with an explicit deny in an identity-based policy'),
    });
  });

  test('are absent where there is no organization', async () => {
    organize({ type: 'AccountLeftOrganization', data: { accountId: account } });
    const Null = Object.fromEntries(
      ['aws:PrincipalOrgID', 'aws:PrincipalOrgPaths', 'aws:ResourceOrgID', 'aws:ResourceOrgPaths'].map((key) => [
        key,
        'true',
      ]),
    );
    expect(await holds({ Null })).toBe(true);
  });
});

describe('rows that are not there', () => {
  const without = (model: string): Decisions => {
    const { reader } = accounts;
    const from: Reader = {
      find: (one, key, owner) => (one.name === model ? undefined : reader.find(one, key, owner)),
      findById: (one, id, owner) => (one.name === model ? undefined : reader.findById(one, id, owner)),
    };
    return new Decisions({ from });
  };

  test.each(['organizations', 'organizational-units'])(
    'of %s let nobody in: nobody knows what limits a member',
    async (model) => {
      const asked = () =>
        without(model).authorize(userCalls('alice'), [{ action: 'iam:ListUsers', resource: '*' }], now);
      await expect(async () => asked()).rejects.toThrow('no way from account');
    },
  );
});
