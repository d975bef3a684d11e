import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { hasReached, SharedProjector, type SharedProjectorOptions, statusOf } from '@muniment/runtime';
import { eventually, Slowness } from '@muniment/testing';
import { FaultyLog, FaultyReadModels, Leases } from './faults.testing.js';
import { allRows, elsewhere, foldAll, id, projection, rowsOf, taken } from './histories.testing.js';

const slowness = new Slowness();

const account = '111111111111';
const stream = `ledger-${account}`;
const quick = { firstPause: 5, longestPause: 50, leaseMilliseconds: 200, renewMilliseconds: 50, lookMilliseconds: 5 };

const started: SharedProjector[] = [];
afterEach(async () => {
  for (const each of started.splice(0)) await each.stop();
});

class Shared {
  readonly log = new FaultyLog();
  readonly rows = new FaultyReadModels();
  readonly leases = new Leases();

  async process(name: string, options: SharedProjectorOptions = {}): Promise<SharedProjector> {
    const readModels = this.rows.sharedBy(name, this.leases);
    const projector = new SharedProjector(projection, this.log, readModels, { ...quick, ...options });
    started.push(projector);
    await projector.start();
    return projector;
  }

  async names(): Promise<string[]> {
    return (await rowsOf(this.rows, account)).map(({ name }) => name);
  }
}

describe('of two processes that share rows', () => {
  test('one folds and one watches; both know what is stored', async () => {
    const shared = new Shared();
    const told: string[] = [];
    const notes = (name: string): SharedProjectorOptions => ({
      storing: async () => void told.push(`${name} storing`),
      changed: () => told.push(`${name} changed`),
      projected: (position) => told.push(`${name} projected ${position}`),
    });
    const one = await shared.process('one', notes('one'));
    const two = await shared.process('two', notes('two'));
    expect([one.role, two.role]).toEqual(['folds', 'watches']);
    await shared.log.append(stream, -1, [taken('a')]);
    expect(await Promise.all([one.reached(1, 1000), two.reached(1, 1000)])).toEqual([true, true]);
    expect(told).toEqual(['one storing', 'one changed', 'one projected 1']);
    expect([one, two].map((each) => statusOf(each, 1))).toEqual([
      { projection: 'ledger', role: 'folds', ready: true, position: 1, lag: 0, parked: 0 },
      { projection: 'ledger', role: 'watches', ready: true, position: 1, lag: 0, parked: 0 },
    ]);
  });

  test('the one that watches also reaches positions of events that change no row', async () => {
    const shared = new Shared();
    await shared.process('one');
    const two = await shared.process('two');
    for (let revision = -1; revision < 20; revision++) {
      const { position } = await shared.log.append('other-1', revision, [elsewhere()]);
      expect(await two.reached(position, 1000)).toBe(true);
    }
    expect(shared.rows.checkpoint(id)).toBe(21);
  });

  test('a hint is looked into at once, and believed no further than the rows go', async () => {
    const shared = new Shared();
    const two = await shared.process('two', { folds: false, renewMilliseconds: 60_000 });
    const one = await shared.process('one', { projected: (position) => two.hinted(position) });
    await shared.log.append(stream, -1, [taken('a')]);
    await one.reached(1, 1000);
    await eventually(() => expect(two.position).toBe(1));
    two.hinted(99);
    await sleep(20);
    expect(two.position).toBe(1);
  });

  test('one that never folds does not, though nobody else does', async () => {
    const shared = new Shared();
    const watching = await shared.process('two', { folds: false });
    await shared.log.append(stream, -1, [taken('a')]);
    expect(await watching.reached(1, 300)).toBe(false);
    expect([watching.role, await shared.names()]).toEqual(['watches', []]);
  });
});

describe('the one that watches takes over', () => {
  test('at once when the other ends in good order', async () => {
    const shared = new Shared();
    const one = await shared.process('one');
    const two = await shared.process('two', { leaseMilliseconds: 60_000 });
    await one.stop();
    await eventually(() => expect(two.role).toBe('folds'));
    await shared.log.append(stream, -1, [taken('a')]);
    expect(await two.reached(1, 1000)).toBe(true);
  });

  test('within three seconds when the other is gone, with the usual times', async () => {
    const shared = new Shared();
    const usual = { leaseMilliseconds: 2000, renewMilliseconds: 500 };
    // A process that asked for the lease and is gone.
    shared.leases.ask(id, 'gone', 2000);
    const two = await shared.process('two', usual);
    expect(two.role).toBe('watches');
    await shared.log.append(stream, -1, [taken('a')]);
    const began = performance.now();
    expect(await two.reached(1, 5000)).toBe(true);
    expect(performance.now() - began).toBeLessThan(slowness.bound(3000));
  });

  test('while somebody waits, who need not ask again', async () => {
    const shared = new Shared();
    shared.leases.ask(id, 'gone', 300);
    const two = await shared.process('two');
    await shared.log.append(stream, -1, [taken('a')]);
    expect(await two.reached(1, 2000)).toBe(true);
  });
});

