import { aggregate, type Event, type Evolve, readModel, type StateOf } from '@muniment/kernel';
import { type HandshakeEvent, handshakeEvents, handshakes } from '../organization/handshake.js';
import {
  members,
  type OrganizationEvent,
  organizationalUnits,
  organizationEvents,
  organizations,
} from '../organization/organization.js';
import {
  type OrganizationPolicyEvent,
  organizationPolicies,
  organizationPolicyEvents,
} from '../organization/organization-policy.js';
import { type ResourceTagEvent, resourceTagEvents } from '../organization/resource-tags.js';

/** One account of the installation. */
export interface Account {
  readonly accountId: string;
  readonly createdAt: string;
  /** Unique over all accounts. */
  readonly alias?: string;
}

export type PlatformEvent =
  | Event<'AccountCreated', { accountId: string }>
  | Event<'AccountAliasSet', { accountId: string; alias: string }>
  | Event<'AccountAliasRemoved', { accountId: string }>
  | OrganizationEvent
  | OrganizationPolicyEvent
  | HandshakeEvent
  | ResourceTagEvent;

/** Found by account id or alias, from whatever account. */
export const accounts = readModel<Account>('accounts', {
  id: (account) => account.accountId,
  indexes: { alias: (account) => (account.alias === undefined ? [] : [account.alias]) },
  anywhere: true,
});

const models = { accounts, organizations, units: organizationalUnits, members, organizationPolicies, handshakes };

/** What is one over all accounts: which there are, what they are called, how they are organized. One stream, `platform-all`. */
export interface Platform extends StateOf<typeof models> {}

const evolve: Evolve<Platform, PlatformEvent> = {
  AccountCreated: (platform, { accountId }, { at }) => platform.accounts.set({ accountId, createdAt: at }),
  AccountAliasSet: (platform, { accountId, alias }) => platform.accounts.update(accountId, { alias }),
  AccountAliasRemoved: (platform, { accountId }) =>
    platform.accounts.update(accountId, ({ alias: _, ...account }) => account),
  ...organizationEvents,
  ...organizationPolicyEvents,
  ...handshakeEvents,
  ...resourceTagEvents,
};

export const platform = aggregate<typeof models, PlatformEvent>('platform', { models, evolve, version: 2 });

/** The one stream's owner: `platform-all`. */
export const everybody = 'all';
