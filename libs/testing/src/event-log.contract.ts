import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NO_STREAM, type Position, type RecordedEvent } from '@muniment/kernel';
import { type EventLog, LogUnavailable, WrongExpectedRevision } from '@muniment/runtime';
import { orderContract } from './event-log-order.contract.js';
import { removalContract } from './event-log-removal.contract.js';
import { everything, happened, streamed } from './events.js';
import { eventually } from './eventually.js';

export interface OpenLog {
  readonly log: EventLog;
  readonly close: () => Promise<void>;
}

export interface EventLogContractOptions {
  /** How many random schedules are tried. */
  readonly schedules?: number;
}

/** What every event log promises, whatever it is made of. */
export function eventLogContract(
  name: string,
  open: () => Promise<OpenLog>,
  { schedules = 60 }: EventLogContractOptions = {},
): void {
  describe(`event log: ${name}`, () => {
    let log: EventLog;
    let close: () => Promise<void>;
    /** Where the log was before: a server that is shared keeps what others have written. */
    let base: Position;
    beforeEach(async () => {
      ({ log, close } = await open());
      base = await log.head();
    });
    afterEach(() => close());

    describe('append', () => {
      test('a new log is empty', async () => {
        expect(await streamed(log, 'directory-1')).toEqual([]);
        expect(await log.readAll(['directory'], 0, 10)).toEqual({ events: [], position: base });
      });

      test('events come back as they were given, with their places', async () => {
        const events = [happened(1), { ...happened(2), version: 3 }];
        const appended = await log.append('directory-1', NO_STREAM, events);
        const recorded = await streamed(log, 'directory-1');
        expect(recorded).toEqual(
          events.map((event, revision) => ({
            ...event,
            stream: 'directory-1',
            revision,
            position: expect.any(Number),
          })),
        );
        expect(appended).toEqual({ revision: 1, position: recorded[1]?.position });
        expect(await log.head()).toBe(appended.position);
      });

      test('positions grow over all streams', async () => {
        const first = await log.append('directory-1', NO_STREAM, [happened(1), happened(2)]);
        const second = await log.append('credentials-1', NO_STREAM, [happened(3)]);
        const third = await log.append('directory-1', 1, [happened(4)]);
        const positions = [first, second, third].map(({ position }) => position);
        expect(positions).toEqual([...positions].sort((a, b) => a - b));
        expect(new Set(positions).size).toBe(3);
      });

      test.each([
        ['a stream that is not there', 'directory-2', 0, NO_STREAM],
        ['a stream that is there already', 'directory-1', NO_STREAM, 1],
        ['a revision that is over', 'directory-1', 0, 1],
        ['a revision that is yet to come', 'directory-1', 2, 1],
      ])('%s is a wrong expectation, and nothing is written', async (_, stream, expected, actual) => {
        await log.append('directory-1', NO_STREAM, [happened(1), happened(2)]);
        const head = await log.head();
        const refused = await log.append(stream, expected, [happened(3), happened(4)]).catch((error: unknown) => error);
        expect(refused).toBeInstanceOf(WrongExpectedRevision);
        expect(refused).toMatchObject({ stream, expected, actual });
        expect(await log.head()).toBe(head);
        expect(await everything(log, ['directory'])).toHaveLength(2);
      });

      test('what another writer has made of the same command is not taken for what is to be written (R18)', async () => {
        const { position } = await log.append('directory-1', NO_STREAM, [{ ...happened(1), data: { of: 'another' } }]);
        const refused = log.append('directory-1', NO_STREAM, [happened(1)]);
        await expect(refused).rejects.toMatchObject({ stream: 'directory-1', expected: NO_STREAM, actual: 0 });
        expect(await log.head()).toBe(position);
        expect((await streamed(log, 'directory-1')).map(({ data }) => data)).toEqual([{ of: 'another' }]);
      });

      test('no events at all change nothing, but the expectation is checked', async () => {
        const { position } = await log.append('directory-1', NO_STREAM, [happened(1)]);
        expect(await log.append('directory-1', 0, [])).toEqual({ revision: 0, position });
        await expect(log.append('directory-1', 5, [])).rejects.toBeInstanceOf(WrongExpectedRevision);
        expect(await log.head()).toBe(position);
      });

      test('data of every JSON kind survives; what JSON leaves out is left out', async () => {
        const data = {
          empty: '',
          text: 'naïve 💼 \u0000 \u2028 "quoted" \\',
          none: null,
          numbers: [0, -1, 1.5, 1e21, Number.MAX_SAFE_INTEGER],
          nested: { list: [[], {}, [true, false]] },
          large: 'x'.repeat(300_000),
        };
        await log.append('directory-1', NO_STREAM, [{ ...happened(1), data: { ...data, left: undefined } }]);
        const [event] = await streamed(log, 'directory-1');
        expect(event?.data).toEqual(data);
      });

      test('a closed log takes no writes', async () => {
        await log.close();
        await expect(log.append('directory-1', NO_STREAM, [happened(1)])).rejects.toBeInstanceOf(LogUnavailable);
      });
    });

    describe('reading a stream', () => {
      const total = 1203;
      const numbers = (events: readonly RecordedEvent[]) => events.map(({ data }) => (data as { n: number }).n);
      const upTo = (end: number, start = 0) => Array.from({ length: end - start }, (_, index) => start + index);
      beforeEach(async () => {
        await log.append('directory-1', NO_STREAM, upTo(total).map(happened));
      });

      test('a long stream comes in batches, each event once and in order', async () => {
        const batches: number[] = [];
        for await (const batch of log.readStream('directory-1')) batches.push(batch.length);
        expect(batches.length).toBeGreaterThan(1);
        expect(Math.min(...batches)).toBeGreaterThan(0);
        expect(numbers(await streamed(log, 'directory-1'))).toEqual(upTo(total));
      });

      test('it starts where it is asked to', async () => {
        expect(numbers(await streamed(log, 'directory-1', { from: 1000 }))).toEqual(upTo(total, 1000));
        expect(await streamed(log, 'directory-1', { from: total })).toEqual([]);
      });

      test('backwards starts at the end or at a revision, and ends with the first event', async () => {
        expect(numbers(await streamed(log, 'directory-1', { backwards: true }))).toEqual(upTo(total).reverse());
        expect(numbers(await streamed(log, 'directory-1', { backwards: true, from: 2 }))).toEqual([2, 1, 0]);
        expect(numbers(await streamed(log, 'directory-1', { backwards: true, from: total + 9 }))).toHaveLength(total);
      });

      test('a reader that stops early does no harm', async () => {
        for await (const batch of log.readStream('directory-1')) if (batch.length > 0) break;
        expect(await streamed(log, 'directory-1')).toHaveLength(total);
      });
    });

    describe('reading categories', () => {
      test('the category is what stands before the first hyphen', async () => {
        for (const stream of ['calls', 'calls-1', 'calls-1-2026', 'callsign-1', 'call-s', 'other-calls']) {
          await log.append(stream, NO_STREAM, [happened(1)]);
        }
        const events = await everything(log, ['calls']);
        expect(events.map(({ stream }) => stream)).toEqual(['calls', 'calls-1', 'calls-1-2026']);
      });

      test('several categories come in the order of the log', async () => {
        for (const [index, category] of ['a', 'b', 'c', 'b', 'a', 'c', 'a'].entries()) {
          await log.append(`${category}-${index}`, NO_STREAM, [happened(index)]);
        }
        const { events } = await log.readAll(['c', 'a', 'a'], 0, 100);
        expect(events.map(({ stream }) => stream)).toEqual(['a-0', 'c-2', 'a-4', 'c-5', 'a-6']);
      });

      test('a page ends at its last event, the last page at the head of the log', async () => {
        await log.append('a-1', NO_STREAM, [happened(1), happened(2), happened(3)]);
        const { position: head } = await log.append('b-1', NO_STREAM, [happened(4)]);
        const first = await log.readAll(['a'], 0, 2);
        expect(first.events).toHaveLength(2);
        expect(first.position).toBe(first.events[1]?.position);
        const last = await log.readAll(['a'], first.position, 2);
        expect(last.events).toHaveLength(1);
        expect(last.position).toBe(head);
        expect(await log.readAll(['a'], head, 2)).toEqual({ events: [], position: head });
      });

      test('where nothing of the categories is, the whole log was looked through', async () => {
        const { position } = await log.append('a-1', NO_STREAM, [happened(1)]);
        expect(await log.readAll(['b'], 0, 10)).toEqual({ events: [], position });
        expect(await log.readAll([], 0, 10)).toEqual({ events: [], position });
      });
    });

    describe('hints', () => {
      test('listeners are called after each commit, when the events can be read', async () => {
        const heard: Promise<number>[] = [];
        const stop = log.onAppended(() => heard.push(everything(log, ['a']).then((events) => events.length)));
        await log.append('a-1', NO_STREAM, [happened(1)]);
        await eventually(async () => expect(await Promise.all(heard)).toEqual([1]));
        stop();
        await log.append('a-1', 0, [happened(2)]);
        expect(heard).toHaveLength(1);
      });

      test('a listener that fails hurts neither the writer nor the others', async () => {
        const heard: number[] = [];
        log.onAppended(() => {
          throw new Error('a listener that fails on purpose');
        });
        log.onAppended((position) => heard.push(position));
        const { position } = await log.append('a-1', NO_STREAM, [happened(1)]);
        await eventually(() => expect(heard).toEqual([position]));
      });
    });

    removalContract(() => log);
    orderContract(() => log, schedules);
  });
}
