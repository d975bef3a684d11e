import { describe, expect, test } from '@jest/globals';
import type { Clock } from '@muniment/runtime';

/** What every clock promises. */
export function clockContract(name: string, open: () => Clock): void {
  describe(`the clock ${name}`, () => {
    test('tells a date that can be written in ISO 8601', () => {
      expect(open().now().toISOString()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    });

    test('does not go back', () => {
      const clock = open();
      const times = Array.from({ length: 100 }, () => clock.now().getTime());
      expect([...times].sort((a, b) => a - b)).toEqual(times);
    });

    test('hands out dates of their own: who changes one changes no other', () => {
      const clock = open();
      const first = clock.now();
      const year = first.getUTCFullYear();
      first.setUTCFullYear(1970);
      expect(clock.now().getUTCFullYear()).toBe(year);
    });
  });
}
