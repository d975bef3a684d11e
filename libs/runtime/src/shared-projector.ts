import type { Awaitable, Position } from '@muniment/kernel';
import { type Following, hasReached, patienceFor, patienceWhileStalled } from './following.js';
import { parkedIn } from './kept-rows.js';
import { LogPresence } from './log-presence.js';
import { nobodyParked, type Parked } from './parked.js';
import { systemClock } from './ports/clock.js';
import type { EventLog } from './ports/event-log.js';
import type { ReadModels } from './ports/read-models.js';
import { idOf, type Projection } from './projection.js';
import { Projector, type ProjectorOptions } from './projector.js';
import type { Stalled } from './rounds.js';
import { Waiters } from './waiters.js';

export interface SharedProjectorOptions extends Omit<ProjectorOptions, 'moved' | 'watched' | 'leased'> {
  /** False for rows that other services fold: they are watched only. */
  readonly folds?: boolean;
  /** How long a lease holds, and how often it is renewed or asked for. */
  readonly leaseMilliseconds?: number;
  readonly renewMilliseconds?: number;
  /** How often the checkpoint is looked at while somebody waits for it. */
  readonly lookMilliseconds?: number;
}

/** Rows that come so late, in milliseconds, may not come at all: the log is asked whether it is there. */
const worthAsking = 150;

/** How long a start waits for rows that another process keeps: it may have a long way to catch up. */
const startPatience = 2000;

/**
 * One projection's rows, shared by several processes: who has the lease folds, the others watch the checkpoint and
 * take over when nobody renews it. `storing` and `changed` are called only where it folds: rows that others fold
 * change without a word, so nothing that is made of them may be remembered.
 */
