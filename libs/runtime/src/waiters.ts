import type { Position } from '@muniment/kernel';

interface Waiter {
  readonly position: Position;
  readonly since: number;
  timer: NodeJS.Timeout;
  readonly wake: (reached: boolean) => void;
}

/** Those who wait until a position is reached. */
export class Waiters {
  #waiting: Waiter[] = [];

  get some(): boolean {
    return this.#waiting.length > 0;
  }

  /** Milliseconds for which the one who came first has waited; 0 when nobody waits. */
  get longest(): number {
    const [first] = this.#waiting;
    return first === undefined ? 0 : performance.now() - first.since;
  }

  wait(position: Position, withinMilliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        position,
        since: performance.now(),
        timer: setTimeout(() => this.#late(waiter), withinMilliseconds),
        wake: (reached) => {
          clearTimeout(waiter.timer);
          resolve(reached);
        },
      };
      this.#waiting.push(waiter);
    });
  }

  /** It has become unlikely: nobody waits longer than so long, counted from when he came. */
  hurry(milliseconds: number): void {
    const now = performance.now();
    for (const waiter of this.#waiting) {
      clearTimeout(waiter.timer);
      waiter.timer = setTimeout(() => this.#late(waiter), Math.max(0, waiter.since + milliseconds - now));
    }
  }

  reached(position: Position): void {
    if (this.#waiting.length === 0) return;
    const waiting: Waiter[] = [];
    for (const waiter of this.#waiting) {
      if (waiter.position <= position) waiter.wake(true);
      else waiting.push(waiter);
    }
    this.#waiting = waiting;
  }

  /** Nobody need wait any longer; with a position: for that one. */
  refuse(position?: Position): void {
    for (const waiter of this.#waiting.splice(0)) {
      if (position === undefined || waiter.position === position) waiter.wake(false);
      else this.#waiting.push(waiter);
    }
  }

  #late(waiter: Waiter): void {
    this.#waiting = this.#waiting.filter((other) => other !== waiter);
    waiter.wake(false);
  }
}
