import type { Position } from '@muniment/kernel';

interface Waiter {
  readonly position: Position;
  readonly wake: (reached: boolean) => void;
}

/** Those who wait until a position is reached. */
export class Waiters {
  #waiting: Waiter[] = [];

  get some(): boolean {
    return this.#waiting.length > 0;
  }

  wait(position: Position, withinMilliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        position,
        wake: (reached) => {
          clearTimeout(timer);
          resolve(reached);
        },
      };
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter);
        resolve(false);
      }, withinMilliseconds);
      this.#waiting.push(waiter);
    });
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

  refuse(): void {
    for (const waiter of this.#waiting.splice(0)) waiter.wake(false);
  }
}
