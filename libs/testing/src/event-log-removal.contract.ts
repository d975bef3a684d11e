import { describe, expect, test } from '@jest/globals';
import { NO_STREAM, type RecordedEvent } from '@muniment/kernel';
import type { EventLog } from '@muniment/runtime';
import { everything, happened, streamed } from './events.js';

const numbers = (events: readonly RecordedEvent[]) => events.map(({ data }) => (data as { n: number }).n);

/** A removed stream is gone, and nothing else is. */
export function removalContract(opened: () => EventLog): void {
  describe('removing a stream', () => {
    test('its events are never read again, by stream or by category; others stay where they are', async () => {
      const log = opened();
      await log.append('calls-1', NO_STREAM, [happened(1), happened(2)]);
      const kept = await log.append('calls-2', NO_STREAM, [happened(3)]);
      await log.append('calls-1', 1, [happened(4)]);
      await log.append('directory-1', NO_STREAM, [happened(5)]);
      const last = await log.append('calls-2', 0, [happened(6)]);
      await log.append('calls-1', 2, [happened(7)]);
      const head = await log.head();
      await log.remove('calls-1');
      expect(await streamed(log, 'calls-1')).toEqual([]);
      expect(await streamed(log, 'calls-1', { backwards: true })).toEqual([]);
      const left = await everything(log, ['calls']);
      expect(numbers(left)).toEqual([3, 6]);
      expect(left.map(({ position }) => position)).toEqual([kept.position, last.position]);
      expect(numbers(await everything(log, ['calls', 'directory'], 0, 1))).toEqual([3, 5, 6]);
      expect(await log.head()).toBeGreaterThanOrEqual(head);
      expect((await log.readAll(['calls'], last.position, 10)).position).toBeGreaterThanOrEqual(head);
    });

    test('a page of nothing but removed events is not the end', async () => {
      const log = opened();
      for (let n = 0; n < 12; n++) await log.append(`calls-${n % 4}`, Math.floor(n / 4) - 1, [happened(n)]);
      await log.remove('calls-0');
      await log.remove('calls-1');
      expect(numbers(await everything(log, ['calls'], 0, 1))).toEqual([2, 3, 6, 7, 10, 11]);
      expect(numbers(await everything(log, ['calls'], 0, 4))).toEqual([2, 3, 6, 7, 10, 11]);
    });

    test('it may begin anew', async () => {
      const log = opened();
      await log.append('calls-1', NO_STREAM, [happened(1), happened(2)]);
      await log.remove('calls-1');
      const anew = await log.append('calls-1', NO_STREAM, [happened(3)]);
      await log.append('calls-1', anew.revision, [happened(4)]);
      expect(numbers(await streamed(log, 'calls-1'))).toEqual([3, 4]);
      expect(numbers(await everything(log, ['calls']))).toEqual([3, 4]);
      await log.remove('calls-1');
      expect(await streamed(log, 'calls-1')).toEqual([]);
      expect(await everything(log, ['calls'])).toEqual([]);
    });

    test('a stream that is not there, or not any more, is removed already', async () => {
      const log = opened();
      await log.append('calls-1', NO_STREAM, [happened(1)]);
      await log.remove('calls-9');
      await log.remove('calls-1');
      await log.remove('calls-1');
      expect(await everything(log, ['calls'])).toEqual([]);
    });

    test('whoever follows sees what is left once, in order, wherever it was when the stream went', async () => {
      const log = opened();
      for (let n = 0; n < 30; n++) await log.append(`calls-${n % 3}`, Math.floor(n / 3) - 1, [happened(n)]);
      const places: number[] = [0];
      for (let position = 0; ; ) {
        const slice = await log.readAll(['calls'], position, 4);
        if (slice.events.length === 0) break;
        position = slice.position;
        places.push(position);
      }
      await log.remove('calls-1');
      const left = await everything(log, ['calls']);
      expect(numbers(left)).toEqual(Array.from({ length: 30 }, (_, n) => n).filter((n) => n % 3 !== 1));
      for (const place of places) {
        expect(await everything(log, ['calls'], place, 5)).toEqual(left.filter(({ position }) => position > place));
      }
      await log.append('calls-0', 9, [happened(30)]);
      expect(numbers(await everything(log, ['calls'])).at(-1)).toBe(30);
    });
  });
}
