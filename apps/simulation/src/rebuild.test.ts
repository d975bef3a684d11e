import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Change } from '@muniment/kernel';
import { openReadModels } from '@muniment/readmodel-lmdb';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import {
  canonical,
  hashRows,
  Projector,
  type ReadModels,
  Rebuild,
  type RebuildProgress,
  rebuiltId,
  SharedProjector,
} from '@muniment/runtime';
import fc from 'fast-check';
import { FaultyLog, FaultyReadModels, Leases } from './faults.testing.js';
import {
  allRows,
  append,
  eventsOf,
  foldAll,
  histories,
  id,
  projection,
  rowsOf,
  runs,
  taken,
} from './histories.testing.js';
import { type Entry, entries } from './ledger.js';

const account = '111111111111';
const stream = `ledger-${account}`;
const copy = rebuiltId(projection);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function inLmdb(): Promise<ReadModels> {
  const path = mkdtempSync(join(tmpdir(), 'muniment-rebuild-'));
  const readModels = await openReadModels({ path });
  closing.push(async () => {
    await readModels.close();
    rmSync(path, { recursive: true, force: true });
  });
  return readModels;
}

async function following(log: FaultyLog, readModels: ReadModels, lost?: () => void): Promise<Projector> {
  const projector = new Projector(projection, log, readModels, { firstPause: 5, ...(lost && { lost }) });
  await projector.start();
  closing.push(() => projector.stop());
  return projector;
}

/** Changes one stored row as no event did. */
async function corrupt(readModels: ReadModels, row: Entry): Promise<void> {
  const checkpoint = (await readModels.checkpoint(id)) ?? 0;
  const change = { model: entries, account, before: row, after: { ...row, changes: 666 } } as unknown as Change;
  await readModels.apply(id, [change], checkpoint, checkpoint);
}

describe.each([
  ['memory', async () => new MemoryReadModels()],
  ['LMDB', inLmdb],
] as [string, () => Promise<ReadModels>][])('rows in %s', (name, open) => {
  test('made again from any history have the hash of the live ones', async () => {
    await fc.assert(
      fc.asyncProperty(histories(80), fc.integer({ min: 1, max: 30 }), async (steps, pageEvents) => {
        const log = new FaultyLog();
        const readModels = await open();
        const live = await following(log, readModels);
        const happenings = eventsOf(steps);
        await append(log, happenings.slice(0, 40));
        const rebuild = new Rebuild(live, log, readModels, { pageEvents });
        const [verified] = await Promise.all([rebuild.verify(), append(log, happenings.slice(40), 40)]);
        expect(verified).toMatchObject({ equal: true, replaced: false, parked: 0 });
        expect(await readModels.checkpoint(copy)).toBeUndefined();
        const rebuilt = await new Rebuild(live, log, readModels, { pageEvents }).rebuild();
        expect(rebuilt).toMatchObject({ equal: true, replaced: true, position: await log.head() });
        expect(await readModels.checkpoint(copy)).toBeUndefined();
        expect(await allRows(readModels)).toEqual(await foldAll(log));
        await live.stop();
      }),
      { numRuns: name === 'LMDB' ? 10 : runs(50) },
    );
  }, 60_000);

  test('a row that no event made so is found by verify, repaired by rebuild, and kept on from there', async () => {
    const log = new FaultyLog();
    const readModels = await open();
    await log.append(stream, -1, [taken('a'), taken('b')]);
    await (await following(log, readModels)).stop();
    const [row] = await rowsOf(readModels, account);
    await corrupt(readModels, row as Entry);
    let lost = 0;
    const live = await following(log, readModels, () => lost++);
    // It folds on from what is wrong.
    await log.append(stream, 1, [taken('c')]);
    expect(await live.reached(3, 1000)).toBe(true);
    const verified = await new Rebuild(live, log, readModels).verify();
    expect(verified).toMatchObject({ projection: 'ledger', position: 3, equal: false, rows: 3, replaced: false });
    expect((await rowsOf(readModels, account))[0]).toMatchObject({ changes: 666 });
    lost = 0;
    const rebuilt = await new Rebuild(live, log, readModels).rebuild();
    expect(rebuilt).toMatchObject({ equal: false, rebuiltHash: verified.rebuiltHash, liveHash: verified.liveHash });
    expect(lost).toBe(1);
    expect((await rowsOf(readModels, account))[0]).toEqual(row);
    await log.append(stream, 2, [{ ...taken('a'), type: 'NameChanged', data: { id: 'a', name: 'aa' } }]);
    expect(await live.reached(4, 1000)).toBe(true);
    expect(await new Rebuild(live, log, readModels).verify()).toMatchObject({ equal: true, position: 4 });
    expect(await allRows(readModels)).toEqual(await foldAll(log));
  });
});

