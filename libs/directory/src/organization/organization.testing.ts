import type { Event } from '@muniment/kernel';
import { given as givenOf, home } from '@muniment/testing';
import { everybody, type PlatformEvent, platform } from '../platform/platform.js';

export const management = home;
export const member = '444455556666';
export const outsider = '777788889999';

/** A platform on which this has happened; the management account's root user calls. */
export const given = (...events: PlatformEvent[]) => givenOf(platform).elsewhere(everybody, ...events);

export const rootOf = (account: string) => ({ type: 'Root', account, arn: `arn:aws:iam::${account}:root` }) as const;

type Data<Type extends PlatformEvent['type']> = Extract<PlatformEvent, { type: Type }>['data'];

const event = <Type extends PlatformEvent['type']>(
  type: Type,
  data: Data<Type>,
): Event<Type, Data<Type>> & PlatformEvent => ({ type, data }) as unknown as Event<Type, Data<Type>> & PlatformEvent;

export const organizationId = 'o-acme123456';
export const root = 'r-abcd';
export const engineering = 'ou-abcd-engineer';
export const backend = 'ou-abcd-backend1';

export const statement = (more: object): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Resource: '*', ...more }] });

export const unit = (unitId: string, parentId: string, name: string): PlatformEvent =>
  event('OrganizationalUnitCreated', { organizationId, unitId, parentId, name, tags: [] });

export const joined = (accountId: string, parentId: string, more: object = {}): PlatformEvent =>
  event('AccountJoinedOrganization', {
    accountId,
    organizationId,
    parentId,
    name: `account ${accountId.slice(0, 4)}`,
    method: 'INVITED',
    tags: [],
    ...more,
  });

export const policy = (
  policyId: string,
  name: string,
  more: Partial<Data<'OrganizationPolicyCreated'>> = {},
): PlatformEvent =>
  event('OrganizationPolicyCreated', {
    policyId,
    organizationId,
    policyType: 'SERVICE_CONTROL_POLICY',
    name,
    description: '',
    content: statement({ Action: 'iam:DeleteUser' }),
    tags: [],
    ...more,
  });

export const attached = (policyId: string, targetId: string): PlatformEvent =>
  event('OrganizationPolicyAttached', { policyId, targetId });

/** An organization of two accounts: the management account in the root, a member two units down. */
export const acme: readonly PlatformEvent[] = [
  event('AccountCreated', { accountId: management }),
  event('AccountCreated', { accountId: member }),
  event('AccountCreated', { accountId: outsider }),
  event('OrganizationCreated', {
    organizationId,
    rootId: root,
    managementAccount: management,
    featureSet: 'ALL',
    enabled: ['SERVICE_CONTROL_POLICY'],
  }),
  joined(management, root),
  unit(engineering, root, 'Engineering'),
  unit(backend, engineering, 'Backend'),
  joined(member, backend),
];

export const arn = (rest: string): string => `arn:aws:organizations::${management}:${rest}`;
