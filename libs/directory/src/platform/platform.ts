import { aggregate, type Event, type Evolve, readModel, type StateOf } from '@muniment/kernel';

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
  | Event<'AccountAliasRemoved', { accountId: string }>;

/** Found by account id or alias, from whatever account. */
export const accounts = readModel<Account>('accounts', {
  id: (account) => account.accountId,
  indexes: { alias: (account) => (account.alias === undefined ? [] : [account.alias]) },
  anywhere: true,
});

const models = { accounts };

/** What is one over all accounts: which there are and what they are called. One stream, `platform-all`. */
export interface Platform extends StateOf<typeof models> {}

const evolve: Evolve<Platform, PlatformEvent> = {
  AccountCreated: (platform, { accountId }, { at }) => platform.accounts.set({ accountId, createdAt: at }),
  AccountAliasSet: (platform, { accountId, alias }) => platform.accounts.update(accountId, { alias }),
  AccountAliasRemoved: (platform, { accountId }) =>
    platform.accounts.update(accountId, ({ alias: _, ...account }) => account),
};

export const platform = aggregate<typeof models, PlatformEvent>('platform', { models, evolve, version: 1 });

/** The one stream's owner: `platform-all`. */
export const everybody = 'all';