describe('a rebuild', () => {
  let log: FaultyLog;
  let readModels: MemoryReadModels;
  let live: Projector;
  beforeEach(async () => {
    log = new FaultyLog();
    readModels = new MemoryReadModels();
    await log.append(
      stream,
      -1,
      Array.from({ length: 50 }, (_, index) => taken(`n${index}`)),
    );
    live = await following(log, readModels);
  });

  test('tells how far it is', async () => {
    const told: RebuildProgress[] = [];
    await new Rebuild(live, log, readModels, { pageEvents: 10, progress: (each) => told.push(each) }).verify();
    expect(told.map(({ events, position, head }) => [events, position, head])).toEqual([
      [10, 10, 50],
      [20, 20, 50],
      [30, 30, 50],
      [40, 40, 50],
      [50, 50, 50],
    ]);
    expect(told.every(({ eventsPerSecond }) => eventsPerSecond > 0)).toBe(true);
    expect(told.at(-1)?.millisecondsLeft).toBe(0);
  });

  test('that was ended goes on where it was', async () => {
    let pages = 0;
    const cancelled = () => ++pages > 2;
    await expect(new Rebuild(live, log, readModels, { pageEvents: 10, cancelled }).rebuild()).rejects.toThrow('ended');
    expect(readModels.checkpoint(copy)).toBe(20);
    const told: number[] = [];
    const progress = ({ events }: RebuildProgress) => void told.push(events);
    const rebuilt = await new Rebuild(live, log, readModels, { pageEvents: 10, progress }).rebuild();
    expect([rebuilt.equal, told]).toEqual([true, [10, 20, 30]]);
  });

  test('begins anew when the log was put back to before where it was', async () => {
    await readModels.apply(copy, [], 999);
    expect(await new Rebuild(live, log, readModels).verify()).toMatchObject({ equal: true, position: 50 });
  });

  test('lets writers and readers go on, whose changes are not lost', async () => {
    let revision = 49;
    log.beforeRead = async () => {
      if (revision < 80) ({ revision } = await log.append(stream, revision, [taken(`more${revision}`)]));
    };
    const rebuilt = await new Rebuild(live, log, readModels, { pageEvents: 7 }).rebuild();
    expect(rebuilt.equal).toBe(true);
    log.beforeRead = async () => undefined;
    expect(await live.reached(await log.head(), 1000)).toBe(true);
    expect(await allRows(readModels)).toEqual(await foldAll(log));
  });

  test('of rows that several processes share is done where they are folded', async () => {
    const rows = new FaultyReadModels();
    const leases = new Leases();
    const [one, two] = ['one', 'two'].map((name) => {
      const shared = new SharedProjector(projection, log, rows.sharedBy(name, leases));
      closing.push(() => shared.stop());
      return shared;
    }) as [SharedProjector, SharedProjector];
    await one.start();
    await two.start();
    await expect(new Rebuild(two, log, rows.sharedBy('two', leases)).rebuild()).rejects.toThrow('another process');
    const rebuilt = await new Rebuild(one, log, rows.sharedBy('one', leases)).rebuild();
    expect(rebuilt).toMatchObject({ equal: true, rows: 50 });
    await log.append(stream, 49, [taken('after')]);
    expect(await Promise.all([one.reached(51, 1000), two.reached(51, 1000)])).toEqual([true, true]);
  });
});

test('a hash goes by what rows say, not by how they are written down', async () => {
  expect(canonical({ b: 1, a: [{ d: undefined, c: 'é' }] })).toBe('{"a":[{"c":"é"}],"b":1}');
  const [one, two] = [new MemoryReadModels(), new MemoryReadModels()];
  const change = (after: unknown) => [{ model: entries, account, before: undefined, after } as unknown as Change];
  await one.apply(id, change({ id: 'a', name: 'a', changes: 0 }), 1);
  await two.apply(id, change({ changes: 0, name: 'a', id: 'a' }), 1);
  expect(await hashRows(one, projection, id)).toEqual(await hashRows(two, projection, id));
  await two.apply(id, change({ id: 'b', name: 'b', changes: 0 }), 2);
  expect((await hashRows(one, projection, id)).hash).not.toBe((await hashRows(two, projection, id)).hash);
});
