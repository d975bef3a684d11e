import { type Aggregate, accountOf, type Change, type Position, type RecordedEvent, tablesOf } from '@muniment/kernel';
import { foldEvent } from './folding.js';
import type { Commit, EventLog } from './ports/event-log.js';
import type { ProjectionId, ReadModels } from './ports/read-models.js';

/** Code that folds events into stored rows: an aggregate's own fold, or one made for a question. */
export interface Projection extends Pick<Aggregate, 'name' | 'version' | 'models' | 'evolve' | 'upcasters' | 'empty'> {
  /** Categories of the streams it reads; its own name's when absent. */
  readonly categories?: readonly string[];
}

export interface Progress {
  readonly projection: string;
  readonly position: Position;
  readonly head: Position;
}

export interface ProjectorOptions {
  /** Called with new events before rows and checkpoint are stored: at least once with each. */
  readonly storing?: (events: readonly RecordedEvent[]) => Promise<void>;
  /** Called after rows have changed, before anyone waiting for the position goes on. */
  readonly changed?: (changes: readonly Change[]) => void;
  /** Called when the projector gave up: its read models stay where they are. */
  readonly failed?: (error: unknown) => void;
  readonly progress?: (progress: Progress) => void;
}

const pageSize = 1000;
/** Rows of this many accounts are kept in memory for folding; the least recently changed go first. */
const residentAccounts = 256;
const tries = 5;
const checkpointEvery = 1000;

interface Waiter {
  readonly position: Position;
  readonly wake: (reached: boolean) => void;
}

/** Follows the log and keeps one projection's rows: in order, each event once, rows and checkpoint in one step. */
export class Projector {
  readonly projection: Projection;
  readonly #id: ProjectionId;
  readonly #log: EventLog;
  readonly #readModels: ReadModels;
  readonly #options: ProjectorOptions;
  readonly #states = new Map<string, unknown>();
  readonly #categories: readonly string[];
  #position: Position = 0;
  /** The log is known to reach up to here. */
  #known: Position = 0;
  #checkpoint: Position = 0;
  #waiters: Waiter[] = [];
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #stopListening: () => void = () => undefined;
  failure: unknown;

  constructor(projection: Projection, log: EventLog, readModels: ReadModels, options: ProjectorOptions = {}) {
    this.projection = projection;
    this.#id = { name: projection.name, version: projection.version };
    this.#categories = projection.categories ?? [projection.name];
    this.#log = log;
    this.#readModels = readModels;
    this.#options = options;
  }

  get position(): Position {
    return this.#position;
  }

