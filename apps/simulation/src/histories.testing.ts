import type { EventLog, Projection, ReadModels } from '@muniment/runtime';
import { foldEvent } from '@muniment/runtime';
import { accountOf, type NewEvent, NO_STREAM, type RecordedEvent, streamOf } from '@muniment/kernel';
import fc from 'fast-check';
import { anyLedger, type Entry, entries, type Ledger, type LedgerEvent, metadata } from './ledger.js';

export const projection = anyLedger as unknown as Projection;
export const id = { name: 'ledger', version: 1 };

export const stored = (event: LedgerEvent, index: number): NewEvent => ({
  ...event,
  version: 1,
  meta: metadata(`c${index}`),
});

export const taken = (name: string): NewEvent => stored({ type: 'NameTaken', data: { id: name, name } }, 1);

/** Of a category that nobody here follows. */
export const elsewhere = (index = 0): NewEvent => ({
  type: 'Elsewhere',
  version: 1,
  data: {},
  meta: metadata(`o${index}`),
});

export const accounts = ['111111111111', '222222222222', '333333333333'] as const;

export interface Step {
  readonly account: string;
  readonly what: string;
  readonly which: number;
}

/** Events that a ledger could have decided: names unique, only what is there changes. */
export const histories = (maxLength = 60): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      account: fc.constantFrom(...accounts),
      what: fc.constantFrom('take', 'change', 'leave'),
      which: fc.nat(4),
    }),
    { maxLength },
  );

export interface Happening {
  readonly account: string;
  readonly event: LedgerEvent;
}

export function eventsOf(steps: readonly Step[]): Happening[] {
  const known = new Map<string, string[]>();
  return steps.flatMap(({ account, what, which }, index): Happening[] => {
    const ids = known.get(account) ?? [];
    known.set(account, ids);
    const chosen = ids[which % Math.max(1, ids.length)];
    if (what === 'take' || chosen === undefined) {
      ids.push(`id${index}`);
      return [{ account, event: { type: 'NameTaken', data: { id: `id${index}`, name: `N${index}` } } }];
    }
    if (what === 'change')
      return [{ account, event: { type: 'NameChanged', data: { id: chosen, name: `M${index}` } } }];
    ids.splice(ids.indexOf(chosen), 1);
    return [{ account, event: { type: 'NameLeft', data: { id: chosen } } }];
  });
}

/** Appends what happened, in order, each event alone; in between events that nobody follows. */
export async function append(log: EventLog, happenings: readonly Happening[], from = 0): Promise<void> {
  const revisions = new Map<string, number>();
  for (const [at, { account, event }] of happenings.entries()) {
    const index = from + at;
    for (const [stream, what] of [
      [`other-${account}`, elsewhere(index)],
      [streamOf('ledger', account), stored(event, index)],
    ] as const) {
      const { revision } = await log.append(stream, revisions.get(stream) ?? (await revisionOf(log, stream)), [what]);
      revisions.set(stream, revision);
    }
  }
}

async function revisionOf(log: EventLog, stream: string): Promise<number> {
  for await (const [last] of log.readStream(stream, { backwards: true })) if (last) return last.revision;
  return NO_STREAM;
}

const byName = (a: Entry, b: Entry) => (a.name < b.name ? -1 : 1);

/** The model: what the log says, folded in memory. */
export async function foldAll(log: EventLog): Promise<Record<string, Entry[]>> {
  const states = new Map<string, Ledger>();
  for (const event of (await log.readAll(['ledger'], 0, 100_000)).events as RecordedEvent[]) {
    const account = accountOf(event.stream);
    const state = states.get(account) ?? (anyLedger.empty(account) as Ledger);
    foldEvent(anyLedger, state, event);
    states.set(account, state);
  }
  return Object.fromEntries(
    accounts.map((each) => [each, [...(states.get(each)?.entries.values() ?? [])].sort(byName)]),
  );
}

export async function rowsOf(readModels: ReadModels, account: string): Promise<readonly Entry[]> {
  return readModels.rows(id).list(entries, account, { limit: 1000 });
}

/** The read model, as the model is. */
export async function allRows(readModels: ReadModels): Promise<Record<string, Entry[]>> {
  const rows: Record<string, Entry[]> = {};
  for (const account of accounts) rows[account] = [...(await rowsOf(readModels, account))].sort(byName);
  return rows;
}

/** So many runs, or seeds, of a random test: `MUNIMENT_TEST_SEEDS` says how many are wanted instead. */
export const runs = (unlessTold: number): number => Number(process.env['MUNIMENT_TEST_SEEDS'] ?? unlessTold);
