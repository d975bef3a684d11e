import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LmdbEventLog, openEventLog } from '@muniment/eventlog-lmdb';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import { NO_STREAM, streamOf } from '@muniment/kernel';
import { openReadModels } from '@muniment/readmodel-lmdb';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import { Projector, type ReadModels } from '@muniment/runtime';
import fc from 'fast-check';
import {
  allRows,
  append,
  elsewhere,
  eventsOf,
  foldAll,
  histories,
  id,
  projection,
  stored,
  taken,
} from './histories.testing.js';
import { type Entry, entries } from './ledger.js';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

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
      fc.asyncProperty(histories(), fc.array(fc.nat(60), { maxLength: 4 }), async (steps, restarts) => {
        const log = new MemoryEventLog();
        const readModels = await openStore();
        let projector = new Projector(projection, log, readModels);
        await projector.start();
        const happenings = eventsOf(steps);
        let done = 0;
        for (const at of [...restarts.sort((a, b) => a - b), happenings.length]) {
          await append(log, happenings.slice(done, at), done);
          done = Math.max(done, at);
          await projector.stop();
          projector = new Projector(projection, log, readModels);
          if (at % 2) await projector.start();
        }
        await projector.start();
        expect(await projector.reached(await log.head(), 1000)).toBe(true);
        expect(await allRows(readModels)).toEqual(await foldAll(log));
        await projector.stop();
        await readModels.close();
      }),
      { numRuns: name === 'LMDB' ? 15 : 60 },
    );
  }, 60_000);
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

test.each([Number.NaN, undefined])('what is no position is not reached, and stops nothing: %s', async (position) => {
  const log = new MemoryEventLog();
  const projector = new Projector(projection, log, new MemoryReadModels());
  await projector.start();
  expect(await projector.reached(position as number, 10)).toBe(false);
  await log.append(streamOf('ledger', '111111111111'), NO_STREAM, [taken('a')]);
  expect(await projector.reached(1, 1000)).toBe(true);
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
    for (let revision = -1; revision < 9; revision++) await log.append('other-1', revision, [elsewhere()]);
    expect(projector.position).toBe(await log.head());
    expect(log.reads).toBe(10);
  });

  test('what another process has appended in between is not passed over', async () => {
    const other = await openEventLog({ path });
    await other.append('ledger-1', NO_STREAM, [taken('theirs')]);
    const { position } = await log.append('other-1', NO_STREAM, [elsewhere()]);
    expect(await projector.reached(position, 1000)).toBe(true);
    expect(log.reads).toBe(1);
    await other.append('ledger-1', 0, [taken('theirs too')]);
    expect(await projector.reached(position + 1, 1000)).toBe(true);
    await other.close();
  });
});