  /** Catches up with the log, then follows it. */
  async start(): Promise<void> {
    this.#position = await this.#stored();
    if (this.#position > (await this.#log.head())) {
      // The log was put back to an earlier state: these rows tell of what never happened.
      await this.#readModels.clear(this.#id);
      this.#position = 0;
    }
    this.#checkpoint = this.#position;
    this.#stopListening = this.#log.onAppended((position, commit) => this.#heard(position, commit));
    // Asked for only now: what is appended from here on is heard of.
    this.#wake(await this.#log.head());
    await this.#running;
    if (this.failure) throw new Error(`projection \`${this.#id.name}\` cannot be kept`, { cause: this.failure });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopListening();
    for (const waiter of this.#waiters.splice(0)) waiter.wake(false);
    await this.#running;
  }

  /** True when the rows hold everything up to the position; false when they do not within the time. */
  reached(position: Position, withinMilliseconds: number): boolean | Promise<boolean> {
    if (position <= this.#position) return true;
    if (this.failure || this.#stopped) return false;
    return new Promise((resolve) => {
      const waiter: Waiter = {
        position,
        wake: (reached) => {
          clearTimeout(timer);
          resolve(reached);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        resolve(false);
      }, withinMilliseconds);
      this.#waiters.push(waiter);
      this.#wake(position);
    });
  }

  #heard(position: Position, commit: Commit | undefined): void {
    const missedNothing = commit?.after === this.#position && !this.#running && !this.failure && !this.#stopped;
    if (missedNothing && !this.#categories.some((category) => commit.categories.has(category))) this.#moveTo(position);
    else this.#wake(position);
  }

  /** Reads on when the log is known to be ahead. */
  #wake(known: Position): void {
    this.#known = Math.max(this.#known, known);
    if (this.#known <= this.#position || this.failure || this.#stopped) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.#follow().finally(() => {
      this.#running = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.#wake(this.#known);
    });
  }

  async #follow(): Promise<void> {
    for (let attempt = 1; !this.#stopped; ) {
      try {
        this.#again = false;
        const slice = await this.#log.readAll(this.#categories, this.#position, pageSize);
        if (slice.position <= this.#position) return;
        if (slice.events.length > 0) await this.#apply(slice.events, slice.position);
        this.#moveTo(slice.position);
        if (this.#position >= this.#known) return;
        attempt = 1;
      } catch (error) {
        this.#states.clear();
        // Rows that are stored but were not told of: folding again would count twice, going on leaves caches behind.
        const stored = await this.#stored().catch(() => Number.POSITIVE_INFINITY);
        if (attempt++ >= tries || stored > this.#position) {
          this.#giveUp(error);
          return;
        }
      }
    }
  }

  async #stored(): Promise<Position> {
    return (await this.#readModels.checkpoint(this.#id)) ?? 0;
  }

  async #apply(events: readonly RecordedEvent[], position: Position): Promise<void> {
    const touched = new Set<string>();
    for (const event of events) {
      const account = accountOf(event.stream);
      foldEvent(this.projection, await this.#stateOf(account), event);
      touched.add(account);
    }
    const changes: Change[] = [];
    for (const account of touched) {
      for (const table of tablesOf(this.#states.get(account))) {
        for (const change of table.takeChanges()) changes.push(change);
      }
    }
    this.#forgetOldest(touched);
    await this.#options.storing?.(events);
    // Events that change no row change none when they are read again: the checkpoint need not follow each of them.
    if (changes.length === 0 && position - this.#checkpoint < checkpointEvery) return;
    await this.#readModels.apply(this.#id, changes, position);
    this.#checkpoint = position;
    this.#options.changed?.(changes);
    if (this.#options.progress) {
      this.#options.progress({ projection: this.#id.name, position, head: await this.#log.head() });
    }
  }

  async #stateOf(account: string): Promise<unknown> {
    const known = this.#states.get(account);
    if (known) return known;
    const state = this.projection.empty(account);
    const rows = this.#readModels.rows(this.#id);
    for (const [name, model] of Object.entries(this.projection.models)) {
      const table = (state as Record<string, { set(row: unknown): void; track(): void }>)[name];
      if (!table) continue;
      for (let after: string | undefined; ; ) {
        const page = await rows.list(model, account, { limit: pageSize, ...(after === undefined ? {} : { after }) });
        for (const row of page) table.set(row);
        if (page.length < pageSize) break;
        after = model.key(page[page.length - 1]);
      }
      table.track();
    }
    this.#states.set(account, state);
    return state;
  }

  #forgetOldest(touched: ReadonlySet<string>): void {
    for (const account of touched) {
      const state = this.#states.get(account);
      this.#states.delete(account);
      this.#states.set(account, state);
    }
    for (const account of this.#states.keys()) {
      if (this.#states.size <= residentAccounts) return;
      this.#states.delete(account);
    }
  }

  #moveTo(position: Position): void {
    this.#position = position;
    if (this.#waiters.length === 0) return;
    const waiting: Waiter[] = [];
    for (const waiter of this.#waiters) {
      if (waiter.position <= position) waiter.wake(true);
      else waiting.push(waiter);
    }
    this.#waiters = waiting;
  }

  #giveUp(error: unknown): void {
    this.failure = error;
    for (const waiter of this.#waiters.splice(0)) waiter.wake(false);
    this.#options.failed?.(error);
  }
}
