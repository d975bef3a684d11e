import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NO_STREAM } from '@muniment/kernel';
import { everything, happened, streamed } from '@muniment/testing';
import { categoryKey, counter, Environment, numberIn, ordered, streamKey } from './environment.js';
import { frameNumber, LogCorrupted } from './frame.js';
import { openEventLog } from './lmdb-event-log.js';

const total = 6;
const all = { start: '\0', end: '~' };
let path: string;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'eventlog-'));
  const log = await openEventLog({ path });
  for (let n = 0; n < total; n++) await log.append(`${n % 2 ? 'calls' : 'directory'}-1`, (n >> 1) - 1, [happened(n)]);
  await log.close();
});
afterEach(() => rm(path, { recursive: true }));

/** Changes what is on disk behind the log's back. */
async function tamper(change: (environment: Environment) => void): Promise<void> {
  const environment = new Environment(path);
  environment.root.transactionSync(() => change(environment));
  await environment.root.close();
}

/** What reading everything, every way, comes to. */
async function readings(): Promise<unknown[]> {
  const log = await openEventLog({ path });
  const outcomes = await Promise.allSettled([
    everything(log, ['directory']),
    everything(log, ['calls']),
    everything(log, ['directory', 'calls'], 0, 2),
    streamed(log, 'directory-1'),
    streamed(log, 'directory-1', { backwards: true }),
    streamed(log, 'calls-1'),
  ]);
  await log.close();
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
}

/** Opening or reading says that the log is corrupted, and nothing else goes wrong. */
async function expectDetected(): Promise<void> {
  const errors = await readings().catch((error: unknown) => [error]);
  expect(errors).not.toEqual([]);
  for (const error of errors) expect(error).toBeInstanceOf(LogCorrupted);
}

describe('corruption is found before anything of it is served (R3)', () => {
  test('an untouched log reads well', async () => {
    expect(await readings()).toEqual([]);
  });

  test('a flipped bit, wherever in an event, names the position', async () => {
    const environment = new Environment(path);
    const key = ordered(3);
    const written = environment.events.getBinary(key) as Buffer;
    await environment.root.close();
    for (let index = 0; index < written.length; index++) {
      const flipped = Buffer.from(written);
      flipped[index] = (flipped[index] as number) ^ (1 << (index % 8));
      await tamper(({ events }) => void events.put(key, flipped));
      const log = await openEventLog({ path });
      await expect(log.readAll(['directory'], 0, 100)).rejects.toMatchObject({ name: 'LogCorrupted', position: 3 });
      await expect(streamed(log, 'directory-1')).rejects.toMatchObject({ name: 'LogCorrupted', position: 3 });
      await log.close();
    }
  });

  test.each<[string, (environment: Environment) => void]>([
    ['a lost event', ({ events }) => void events.remove(ordered(3))],
    ['a lost newest event', ({ events }) => void events.remove(ordered(total))],
    [
      'an event cut off',
      ({ events }) => void events.put(ordered(3), (events.getBinary(ordered(3)) as Buffer).subarray(0, 9)),
    ],
    [
      'an event in another’s place',
      ({ events }) => void events.put(ordered(3), events.getBinary(ordered(5)) as Buffer),
    ],
    ['a stream without one of its revisions', ({ streams }) => void streams.remove(streamKey('directory-1', 1))],
    [
      'a revision that is elsewhere',
      ({ streams }) =>
        void streams.put(streamKey('directory-1', 1), streams.getBinary(streamKey('directory-1', 2)) as Buffer),
    ],
    ['a hole in a category', ({ categories }) => void categories.remove(categoryKey('directory', 3))],
    ['a category without its newest', ({ categories }) => void categories.remove(categoryKey('directory', 5))],
    [
      'a category with another’s event',
      ({ categories }) => void categories.put(categoryKey('directory', 4), Buffer.from([1])),
    ],
    ['a head in the past', (environment) => environment.setCount(counter.head, total - 1)],
    ['a head in the future', (environment) => environment.setCount(counter.head, total + 1)],
    [
      'a counter of another name',
      ({ counters }) => void counters.put(counter.stream('directory-1'), frameNumber('other', 2)),
    ],
    ['a counter cut off', ({ counters }) => void counters.put(counter.category('calls'), Buffer.alloc(3))],
  ])('%s', async (_, change) => {
    await tamper(change);
    await expectDetected();
  });

  test('removing streams leaves nothing of them and no holes; holes that were not made so are still found', async () => {
    const log = await openEventLog({ path });
    for (const stream of ['calls-2', 'calls-3', 'calls-4']) await log.append(stream, NO_STREAM, [happened(9)]);
    await log.append('calls-1', 2, [happened(7), happened(8)]);
    await log.remove('calls-2');
    await log.remove('calls-3');
    expect((await everything(log, ['calls'])).map(({ stream }) => stream)).toEqual([
      ...Array(3).fill('calls-1'),
      'calls-4',
      ...Array(2).fill('calls-1'),
    ]);
    await log.close();
    await tamper(({ events, streams, counters }) => {
      for (const { value } of events.getRange(all)) expect(String(value)).not.toMatch(/calls-[23]/);
      for (const names of [streams, counters]) {
        for (const name of names.getKeys(all)) expect(name).not.toMatch(/calls-[23]/);
      }
    });
    expect(await readings()).toEqual([]);
    await tamper(({ categories }) => void categories.remove(categoryKey('calls', 9)));
    await expectDetected();
  });

  test('a stream that is damaged is not removed', async () => {
    await tamper(({ streams }) => void streams.remove(streamKey('directory-1', 1)));
    const log = await openEventLog({ path });
    await expect(log.remove('directory-1')).rejects.toThrow('revision 1 of stream `directory-1` is not there');
    await log.close();
    await expectDetected();
  });

  test('a damaged counter stops writing instead of writing over events', async () => {
    await tamper(({ counters }) => void counters.put(counter.stream('directory-1'), Buffer.alloc(12)));
    const failures: unknown[] = [];
    const log = await openEventLog({ path, onFailure: (error) => failures.push(error) });
    await expect(log.append('directory-1', 2, [happened(9)])).rejects.toThrow('the event log takes no writes');
    expect(failures).toHaveLength(1);
    await log.close();
  });

  test('positions survive as keys', () => {
    for (const position of [1, 35, 36, 2 ** 32, Number.MAX_SAFE_INTEGER])
      expect(numberIn(ordered(position))).toBe(position);
    expect([10, 9, 36, 1].map(ordered).sort()).toEqual([1, 9, 10, 36].map(ordered));
    expect(() => ordered(NO_STREAM)).not.toThrow();
  });
});
