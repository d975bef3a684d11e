import type { Awaitable, Position } from '@muniment/kernel';
import { type Following, hasReached, patienceFor, patienceWhileStalled } from './following.js';
import { KeptRows, type KeptRowsOptions } from './kept-rows.js';
import type { Parked } from './parked.js';
import type { Commit, EventLog } from './ports/event-log.js';
import { CheckpointMoved, type ReadModels } from './ports/read-models.js';
import { categoriesOf, idOf, pageSize, type Progress, type Projection } from './projection.js';
import { Hopeless, Rounds, type RoundsOptions, type Stalled } from './rounds.js';
import { Waiters } from './waiters.js';

export interface ProjectorOptions extends KeptRowsOptions, RoundsOptions {
  readonly progress?: (progress: Progress) => void;
  /** Called whenever the position is another. */
  readonly moved?: (position: Position) => void;
  /** Others look at the checkpoint: it follows the log closely, and not only when rows change. */
  readonly watched?: boolean;
  /** What is stored may be the first part of what was being made: it says nothing until the log was seen. */
  readonly unfinished?: boolean;
  /** Events that are read, folded and stored at once; 1000 unless told. */
  readonly pageEvents?: number;
}

/** What others watch moves so often at most, in milliseconds. */
const checkpointPause = 20;
const checkEvery = 1000;
/** Follows the log and keeps one projection's rows: in order, each event once, rows and checkpoint in one step. */
export class Projector implements Following {
  readonly projection: Projection;
  readonly role = 'local';
  readonly #log: EventLog;
  readonly #options: ProjectorOptions;
  readonly #rows: KeptRows;
  readonly #rounds: Rounds;
  readonly #waiters = new Waiters();
  readonly #categories: readonly string[];
  #position: Position = 0;
  #floor: Position = Number.POSITIVE_INFINITY;
  /** The log is known to reach up to here. */
  #known: Position = 0;
  #openedBefore = false;
  /** Position and rows are those that are stored; that the log reaches that far was seen. */
  #open = false;
  #met = false;
  #retried = false;
  #checkDue = false;
  #markedAt = 0;
  #markTimer: NodeJS.Timeout | undefined;
  #checkTimer: NodeJS.Timeout | undefined;
  #stopListening: () => void = () => undefined;

  constructor(projection: Projection, log: EventLog, readModels: ReadModels, options: ProjectorOptions = {}) {
    this.projection = projection;
    this.#categories = categoriesOf(projection);
    this.#log = log;
    this.#options = options;
    this.#rows = new KeptRows(projection, readModels, options);
    const failed = (error: unknown) => {
      this.#waiters.refuse();
      options.failed?.(error);
    };
    const stalled = (why: Stalled) => {
      this.#waiters.hurry(patienceWhileStalled);
      options.stalled?.(why);
    };
    this.#rounds = new Rounds(() => this.#round(), { ...options, failed, stalled });
  }

  get position(): Position {
    return this.#position;
  }

  get floor(): Position {
    return this.#rows.behind ? Number.POSITIVE_INFINITY : this.#floor;
  }

  /** The rows say less than they did: what is read of them now is over. */
  get behind(): boolean {
    return this.#rows.behind || (this.#openedBefore && this.#floor > this.#position);
  }

  get failure(): unknown {
    return this.#rounds.failure;
  }

  get stalled(): Stalled | undefined {
    return this.#rounds.stalled;
  }

  get parked(): Parked {
    return this.#rows.parked;
  }

  /** Catches up with the log, then follows it; with the log away it serves what is stored, and catches up later. */
  async start(): Promise<void> {
    this.#stopListening();
    this.#stopListening = this.#log.onAppended((position, commit) => this.#heard(position, commit));
    this.#rounds.wake();
    await this.#rounds.settled();
    if (this.failure) throw new Error(`projection \`${this.projection.name}\` cannot be kept`, { cause: this.failure });
    this.#checkTimer ??= setInterval(() => this.#check(), checkEvery).unref();
  }

