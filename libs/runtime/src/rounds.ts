import { BusUnavailable } from './ports/bus.js';
import { type Clock, systemClock } from './ports/clock.js';
import { LogUnavailable } from './ports/event-log.js';
import { CheckpointMoved, ReadModelsUnavailable } from './ports/read-models.js';

/** Since when work waits for what is away, and why it still does. */
export interface Stalled {
  readonly since: Date;
  readonly why: string;
}

export interface RoundsOptions {
  /** Milliseconds until the first new try, and at most. */
  readonly firstPause?: number;
  readonly longestPause?: number;
  readonly clock?: Clock;
  /** Told once with each outage. */
  readonly stalled?: (stalled: Stalled) => void;
  /** Told when no more tries are made. */
  readonly failed?: (error: unknown) => void;
}

/** How often work is tried that fails for any other reason than something being away. */
export const tries = 5;

/** Work that must not be tried again. */
export class Hopeless extends Error {}

const away = [LogUnavailable, ReadModelsUnavailable, BusUnavailable, CheckpointMoved];

/** Something else is away or has moved, and will be back: the work itself is well. */
export const isAway = (error: unknown): boolean => away.some((kind) => error instanceof kind);

/**
 * Runs rounds of work one after another: when woken, and as long as a round says that there is more. What is away is
 * waited for without end; what fails otherwise is tried again a few times.
 */
export class Rounds {
  readonly #round: () => Promise<boolean>;
  readonly #options: RoundsOptions;
  readonly #between: (() => Promise<void>)[] = [];
  #running: Promise<void> | undefined;
  #settled: (() => void)[] = [];
  #again = false;
  #stopped = false;
  #attempts = 0;
  #faults = 0;
  #endPause: () => void = () => undefined;
  failure: unknown;
  stalled: Stalled | undefined;

  /** `round` answers whether there is more to do. */
  constructor(round: () => Promise<boolean>, options: RoundsOptions = {}) {
    this.#round = round;
    this.#options = options;
  }

  get idle(): boolean {
    return this.#running === undefined;
  }

  get over(): boolean {
    return this.#stopped || this.failure !== undefined;
  }

  wake(): void {
    if (this.over) return;
    this.#again = true;
    this.#running ??= this.#run();
  }

  /** Resolves when there is nothing to do, or nothing can be done for now. */
  settled(): Promise<void> {
    if (this.#running === undefined) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  /** Runs work between two rounds; rejects when it does, and when there are no rounds any more. */
  between<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.over) {
        reject(new Error('it has ended', { cause: this.failure }));
        return;
      }
      this.#between.push(() => (this.over ? Promise.reject(new Error('it has ended')) : work()).then(resolve, reject));
      this.#endPause();
      this.#running ??= this.#run();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endPause();
    await this.#running;
  }

  async #run(): Promise<void> {
    // First of all it counts as running.
    await Promise.resolve();
    for (;;) {
      const work = this.#between.shift();
      if (work) await work();
      else if (this.over || !this.#again) break;
      else await this.#once();
    }
    this.#running = undefined;
    this.#tellSettled();
  }

  async #once(): Promise<void> {
    this.#again = false;
    try {
      if (await this.#round()) this.#again = true;
      else this.#tellSettled();
      this.#attempts = 0;
      this.#faults = 0;
      this.stalled = undefined;
    } catch (error) {
      await this.#failed(error);
    }
  }

  async #failed(error: unknown): Promise<void> {
    this.#again = true;
    this.#attempts++;
    if (!isAway(error) && (++this.#faults >= tries || error instanceof Hopeless)) {
      this.failure = error instanceof Hopeless ? error.cause : error;
      this.#options.failed?.(this.failure);
      return;
    }
    // Rows that have moved are looked at anew: at once, unless they move on and on.
    if (error instanceof CheckpointMoved && this.#attempts === 1) return;
    if (isAway(error)) this.#stall(error);
    await this.#pause();
  }

  /** The first reason is often the poorest: nothing has been tried yet. */
  #stall(error: unknown): void {
    const begun = this.stalled;
    this.stalled = { since: begun?.since ?? (this.#options.clock ?? systemClock).now(), why: String(error) };
    if (!begun) this.#options.stalled?.(this.stalled);
    this.#tellSettled();
  }

  async #pause(): Promise<void> {
    const { firstPause = 50, longestPause = 1000 } = this.#options;
    if (this.#stopped || this.#between.length > 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(longestPause, firstPause * 2 ** (this.#attempts - 1)));
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #tellSettled(): void {
    for (const settle of this.#settled.splice(0)) settle();
  }
}
