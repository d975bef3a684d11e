import { describe, expect, test } from '@jest/globals';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import { hasReached, Projector, type ProjectorOptions, type ReadModels, statusOf } from '@muniment/runtime';
import { eventually, Slowness } from '@muniment/testing';
import { FaultyLog, FaultyReadModels } from './faults.testing.js';
import { allRows, elsewhere, foldAll, id, projection, rowsOf, taken } from './histories.testing.js';

const slowness = new Slowness();

const account = '111111111111';
const stream = `ledger-${account}`;
const quick = { firstPause: 5, longestPause: 20 };

async function following(log: FaultyLog, readModels: ReadModels, options: ProjectorOptions = {}): Promise<Projector> {
  const projector = new Projector(projection, log, readModels, { ...quick, ...options });
  await projector.start();
  return projector;
}

const namesIn = async (readModels: ReadModels) => (await rowsOf(readModels, account)).map(({ name }) => name);

describe('while the log is away', () => {
  test('a start serves what is stored, and catches up when it is back', async () => {
    const log = new FaultyLog();
    const readModels = new MemoryReadModels();
    const { position } = await log.append(stream, -1, [taken('a')]);
    await (await following(log, readModels)).stop();
    await log.append(stream, 0, [taken('b')]);
    log.away = true;
    const projector = await following(log, readModels);
    expect(projector.position).toBe(position);
    expect(await projector.reached(position, 1000)).toBe(true);
    expect(await projector.reached(position + 1, 30)).toBe(false);
    expect(projector.failure).toBeUndefined();
    expect(projector.stalled?.why).toContain('it is away');
    expect(statusOf(projector, undefined)).toMatchObject({ ready: true, stalledBy: projector.stalled?.why });
    log.away = false;
    await eventually(async () => expect(await namesIn(readModels)).toEqual(['a', 'b']));
    expect(projector.stalled).toBeUndefined();
    await projector.stop();
  });

  test('a start without any rows answers of none until it knows that there are none', async () => {
    const log = new FaultyLog();
    await log.append(stream, -1, [taken('a')]);
    log.away = true;
    const projector = await following(log, new MemoryReadModels());
    expect(hasReached(projector, 0)).toBe(false);
    expect(statusOf(projector, undefined).ready).toBe(false);
    const waiting = projector.reached(0, 1000);
    log.away = false;
    expect(await waiting).toBe(true);
    expect(projector.position).toBe(1);
    await projector.stop();
  });

  test('nothing is lost by an outage in the middle, however often it is tried', async () => {
    const log = new FaultyLog();
    const readModels = new MemoryReadModels();
    const outages: string[] = [];
    const projector = await following(log, readModels, { stalled: ({ why }) => outages.push(why) });
    log.away = true;
    await log.append(stream, -1, [taken('a')]);
    await eventually(() => expect(projector.stalled).toBeDefined());
    const { since } = projector.stalled ?? {};
    log.why = 'the password is wrong';
    await eventually(() => expect(projector.stalled?.why).toContain('the password is wrong'));
    expect([outages.length, projector.stalled?.since]).toEqual([1, since]);
    expect(projector.failure).toBeUndefined();
    log.away = false;
    expect(await projector.reached(1, 1000)).toBe(true);
    expect(await namesIn(readModels)).toEqual(['a']);
    await projector.stop();
  });

  test('nobody waits as long as otherwise', async () => {
    const log = new FaultyLog();
    const projector = await following(log, new MemoryReadModels());
    log.away = true;
    await log.append(stream, -1, [taken('a')]);
    await eventually(() => expect(projector.stalled).toBeDefined());
    const started = performance.now();
    expect(await projector.reached(1, 5000)).toBe(false);
    expect(performance.now() - started).toBeLessThan(slowness.bound(1500));
    await projector.stop();
  });
});

