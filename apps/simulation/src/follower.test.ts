import { afterEach, describe, expect, test } from '@jest/globals';
import { Follower, hasReached, statusOf } from '@muniment/runtime';
import { eventually } from '@muniment/testing';
import { FaultyLog } from './faults.testing.js';
import { elsewhere, taken } from './histories.testing.js';

const stream = 'ledger-111111111111';
const started: Follower[] = [];
afterEach(async () => {
  for (const each of started.splice(0)) await each.stop();
});

async function following(log: FaultyLog, spoilt: () => void = () => undefined) {
  const told: (string | number)[] = [];
  const follower = new Follower(log, {
    name: 'caches',
    categories: ['ledger'],
    seen: (events) => {
      for (const { position } of events) told.push(position);
      spoilt();
    },
    lost: () => told.push('lost'),
    firstPause: 5,
    longestPause: 20,
  });
  started.push(follower);
  await follower.start();
  return { follower, told };
}

test('what happens after the start is seen, in order and once, what was before is not', async () => {
  const log = new FaultyLog();
  await log.append(stream, -1, [taken('a')]);
  const { follower, told } = await following(log);
  expect(follower.position).toBe(1);
  await log.append(stream, 0, [taken('b'), taken('c')]);
  await log.append('other-1', -1, [elsewhere()]);
  await log.append(stream, 2, [taken('d')]);
  expect(await follower.reached(5, 1000)).toBe(true);
  expect(told).toEqual([2, 3, 5]);
  expect(statusOf(follower, 5)).toEqual({
    projection: 'caches',
    role: 'follows',
    ready: true,
    position: 5,
    lag: 0,
    parked: 0,
  });
});

describe('an outage of the log', () => {
  test('in the middle loses nothing', async () => {
    const log = new FaultyLog();
    const { follower, told } = await following(log);
    log.away = true;
    await log.append(stream, -1, [taken('a')]);
    await eventually(() => expect(follower.stalled?.why).toContain('away'));
    expect(hasReached(follower, 0)).toBe(true);
    expect(await follower.reached(1, 20)).toBe(false);
    await log.append(stream, 0, [taken('b')]);
    log.away = false;
    expect(await follower.reached(2, 1000)).toBe(true);
    expect(told).toEqual([1, 2]);
    await eventually(() => expect(follower.stalled).toBeUndefined());
  });

  test('at the start: nobody knows what was missed until it is back, then everything is forgotten', async () => {
    const log = new FaultyLog();
    await log.append(stream, -1, [taken('a')]);
    log.away = true;
    const { follower, told } = await following(log);
    expect([hasReached(follower, 0), told, follower.failure]).toEqual([false, [], undefined]);
    log.away = false;
    expect(await follower.reached(1, 1000)).toBe(true);
    expect(told).toEqual(['lost']);
    await log.append(stream, 0, [taken('b')]);
    expect(await follower.reached(2, 1000)).toBe(true);
    expect(told).toEqual(['lost', 2]);
  });
});

test('what cannot be made use of may have been anything', async () => {
  const log = new FaultyLog();
  const { follower, told } = await following(log, () => {
    throw new Error('a bug');
  });
  await log.append(stream, -1, [taken('a')]);
  expect(await follower.reached(1, 1000)).toBe(true);
  expect(told).toEqual([1, 'lost']);
});

describe('a position that the log does not reach', () => {
  async function refuting(log: FaultyLog) {
    const refuted: [number, number][] = [];
    const follower = new Follower(log, {
      name: 'caches',
      categories: ['ledger'],
      seen: () => undefined,
      lost: () => undefined,
      refuted: (said, head) => refuted.push([said, head]),
      firstPause: 5,
    });
    started.push(follower);
    await follower.start();
    return { follower, refuted };
  }

  test('is not waited for, and is told of', async () => {
    const log = new FaultyLog();
    const { follower, refuted } = await refuting(log);
    await log.append(stream, -1, [taken('a')]);
    const begun = performance.now();
    expect(await follower.reached(9e15, 60_000)).toBe(false);
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(refuted).toEqual([[9e15, 1]]);
    await log.append(stream, 0, [taken('b')]);
    expect(await follower.reached(2, 1000)).toBe(true);
  });

  test('takes nobody along who waits for one that comes', async () => {
    const log = new FaultyLog();
    const { follower } = await refuting(log);
    const waiting = follower.reached(1, 60_000);
    expect(await follower.reached(7, 60_000)).toBe(false);
    await log.append(stream, -1, [taken('a')]);
    expect(await waiting).toBe(true);
  });

  test.each([Number.NaN, undefined, 'nothing'])('nor anything that is no position: %s', async (position) => {
    const log = new FaultyLog();
    const { follower } = await refuting(log);
    expect(await follower.reached(position as number, 20)).toBe(false);
    await log.append(stream, -1, [taken('a')]);
    await eventually(() => expect(follower.position).toBe(1));
  });
});
