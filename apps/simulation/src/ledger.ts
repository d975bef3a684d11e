import {
  type Aggregate,
  aggregate,
  type Event,
  type EventMetadata,
  type Evolve,
  readModel,
  type StateOf,
} from '@muniment/kernel';

/** A name that somebody has taken, and how often it was changed. */
export interface Entry {
  readonly id: string;
  readonly name: string;
  readonly changes: number;
}

export type LedgerEvent =
  | Event<'NameTaken', { id: string; name: string }>
  | Event<'NameChanged', { id: string; name: string }>
  | Event<'NameLeft', { id: string }>;

export const entries = readModel<Entry>('entries', {
  id: ({ id }) => id,
  key: ({ name }) => name.toLowerCase(),
  indexes: { initial: ({ name }) => [name.slice(0, 1)] },
});

const models = { entries };
export interface Ledger extends StateOf<typeof models> {}

const evolve: Evolve<Ledger, LedgerEvent> = {
  NameTaken: (ledger, entry) => ledger.entries.set({ ...entry, changes: 0 }),
  NameChanged: (ledger, { id, name }) =>
    ledger.entries.update(id, (entry) => ({ ...entry, name, changes: entry.changes + 1 })),
  NameLeft: (ledger, { id }) => ledger.entries.remove(id),
};

/** Small enough to reason about, with everything a context has: unique names, renames, removal, an index. */
export const ledger = aggregate<typeof models, LedgerEvent>('ledger', { models, evolve, version: 1 });

/** As the shell holds aggregates: whatever their state. */
export const anyLedger = ledger as unknown as Aggregate;

export const metadata = (commandId: string): EventMetadata => ({
  eventId: commandId,
  commandId,
  requestId: commandId,
  at: '2026-11-20T10:00:00.000Z',
  actor: 'arn:aws:iam::111122223333:root',
});