describe('while the read models are away', () => {
  test('a start resolves, and catches up when they are back', async () => {
    const log = new FaultyLog();
    const readModels = new FaultyReadModels();
    await log.append(stream, -1, [taken('a')]);
    readModels.away = true;
    const projector = await following(log, readModels);
    expect(projector.stalled?.why).toContain('they are away');
    readModels.away = false;
    await eventually(async () => expect(await namesIn(readModels)).toEqual(['a']));
    await projector.stop();
  });

  test('an idle projector says so', async () => {
    const readModels = new FaultyReadModels();
    const projector = await following(new FaultyLog(), readModels);
    readModels.away = true;
    await eventually(() => expect(projector.stalled).toBeDefined());
    readModels.away = false;
    await eventually(() => expect(projector.stalled).toBeUndefined());
    await projector.stop();
  });

  test('steps that are refused are done later, each once', async () => {
    const log = new FaultyLog();
    const readModels = new FaultyReadModels();
    const steps: ('refused' | 'done')[] = ['refused', 'refused', 'refused', 'refused', 'refused', 'refused', 'done'];
    readModels.step = () => steps.shift() ?? 'done';
    const projector = await following(log, readModels);
    await log.append(stream, -1, [taken('a'), taken('b')]);
    expect(await projector.reached(2, 2000)).toBe(true);
    expect(await allRows(readModels)).toEqual(await foldAll(log));
    await projector.stop();
  });

  test('a step that was stored without an answer is not done twice, and caches behind it are dropped', async () => {
    const log = new FaultyLog();
    const readModels = new FaultyReadModels();
    let lost = 0;
    const told: unknown[] = [];
    const projector = await following(log, readModels, {
      lost: () => lost++,
      changed: (changes) => told.push(...changes),
    });
    readModels.step = () => {
      readModels.step = () => 'done';
      return 'unanswered';
    };
    await log.append(stream, -1, [taken('a')]);
    expect(await projector.reached(1, 1000)).toBe(true);
    expect([lost, told]).toEqual([1, []]);
    await log.append(stream, 0, [taken('b')]);
    expect(await projector.reached(2, 1000)).toBe(true);
    expect([lost, told.length]).toEqual([1, 1]);
    expect(await allRows(readModels)).toEqual(await foldAll(log));
    await projector.stop();
  });
});

describe('rows that were lost behind its back (R7, R8)', () => {
  test('are made again, also when nothing happens; meanwhile nothing is answered that knows less', async () => {
    const log = new FaultyLog();
    const readModels = new MemoryReadModels();
    await log.append(stream, -1, [taken('a'), taken('b')]);
    let lost = 0;
    const projector = await following(log, readModels, { lost: () => lost++ });
    let seen = false;
    log.beforeRead = async () => {
      seen = true;
      expect([projector.position, hasReached(projector, 0), statusOf(projector, 2).ready]).toEqual([0, false, false]);
    };
    await readModels.clear(id);
    await eventually(() => expect(readModels.checkpoint(id)).toBe(2));
    expect([seen, lost]).toEqual([true, 1]);
    expect(await namesIn(readModels)).toEqual(['a', 'b']);
    expect(await projector.reached(2, 1000)).toBe(true);
    await projector.stop();
  });

  test('are noticed by the next change, which is not stored on top of them', async () => {
    const log = new FaultyLog();
    const readModels = new MemoryReadModels();
    await log.append(stream, -1, [taken('a')]);
    const projector = await following(log, readModels);
    await readModels.clear(id);
    await log.append(stream, 0, [taken('b')]);
    expect(await projector.reached(2, 1000)).toBe(true);
    expect(await namesIn(readModels)).toEqual(['a', 'b']);
    await projector.stop();
  });

  test('rows from beyond the end of the log are kept as long as nobody knows where it ends', async () => {
    const log = new FaultyLog();
    const readModels = new MemoryReadModels();
    await log.append(stream, -1, [taken('a'), taken('b')]);
    await (await following(log, readModels)).stop();
    const restored = new FaultyLog();
    await restored.append(stream, -1, [taken('a')]);
    restored.away = true;
    const projector = await following(restored, readModels);
    expect([projector.position, await namesIn(readModels)]).toEqual([2, ['a', 'b']]);
    restored.away = false;
    await eventually(async () => expect(await namesIn(readModels)).toEqual(['a']));
    expect(projector.position).toBe(1);
    await projector.stop();
  });
});

test('work that fails for another reason than an outage is given up after some tries', async () => {
  const log = new FaultyLog();
  const failures: unknown[] = [];
  let attempts = 0;
  const projector = await following(log, new MemoryReadModels(), {
    failed: (error) => failures.push(error),
    async storing() {
      attempts++;
      throw new Error('a bug');
    },
  });
  const waiting = projector.reached(1, 2000);
  await log.append(stream, -1, [taken('a'), elsewhere()]);
  expect(await waiting).toBe(false);
  expect([attempts, failures, projector.failure]).toEqual([5, [new Error('a bug')], new Error('a bug')]);
  expect(hasReached(projector, 0)).toBe(false);
  await projector.stop();
});

test('a log that is read while it grows all the time lets others have a turn', async () => {
  const log = new FaultyLog();
  const projector = await following(log, new MemoryReadModels());
  let revision = -1;
  log.beforeRead = async () => void ({ revision } = await log.append(stream, revision, [taken(`n${revision}`)]));
  await log.append('other-1', -1, [elsewhere()]);
  await expect(projector.standStill(async (position) => position > 0)).resolves.toBe(true);
  log.beforeRead = async () => undefined;
  await projector.stop();
});