export class SharedProjector implements Following {
  readonly projection: Projection;
  readonly #log: EventLog;
  readonly #readModels: ReadModels;
  readonly #options: SharedProjectorOptions;
  readonly #waiters = new Waiters();
  /** Who folds reads the log and knows; who watches only asks the rows. */
  readonly #presence: LogPresence;
  #folding: Projector | undefined;
  /** Until then nobody else folds, by this process's own clock. */
  #leasedUntil = 0;
  #position: Position = 0;
  #floor: Position = Number.POSITIVE_INFINITY;
  /** Where the rows are was looked up before. */
  #watched = false;
  #parked: Parked = nobodyParked;
  #stalled: Stalled | undefined;
  #failure: unknown;
  #looking: Promise<void> | undefined;
  #renewing: Promise<void> | undefined;
  #started: Promise<void> | undefined;
  #lookTimer: NodeJS.Timeout | undefined;
  #renewTimer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(projection: Projection, log: EventLog, readModels: ReadModels, options: SharedProjectorOptions = {}) {
    this.projection = projection;
    this.#log = log;
    this.#readModels = readModels;
    this.#options = options;
    this.#presence = new LogPresence(log, (stalled) => this.#tellStalled(stalled), options.clock);
  }

  get position(): Position {
    return this.#folding?.position ?? this.#position;
  }

  get floor(): Position {
    return this.#folding?.floor ?? this.#floor;
  }

  /** The rows say less than they did: what is read of them now is over. */
  get behind(): boolean {
    return this.#folding?.behind ?? (this.#watched && this.#floor > this.#position);
  }

  get failure(): unknown {
    return this.#failure;
  }

  get stalled(): Stalled | undefined {
    return this.#folding ? this.#folding.stalled : (this.#stalled ?? this.#presence.away);
  }

  get parked(): Parked {
    return this.#folding?.parked ?? this.#parked;
  }

  get role(): 'folds' | 'watches' {
    return this.#folding ? 'folds' : 'watches';
  }

  async start(): Promise<void> {
    const { renewMilliseconds = 500 } = this.#options;
    this.#renewTimer ??= setInterval(() => void this.#renew(), renewMilliseconds).unref();
    await this.#renew();
    await this.#started;
    if (this.#failure !== undefined) {
      throw new Error(`projection \`${this.projection.name}\` cannot be kept`, { cause: this.#failure });
    }
    if (!this.#folding) await this.reached(0, startPatience);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#renewTimer);
    clearTimeout(this.#lookTimer);
    this.#waiters.refuse();
    await this.#renewing;
    const held = this.#folding !== undefined;
    await this.#folding?.stop();
    await this.#looking;
    // Others need not wait until it runs out.
    if (held) await this.#lease(0).catch(() => false);
  }

  reached(position: Position, withinMilliseconds: number): Awaitable<boolean> {
    if (hasReached(this, position)) return true;
    if (this.#failure !== undefined || this.#stopped) return false;
    // Whoever waits when the lease is lost goes on waiting for those who have it then.
    const waiting = this.#waiters.wait(position, patienceFor(this, withinMilliseconds));
    if (this.#folding) this.#folding.look(position);
    else void this.#look();
    return waiting;
  }

  /** Another process says that the rows hold everything up to here: whether they do is looked up. */
  hinted(position: Position): void {
    if (!this.#folding && !this.#stopped && position > this.#position) void this.#look();
  }

  /** Runs work while the rows stand still; only where they are folded. */
  standStill<Result>(work: (position: Position) => Promise<Result>): Promise<Result> {
    if (this.#folding) return this.#folding.standStill(work);
    return Promise.reject(new Error(`rows of projection \`${this.projection.name}\` are folded by another process`));
  }

  /** Asks for the lease, or for more of it, and takes the part that goes with the answer. */
  #renew(): Promise<void> {
    this.#renewing ??= this.#renewed().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renewed(): Promise<void> {
    if (this.#stopped || this.#failure !== undefined) return;
    const { folds = true, leaseMilliseconds = 2000 } = this.#options;
    if (!folds) {
      await this.#look();
      return;
    }
    const asked = performance.now();
    try {
      if (await this.#lease(leaseMilliseconds)) {
        this.#leasedUntil = asked + leaseMilliseconds;
        this.#stalled = undefined;
        if (!this.#folding && !this.#stopped) this.#beginToFold();
        return;
      }
      this.#leasedUntil = 0;
      await this.#endToFold();
      await this.#look();
    } catch (error) {
      this.#stall(error);
      if (performance.now() > this.#leasedUntil) await this.#endToFold();
    }
  }

  async #lease(milliseconds: number): Promise<boolean> {
    return this.#readModels.lease(idOf(this.projection), milliseconds);
  }

  #beginToFold(): void {
    const folding: Projector = new Projector(this.projection, this.#log, this.#readModels, {
      ...this.#options,
      watched: true,
      // What was said to be known is known: it is not forgotten when the part changes.
      storedBefore: Number.isFinite(this.#floor) ? Math.max(this.#floor, this.#position) : 0,
      leased: () => performance.now() < this.#leasedUntil,
      moved: (position) => this.#moved(folding, position),
      stalled: (stalled) => this.#tellStalled(stalled),
      failed: (error) => {
        this.#failure = error;
        this.#waiters.refuse();
        this.#options.failed?.(error);
      },
    });
    this.#folding = folding;
    this.#options.lost?.();
    // Why it cannot start is known as its failure. A long way to catch up must not cost the lease: nobody waits here.
    this.#started = folding.start().catch(() => undefined);
  }

  async #endToFold(): Promise<void> {
    const folding = this.#folding;
    if (!folding) return;
    this.#floor = Math.max(folding.floor, folding.position);
    this.#position = folding.position;
    this.#watched = true;
    this.#started = undefined;
    this.#options.lost?.();
    this.#parked = folding.parked;
    this.#folding = undefined;
    await folding.stop();
    void this.#look();
  }

  #moved(folding: Projector, position: Position): void {
    if (this.#folding === folding && folding.floor <= position) this.#waiters.reached(position);
  }

  #look(): Promise<void> {
    this.#looking ??= this.#looked().finally(() => {
      this.#looking = undefined;
      this.#lookAgain();
    });
    return this.#looking;
  }

  #lookAgain(): void {
    const { lookMilliseconds = 25 } = this.#options;
    if (this.#folding || this.#stopped || !this.#waiters.some || this.#lookTimer) return;
    this.#lookTimer = setTimeout(() => {
      this.#lookTimer = undefined;
      void this.#look();
    }, lookMilliseconds).unref();
  }

  async #looked(): Promise<void> {
    if (this.#folding) return;
    try {
      const [stored, parked] = await Promise.all([this.#stored(), parkedIn(this.#readModels, this.projection)]);
      if (this.#folding) return;
      this.#parked = parked;
      this.#watch(stored);
      await this.#mayBeLess();
      this.#stalled = undefined;
      if (this.#presence.away || this.#waiters.longest > worthAsking) this.#presence.ask();
    } catch (error) {
      this.#stall(error);
    }
  }

  /** Where the rows are; that they say less than they did is known from the moment on that it is found. */
  async #stored(): Promise<Position> {
    const stored = (await this.#readModels.checkpoint(idOf(this.projection))) ?? 0;
    if (stored < this.#position && !this.#folding) this.#watch(stored);
    return stored;
  }

  /** Rows that are behind what they were have been lost, and are made again. */
  #watch(stored: Position): void {
    this.#floor = Math.max(this.#floor, this.#position);
    this.#position = stored;
    this.#watched = true;
    if (this.#floor <= stored) this.#waiters.reached(stored);
  }

  /** More than the log holds is not to be waited for; with the log away, no more than what is stored at first. */
  async #mayBeLess(): Promise<void> {
    if (this.#floor <= this.#position) return;
    try {
      this.#floor = Math.min(this.#floor, await this.#log.head());
    } catch (error) {
      if (Number.isFinite(this.#floor) || this.#position === 0) throw error;
      this.#floor = this.#position;
    }
    if (this.#floor <= this.#position) this.#waiters.reached(this.#position);
  }

  #tellStalled(stalled: Stalled): void {
    this.#waiters.hurry(patienceWhileStalled);
    this.#options.stalled?.(stalled);
  }

  #stall(error: unknown): void {
    const begun = this.#stalled;
    this.#stalled = { since: begun?.since ?? (this.#options.clock ?? systemClock).now(), why: String(error) };
    if (!begun) this.#tellStalled(this.#stalled);
  }
}
