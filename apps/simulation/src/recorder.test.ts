import { expect, test } from '@jest/globals';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import type { NewEvent, RecordedEvent, Revision } from '@muniment/kernel';
import {
  type Appended,
  callHistory,
  callsStream,
  chainHash,
  LogUnavailable,
  Recorder,
  randomIds,
} from '@muniment/runtime';
import { fixedClock } from '@muniment/testing';

interface Facts {
  readonly account: string;
  readonly number: number;
}

const account = '111122223333';
const clock = fixedClock('2026-11-20T23:59:00.000Z');

class FlakyLog extends MemoryEventLog {
  failing = false;

  override async append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
    if (this.failing) throw new LogUnavailable('away');
    return super.append(stream, expected, events);
  }
}

const recorderOn = (log: MemoryEventLog, failed: (error: unknown) => void = () => undefined) =>
  new Recorder<Facts, number>({
    log,
    ids: randomIds,
    shape: ({ account: owner, number }) => [{ account: owner, record: number }],
    now: () => clock.now(),
    failed,
  });

async function historyOf(log: MemoryEventLog): Promise<unknown[]> {
  const records: unknown[] = [];
  const from = new Date(clock.now().getTime() - 3 * 86_400_000);
  for await (const batch of callHistory(log, account, from, clock.now())) records.push(...batch);
  return records;
}

async function chainOf(log: MemoryEventLog, stream: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const batch of log.readStream(stream)) events.push(...batch);
  return events;
}

test('records of one moment share an event, and are read newest first', async () => {
  const log = new MemoryEventLog();
  const recorder = recorderOn(log);
  for (let number = 0; number < 100; number++) void recorder.record({ account, number }, false);
  await recorder.flush();
  expect(await chainOf(log, callsStream(account, clock.now()))).toHaveLength(1);
  expect(await historyOf(log)).toEqual(Array.from({ length: 100 }, (_, index) => 99 - index));
});

test('a call that changed something waits until its record is on disk', async () => {
  const log = new MemoryEventLog();
  const recorder = recorderOn(log);
  expect(recorder.record({ account, number: 1 }, false)).toBeUndefined();
  await recorder.record({ account, number: 2 }, true);
  expect(await historyOf(log)).toEqual([2, 1]);
});

test('each chunk names the hash of the one before, through restarts and into the next day', async () => {
  const log = new MemoryEventLog();
  for (let number = 0; number < 6; number++) {
    if (number === 4) clock.advance(120);
    await recorderOn(log).record({ account, number }, true);
  }
  for (const day of ['2026-11-20', '2026-11-21']) {
    let previous = '';
    const events = await chainOf(log, `calls-${account}-${day}`);
    expect(events.length).toBe(day === '2026-11-20' ? 4 : 2);
    for (const { data } of events) {
      const chunk = data as { records: unknown[]; previous: string; hash: string };
      expect(chunk.previous).toBe(previous);
      expect(chunk.hash).toBe(chainHash(previous, chunk.records));
      previous = chunk.hash;
    }
  }
  expect(await historyOf(log)).toEqual([5, 4, 3, 2, 1, 0]);
});

test('records wait while the log is away and none is lost (R28)', async () => {
  const log = new FlakyLog();
  let failures = 0;
  const recorder = recorderOn(log, () => {
    failures++;
    log.failing = false;
  });
  log.failing = true;
  await recorder.record({ account, number: 1 }, true);
  expect(failures).toBe(1);
  expect(await historyOf(log)).toEqual([1]);
});

test('a call of which no record can be made costs no other call its record', async () => {
  const log = new MemoryEventLog();
  const failures: unknown[] = [];
  const recorder = new Recorder<Facts, number>({
    log,
    ids: randomIds,
    shape: ({ account: owner, number }) => {
      if (number === 1) throw new TypeError('no record');
      return [{ account: owner, record: number }];
    },
    now: () => clock.now(),
    failed: (error) => failures.push(error),
  });
  for (let number = 0; number < 3; number++) void recorder.record({ account, number }, false);
  await recorder.flush();
  expect(await historyOf(log)).toEqual([2, 0]);
  expect(failures).toEqual([new TypeError('no record')]);
});
