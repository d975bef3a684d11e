import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LmdbEventLog, openEventLog } from '@muniment/eventlog-lmdb';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import { accountOf, type NewEvent, NO_STREAM, type RecordedEvent, streamOf } from '@muniment/kernel';
import { openReadModels } from '@muniment/readmodel-lmdb';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import { foldEvent, type Projection, Projector, type ReadModels, UnknownEvent } from '@muniment/runtime';
import { eventually } from '@muniment/testing';
import fc from 'fast-check';
import { anyLedger, type Entry, entries, type Ledger, type LedgerEvent, metadata } from './ledger.js';

const projection = anyLedger as unknown as Projection;
const id = { name: 'ledger', version: 1 };
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const stored = (event: LedgerEvent, index: number): NewEvent => ({ ...event, version: 1, meta: metadata(`c${index}`) });

/** Events that a ledger could have decided: names unique, only what is there changes. */
const histories = fc.array(
  fc.record({
    account: fc.constantFrom('111111111111', '222222222222', '333333333333'),
    what: fc.constantFrom('take', 'change', 'leave'),
    which: fc.nat(4),
  }),
  { maxLength: 60 },
);

interface Happening {
  readonly account: string;
  readonly event: LedgerEvent;
}

function eventsOf(steps: readonly { account: string; what: string; which: number }[]): Happening[] {
  const taken = new Map<string, string[]>();
  return steps.flatMap(({ account, what, which }, index): Happening[] => {
    const ids = taken.get(account) ?? [];
    taken.set(account, ids);
    const known = ids[which % Math.max(1, ids.length)];
    if (what === 'take' || known === undefined) {
      ids.push(`id${index}`);
      return [{ account, event: { type: 'NameTaken', data: { id: `id${index}`, name: `N${index}` } } }];
    }
    if (what === 'change') return [{ account, event: { type: 'NameChanged', data: { id: known, name: `M${index}` } } }];
    ids.splice(ids.indexOf(known), 1);
    return [{ account, event: { type: 'NameLeft', data: { id: known } } }];
  });
}

async function rowsOf(readModels: ReadModels, account: string): Promise<readonly Entry[]> {
  return readModels.rows(id).list(entries, account, { limit: 1000 });
}

async function foldAll(log: MemoryEventLog): Promise<Map<string, Entry[]>> {
  const states = new Map<string, Ledger>();
  for (const event of (await log.readAll(['ledger'], 0, 10_000)).events as RecordedEvent[]) {
    const account = accountOf(event.stream);
    const state = states.get(account) ?? (anyLedger.empty(account) as Ledger);
    foldEvent(anyLedger, state, event);
    states.set(account, state);
  }
  const sorted = (state: Ledger) => [...state.entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return new Map(Array.from(states, ([account, state]) => [account, sorted(state)]));
}

const adapters: [string, () => Promise<ReadModels>][] = [
  ['memory', async () => new MemoryReadModels()],
  [
    'LMDB',
    async () => {
      const path = mkdtempSync(join(tmpdir(), 'muniment-projector-'));
      folders.push(path);
      return openReadModels({ path });
    },
  ],
];

describe.each(adapters)('rows in %s', (name, openStore) => {
  test('equal the fold of the log, through writers between and restarts at any point (R14, R15)', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.array(fc.nat(60), { maxLength: 4 }), async (steps, restarts) => {
        const log = new MemoryEventLog();
        const readModels = await openStore();
        let projector = new Projector(projection, log, readModels);
        await projector.start();
        const revisions = new Map<string, number>();
        for (const [index, { account, event }] of eventsOf(steps).entries()) {
          if (restarts.includes(index)) {
            await projector.stop();
            projector = new Projector(projection, log, readModels);
            if (index % 2) await projector.start();
          }
          const stream = streamOf('ledger', account);
          const elsewhere: NewEvent = { type: 'Elsewhere', version: 1, data: {}, meta: metadata(`o${index}`) };
          for (const [to, what] of [
            [`other-${account}`, elsewhere],
            [stream, stored(event, index)],
          ] as const) {
            const { revision } = await log.append(to, revisions.get(to) ?? NO_STREAM, [what]);
            revisions.set(to, revision);
          }
        }
        await projector.start();
        expect(await projector.reached(await log.head(), 1000)).toBe(true);
        const rows = await foldAll(log);
        for (const [account, expected] of rows) {
          const found = await rowsOf(readModels, account);
          expect([...found].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(expected);
        }
        await projector.stop();
        await readModels.close();
      }),
      { numRuns: name === 'LMDB' ? 15 : 60 },
    );
  });
});

test('an answer can wait for a position, and is told when it is not reached in time', async () => {
  const log = new MemoryEventLog();
  const projector = new Projector(projection, log, new MemoryReadModels());
  await projector.start();
  const waiting = projector.reached(1, 1000);
  await log.append('ledger-111111111111', NO_STREAM, [stored({ type: 'NameTaken', data: { id: 'a', name: 'A' } }, 0)]);
  expect(await waiting).toBe(true);
  expect(await projector.reached(2, 20)).toBe(false);
  await projector.stop();
});