describe('one that was paused and has lost its lease', () => {
  test('stores nothing on top of the other, and watches from then on', async () => {
    const shared = new Shared();
    const stored: string[] = [];
    const notes = (name: string) => ({ storing: async () => void stored.push(name) });
    const one = await shared.process('one', { ...notes('one'), renewMilliseconds: 60_000, leaseMilliseconds: 60_000 });
    const two = await shared.process('two', notes('two'));
    shared.leases.end();
    await eventually(() => expect(two.role).toBe('folds'));
    await shared.log.append(stream, -1, [taken('a')]);
    expect(await two.reached(1, 1000)).toBe(true);
    await shared.log.append(stream, 0, [taken('b')]);
    expect(await two.reached(2, 1000)).toBe(true);
    expect(await shared.names()).toEqual(['a', 'b']);
    expect(await allRows(shared.rows)).toEqual(await foldAll(shared.log));
    expect(one.failure).toBeUndefined();
  });

  test('does nothing at all when its own clock says that the lease has run out', async () => {
    const shared = new Shared();
    const stored: string[] = [];
    const one = await shared.process('one', {
      storing: async () => void stored.push('one'),
      renewMilliseconds: 60_000,
      leaseMilliseconds: 30,
    });
    await sleep(40);
    await shared.log.append(stream, -1, [taken('a')]);
    expect(await one.reached(1, 100)).toBe(false);
    expect([stored, await shared.names()]).toEqual([[], []]);
  });

  test('asks again and watches', async () => {
    const shared = new Shared();
    const one = await shared.process('one');
    shared.leases.end();
    shared.leases.ask(id, 'another', 60_000);
    await eventually(() => expect(one.role).toBe('watches'));
    await shared.rows.apply(id, [], 7, 0);
    await eventually(() => expect(one.position).toBe(7));
  });
});

describe('rows that are lost', () => {
  test('are not answered of by those who watch until they are made again', async () => {
    const shared = new Shared();
    await shared.process('one');
    const two = await shared.process('two');
    await shared.log.append(stream, -1, [taken('a'), taken('b')]);
    expect(await two.reached(2, 1000)).toBe(true);
    let go: () => void = () => undefined;
    shared.log.beforeRead = () => new Promise((resolve) => (go = resolve));
    await shared.rows.clear(id);
    await eventually(() => expect(two.position).toBe(0));
    expect([hasReached(two, 0), statusOf(two, 2).ready]).toEqual([false, false]);
    shared.log.beforeRead = async () => undefined;
    const waiting = two.reached(0, 5000);
    await eventually(() => expect(go()).toBeUndefined());
    await sleep(1100);
    go();
    expect(await waiting).toBe(true);
    expect(two.position).toBe(2);
  });

  test('an outage of the rows ends nothing: the part is kept or given up, and taken again', async () => {
    const shared = new Shared();
    const one = await shared.process('one');
    const two = await shared.process('two');
    shared.rows.away = true;
    await shared.log.append(stream, -1, [taken('a')]);
    expect(await Promise.all([one.reached(1, 400), two.reached(1, 400)])).toEqual([false, false]);
    expect(one.stalled ?? two.stalled).toBeDefined();
    shared.rows.away = false;
    expect(await Promise.all([one.reached(1, 2000), two.reached(1, 2000)])).toEqual([true, true]);
    expect([one.failure, two.failure]).toEqual([undefined, undefined]);
    expect(await shared.names()).toEqual(['a']);
  });
});

test('who only watches notices that the log is away, too: nobody waits long for rows that cannot come (R10)', async () => {
  const shared = new Shared();
  const told: string[] = [];
  await shared.process('one');
  const two = await shared.process('two', { folds: false, stalled: ({ why }) => told.push(why) });
  shared.log.away = true;
  for (const _ of ['before it is noticed', 'after']) {
    const asked = performance.now();
    expect(await two.reached(1, 60_000)).toBe(false);
    expect(performance.now() - asked).toBeLessThan(slowness.bound(1000));
  }
  expect([two.role, two.stalled?.why]).toEqual(['watches', expect.stringContaining('LogUnavailable')]);
  expect(told).toHaveLength(1);
  shared.log.away = false;
  await eventually(() => expect(two.stalled).toBeUndefined());
  await shared.log.append(stream, -1, [taken('a')]);
  expect(await two.reached(1, 2000)).toBe(true);
});

test('an account that is parked is parked for those who watch as well', async () => {
  const shared = new Shared();
  await shared.process('one');
  const two = await shared.process('two');
  await shared.log.append(stream, -1, [{ ...taken('a'), version: 9 }]);
  expect(await two.reached(1, 1000)).toBe(true);
  expect([...two.parked.keys()]).toEqual([account]);
});

test('a projector that gives up says so, and another process tries', async () => {
  const shared = new Shared();
  const failures: unknown[] = [];
  const broken: SharedProjectorOptions = {
    failed: (error) => failures.push(error),
    async storing() {
      throw new Error('a bug');
    },
  };
  const one = await shared.process('one', broken);
  const two = await shared.process('two');
  await shared.log.append(stream, -1, [taken('a')]);
  await eventually(() => expect(failures).toEqual([new Error('a bug')]));
  expect(await one.reached(1, 100)).toBe(false);
  expect(await two.reached(1, 2000)).toBe(true);
});
