import type { Clock } from '@muniment/runtime';

export interface FixedClock extends Clock {
  advance(seconds: number): void;
}

/** Time that stands still until it is told to go on. */
export function fixedClock(at: string | Date = '2026-11-20T10:00:00.000Z'): FixedClock {
  let now = new Date(at).getTime();
  return {
    now: () => new Date(now),
    advance: (seconds) => {
      now += seconds * 1000;
    },
  };
}
