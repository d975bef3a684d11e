import { type Clock, systemClock } from './ports/clock.js';
import type { EventLog } from './ports/event-log.js';
import type { Stalled } from './rounds.js';

/** A log that is away may refuse at once: it is not asked more often than this, in milliseconds. */
const askEvery = 100;

/** Whether the log is there, for those who do not read it and would not notice: asked when there is reason to doubt it. */
export class LogPresence {
  readonly #log: Pick<EventLog, 'head'>;
  readonly #clock: Clock;
  readonly #left: (away: Stalled) => void;
  #asking = false;
  #asked = Number.NEGATIVE_INFINITY;
  #away: Stalled | undefined;

  /** `left` is told when it turns out that the log is away. */
  constructor(log: Pick<EventLog, 'head'>, left: (away: Stalled) => void, clock: Clock = systemClock) {
    this.#log = log;
    this.#left = left;
    this.#clock = clock;
  }

  /** Since when it is known to be away, and why. */
  get away(): Stalled | undefined {
    return this.#away;
  }

  /** Never waits: `left` and `away` tell what came of it. */
  ask(): void {
    if (this.#asking || performance.now() - this.#asked < askEvery) return;
    this.#asking = true;
    void this.#log.head().then(
      () => this.#answered(undefined),
      (error: unknown) => this.#answered({ since: this.#away?.since ?? this.#clock.now(), why: String(error) }),
    );
  }

  #answered(away: Stalled | undefined): void {
    const news = away !== undefined && this.#away === undefined;
    this.#asking = false;
    this.#asked = performance.now();
    this.#away = away;
    if (news) this.#left(away);
  }
}