  async stop(): Promise<void> {
    this.#stopListening();
    clearInterval(this.#checkTimer);
    clearTimeout(this.#markTimer);
    this.#waiters.refuse();
    await this.#rounds.stop();
  }

  /** True when the rows hold everything up to the position; false when they do not within the time. */
  reached(position: Position, withinMilliseconds: number): Awaitable<boolean> {
    if (hasReached(this, position)) return true;
    if (this.#rounds.over) return false;
    this.look(position);
    return this.#waiters.wait(position, patienceFor(this, withinMilliseconds));
  }

  /** The log is known to reach this position. */
  look(known: Position): void {
    // Whatever is no number is not known of any log.
    if (known > this.#known) this.#known = known;
    if (this.#known > this.#position) this.#rounds.wake();
  }

  /** Runs work while the rows stand still at a position; it may replace them. */
  standStill<Result>(work: (position: Position) => Promise<Result>): Promise<Result> {
    return this.#rounds.between(async () => {
      if (!this.#open) await this.#reopen();
      try {
        return await work(this.#position);
      } finally {
        // Whatever is stored now is what was wanted.
        this.#openedBefore = false;
        this.#open = false;
        this.#options.lost?.();
        this.#rounds.wake();
      }
    });
  }

  #heard(position: Position, commit: Commit | undefined): void {
    const missedNothing = commit?.after === this.#position && this.#rounds.idle && !this.#rounds.over && this.#met;
    const others = missedNothing && !this.#categories.some((category) => commit.categories.has(category));
    if (others && !this.#options.watched) this.#moveTo(position);
    else this.look(position);
  }

  /** Rows that were lost behind its back are noticed, also when nothing happens. */
  #check(): void {
    if (!this.#rounds.idle) return;
    this.#checkDue = true;
    this.#rounds.wake();
  }

  async #round(): Promise<boolean> {
    try {
      if (!this.#open) await this.#reopen();
      if (this.#checkDue) await this.#mustBeStored();
      if (!this.#met) await this.#meetLog();
      if (this.#known > this.#position && (await this.#next())) return true;
      await this.#mark();
      return false;
    } catch (error) {
      this.#open = false;
      throw error;
    }
  }

  /** Looks at what is stored, which is not what was thought when rows were lost, or stored without an answer. */
  async #reopen(): Promise<void> {
    const before = this.#rows.checkpoint;
    const stored = await this.#rows.open();
    this.#open = true;
    if (this.#openedBefore && before === (stored ?? 0)) {
      this.#rows.behind = false;
      return;
    }
    this.#met = false;
    if (this.#openedBefore) this.#forgetWhatWasMade(before, stored ?? 0);
    const { storedBefore = 0, unfinished = false } = this.#options;
    if (this.#openedBefore || !unfinished)
      this.#floor = Math.max(this.#openedBefore ? this.#position : storedBefore, stored ?? this.#floor);
    this.#openedBefore = true;
    this.#position = stored ?? 0;
    this.#rows.behind = false;
    this.#moveTo(this.#position);
  }

  #forgetWhatWasMade(told: Position, stored: Position): void {
    const { changed, lost } = this.#options;
    try {
      // Rows that are stored but were not told of: going on would leave caches behind.
      if (stored > told && changed && !lost) throw new Error(`stored up to ${stored}, told of up to ${told}`);
      lost?.();
    } catch (error) {
      throw new Hopeless('caches behind the rows are not to be trusted', { cause: error });
    }
  }

  async #meetLog(): Promise<void> {
    const head = await this.#log.head();
    if (this.#position > head) {
      // The log was put back to an earlier state: these rows tell of what never happened.
      await this.#rows.clear();
      this.#options.lost?.();
      this.#known = head;
      this.#position = 0;
    }
    this.#known = Math.max(this.#known, head);
    this.#floor = Math.min(Math.max(this.#floor, this.#position), head);
    if (!this.#retried) await this.#rows.retryParked(this.#log);
    this.#retried = true;
    this.#met = true;
    this.#moveTo(this.#position);
  }

  async #mustBeStored(): Promise<void> {
    const stored = (await this.#rows.stored()) ?? 0;
    this.#checkDue = false;
    if (stored !== this.#rows.checkpoint) throw new CheckpointMoved(idOf(this.projection), `they hold up to ${stored}`);
  }

  /** Takes what comes next in the log; answers whether there is more. */
  async #next(): Promise<boolean> {
    const { pageEvents = pageSize, progress } = this.#options;
    const slice = await this.#log.readAll(this.#categories, this.#position, pageEvents);
    if (slice.position <= this.#position) return false;
    await this.#rows.take(slice.events, slice.position);
    this.#moveTo(slice.position);
    progress?.({
      projection: this.projection.name,
      position: slice.position,
      head: Math.max(this.#known, slice.position),
    });
    return this.#position < this.#known;
  }

  /** Stores the position itself where others wait for it. */
  async #mark(): Promise<void> {
    if (!this.#options.watched || this.#rows.checkpoint >= this.#position || this.#markTimer) return;
    const pause = this.#markedAt + checkpointPause - performance.now();
    if (pause > 0) {
      this.#markTimer = setTimeout(() => {
        this.#markTimer = undefined;
        this.#rounds.wake();
      }, pause).unref();
      return;
    }
    this.#markedAt = performance.now();
    await this.#rows.mark(this.#position);
  }

  #moveTo(position: Position): void {
    this.#position = position;
    this.#options.moved?.(position);
    if (this.floor <= position) this.#waiters.reached(position);
  }
}
