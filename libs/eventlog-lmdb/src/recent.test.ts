import { describe, expect, test } from '@jest/globals';
import { happened } from '@muniment/testing';
import fc from 'fast-check';
import { encode } from './frame.js';
import { Recent } from './recent.js';

const event = (n: number, letters = 0) =>
  encode('calls-1', n, { ...happened(n), data: { n, text: 'x'.repeat(letters) } });

describe('the newest events in memory', () => {
  test('are bounded by bytes, not only by their number', () => {
    const recent = new Recent(1000, 10_000);
    for (let n = 0; n < 100; n++) recent.add(n, [event(n, 1000)]);
    expect(recent.readAll(['calls'], 0, 10)).toBeUndefined();
    expect(recent.readAll(['calls'], 98, 10)?.events).toHaveLength(2);
    expect(recent.bytes).toBeLessThanOrEqual(10_000);
    expect(recent.bytes).toBeGreaterThan(3000);
  });

  test('one event larger than everything that may be kept is not kept', () => {
    const recent = new Recent(1000, 10_000);
    recent.add(0, [event(0), event(1, 20_000)]);
    expect(recent.readAll(['calls'], 1, 10)).toBeUndefined();
    expect(recent.bytes).toBe(0);
  });

  test('whatever comes and goes, what is there is without holes, in order, and within both bounds', () => {
    const adds = fc.array(
      fc.record({ letters: fc.array(fc.nat(900), { minLength: 1, maxLength: 5 }), gap: fc.nat(12) }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(adds, (steps) => {
        const recent = new Recent(8, 4000);
        let position = 0;
        for (const { letters, gap } of steps) {
          // Sometimes another process has written in between.
          if (gap === 0) position += 3;
          const events = letters.map((count, index) => event(position + index, count));
          recent.add(position, events);
          position += events.length;
          expect(recent.bytes).toBeLessThanOrEqual(4000);
          for (let after = 0; after < position; after++) {
            const expected = Array.from({ length: position - after }, (_, index) => after + 1 + index);
            // What is not remembered any more is not answered at all; what is answered is whole.
            const slice = recent.readAll(['calls'], after, 100);
            expect(slice?.events.map((each) => each.position) ?? expected).toEqual(expected);
            expect(slice?.events.length ?? 0).toBeLessThanOrEqual(16);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});