test('an event of a newer version stops the projector with a message; it is never skipped (architecture 4)', async () => {
  const log = new MemoryEventLog();
  const readModels = new MemoryReadModels();
  const failures: unknown[] = [];
  const projector = new Projector(projection, log, readModels, { failed: (error) => failures.push(error) });
  await projector.start();
  await log.append('ledger-111111111111', NO_STREAM, [
    { ...stored({ type: 'NameTaken', data: { id: 'a', name: 'A' } }, 0), version: 2 },
  ]);
  await eventually(() => expect(failures).toHaveLength(1));
  expect(failures[0]).toBeInstanceOf(UnknownEvent);
  expect(String(failures[0])).toContain('cannot read event `NameTaken` version 2 at position 1');
  expect(await rowsOf(readModels, '111111111111')).toEqual([]);
  expect(await projector.reached(1, 20)).toBe(false);
  await projector.stop();
});

test('changes are told before anyone who waits goes on', async () => {
  const log = new MemoryEventLog();
  const told: string[] = [];
  const projector = new Projector(projection, log, new MemoryReadModels(), {
    changed: (changes) => changes.forEach(({ after }) => told.push((after as Entry).name)),
  });
  await projector.start();
  await log.append('ledger-111111111111', NO_STREAM, [stored({ type: 'NameTaken', data: { id: 'a', name: 'A' } }, 0)]);
  await projector.reached(1, 1000);
  expect(told).toEqual(['A']);
  await projector.stop();
});

test('rows that are stored while nobody could be told of them end the projector: caches behind it are not to be trusted', async () => {
  const log = new MemoryEventLog();
  await log.append('ledger-111122223333', -1, [stored({ type: 'NameTaken', data: { id: 'a', name: 'a' } }, 1)]);
  const failures: unknown[] = [];
  let told = 0;
  const projector = new Projector(projection, log, new MemoryReadModels(), {
    changed() {
      told++;
      throw new Error('a cache is broken');
    },
    failed: (error) => failures.push(error),
  });
  await expect(projector.start()).rejects.toThrow('cannot be kept');
  expect([told, failures.length]).toEqual([1, 1]);
});

test('what is to be done about events is done before rows hold them, again after a failure', async () => {
  const log = new MemoryEventLog();
  await log.append('ledger-111122223333', -1, [stored({ type: 'NameTaken', data: { id: 'a', name: 'a' } }, 1)]);
  const readModels = new MemoryReadModels();
  const checkpoints: unknown[] = [];
  const projector = new Projector(projection, log, readModels, {
    async storing() {
      checkpoints.push(readModels.checkpoint(id));
      if (checkpoints.length < 3) throw new Error('away');
    },
  });
  await projector.start();
  expect(checkpoints).toEqual([undefined, undefined, undefined]);
  expect(readModels.checkpoint(id)).toBe(1);
});

test('rows from beyond the end of the log (a backup was restored) are made again', async () => {
  const log = new MemoryEventLog();
  const readModels = new MemoryReadModels();
  const row: Entry = { id: 'x', name: 'never', changes: 0 };
  const account = '111122223333';
  await readModels.apply(id, [{ model: entries as never, account, before: undefined, after: row }], 9);
  await log.append(streamOf('ledger', account), -1, [stored({ type: 'NameTaken', data: { id: 'a', name: 'a' } }, 1)]);
  const projector = new Projector(projection, log, readModels);
  await projector.start();
  expect(projector.position).toBe(1);
  expect(readModels.rows(id).list(entries, account)).toEqual([{ id: 'a', name: 'a', changes: 0 }]);
});

describe('over a log in LMDB', () => {
  /** Counts how often it is read. */
  class CountingLog extends LmdbEventLog {
    reads = 0;

    override readAll(...asked: Parameters<LmdbEventLog['readAll']>): ReturnType<LmdbEventLog['readAll']> {
      this.reads++;
      return super.readAll(...asked);
    }
  }

  let path: string;
  let log: CountingLog;
  let projector: Projector;
  const taken = (name: string) => stored({ type: 'NameTaken', data: { id: name, name } }, 1);
  const elsewhere: NewEvent = { type: 'Elsewhere', version: 1, data: {}, meta: metadata('o') };
  beforeEach(async () => {
    path = mkdtempSync(join(tmpdir(), 'muniment-projector-'));
    folders.push(path);
    log = new CountingLog({ path });
    projector = new Projector(projection, log, new MemoryReadModels());
    await projector.start();
    log.reads = 0;
  });
  afterEach(async () => {
    await projector.stop();
    await log.close();
  });

  test('each commit is read once, one without events of its own not at all', async () => {
    for (let revision = -1; revision < 9; revision++) {
      const { position } = await log.append('ledger-1', revision, [taken(`n${revision}`)]);
      expect(await projector.reached(position, 1000)).toBe(true);
    }
    expect(log.reads).toBe(10);
    for (let revision = -1; revision < 9; revision++) await log.append('other-1', revision, [elsewhere]);
    expect(projector.position).toBe(await log.head());
    expect(log.reads).toBe(10);
  });

  test('what another process has appended in between is not passed over', async () => {
    const other = await openEventLog({ path });
    await other.append('ledger-1', NO_STREAM, [taken('theirs')]);
    const { position } = await log.append('other-1', NO_STREAM, [elsewhere]);
    expect(await projector.reached(position, 1000)).toBe(true);
    expect(log.reads).toBe(1);
    await other.append('ledger-1', 0, [taken('theirs too')]);
    expect(await projector.reached(position + 1, 1000)).toBe(true);
    await other.close();
  });
});
