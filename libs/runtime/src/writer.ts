import { setTimeout } from 'node:timers/promises';
import type { Aggregate, Event, EventMetadata, NewEvent, Position } from '@muniment/kernel';
import { FoldedStream } from './folded-stream.js';
import { type Folded, versionOf } from './folding.js';
import { type EventLog, LogUnavailable, WrongExpectedRevision } from './ports/event-log.js';
import type { ReadModels } from './ports/read-models.js';

/** What a command makes of the state when its turn comes: events and the answer, or a wish to start over. */
export interface Decided {
  readonly events: readonly Event[];
  /** Called once the events are folded into the state, before they are written. */
  readonly answer: () => unknown;
}

/** `repeated`: this command has been done before, so it is only answered. */
export type Turn = (folded: Folded, repeated: boolean) => Decided | typeof startOver;

/** The state moved on in a way that matters, or others were first all the time: gather, authorize and decide again. */
export const startOver = Symbol('start over');

export interface Written {
  readonly answer: unknown;
  readonly position: Position | undefined;
}

export interface WriterOptions {
  /**
   * Other processes write the same streams: what a caller has seen of their work is read before its command is looked
   * at, and nobody is refused for what is not so any more. A writer that never meets another saves these reads.
   */
  readonly shared?: boolean;
  /** Waits before the next try after so many that others were first at. */
  readonly pause?: (lost: number) => Promise<unknown>;
}

/** Milliseconds for which a command is tried against other writers; then its caller is asked to try again (R17). */
export const persistence = 2000;

/** Whoever has waited so long, in milliseconds, for a log that does not answer is told so. */
const patienceWhileAway = 300;

interface Waiting {
  readonly turn: Turn;
  readonly meta: EventMetadata;
  readonly came: number;
  /** Past this moment it is not tried again. */
  readonly until: number;
  /** Number of the last question to the log when it came. */
  readonly since: number;
  readonly resolve: (written: Written | typeof startOver) => void;
  readonly reject: (error: unknown) => void;
}

/** Somebody wants to look at the state, at a position or later. */
interface Looking {
  readonly position: Position;
  readonly came: number;
  readonly resolve: (folded: Folded) => void;
  readonly reject: (error: unknown) => void;
}

/** One command's events or answer failed with its events folded: the others of its batch are decided without it. */
class Spoilt extends Error {
  readonly by: Waiting;

  constructor(by: Waiting, cause: unknown) {
    super('a command failed after it was decided', { cause });
    this.by = by;
  }
}

/** What a batch has come to: events to write, and how each command hears of it. */
interface Outcome {
  readonly events: NewEvent[];
  readonly changed: Set<string>;
  readonly deliveries: ((position: Position) => void)[];
}

const largestBatch = 512;

/**
 * Who lost once does not wait: the log has just taken an append, and the next is anybody's. Long pauses would not be
 * fair, as others go on meanwhile.
 */
const jitter = async (lost: number): Promise<unknown> =>
  lost > 1 ? setTimeout(Math.random() * Math.min(2 ** lost, 16)) : undefined;

/**
 * The one writer of one account's aggregate in this process. Commands that wait while an append is under way are
 * decided one after another on the folded state and go out in one append (group commit). When another process was
 * first, what was folded is taken back, its events are read, and the same commands are decided again.
 */
export class Writer {
  readonly #aggregate: Aggregate;
  readonly #log: EventLog;
  readonly #stream: FoldedStream;
  readonly #pause: (lost: number) => Promise<unknown>;
  #shared: boolean;
  #waiting: Waiting[] = [];
  #looking: Looking[] = [];
  #busy = false;
  /** The log may hold more than the state. */
  #behind = false;
  /** Everything up to here was in the state when it was last looked at. */
  #position: Position = 0;
  /** Appends lost to other writers since the last success. */
  #lost = 0;
  /** Questions to the log so far, and the newest whose answer was that the state is the newest. */
  #asked = 0;
  #confirmed = 0;

  constructor(
    aggregate: Aggregate,
    account: string,
    log: EventLog,
    kept: Pick<ReadModels, 'keep' | 'kept'>,
    { shared = false, pause = jitter }: WriterOptions = {},
  ) {
    this.#aggregate = aggregate;
    this.#log = log;
    this.#stream = new FoldedStream(aggregate, account, log, kept);
    this.#shared = shared;
    this.#pause = pause;
  }

  /** Nothing waits and nothing is being written: it may be let go. */
  get idle(): boolean {
    return !this.#busy;
  }

  /**
   * The folded state, loaded on first use; with all that others have written up to the position. Nobody but a
   * command's pure parts may look into it. What is being written is in it already: `changes` tells when it moves.
   */
  folded(position: Position = 0): Promise<Folded> {
    if (!this.#behind && (!this.#shared || position <= this.#position)) return this.#stream.folded();
    return new Promise((resolve, reject) => {
      this.#looking.push({ position, came: performance.now(), resolve, reject });
      this.#wake();
    });
  }

  /** Queues a command's turn; answers when its events are on disk. */
  write(turn: Turn, meta: EventMetadata, until = performance.now() + persistence): Promise<Written | typeof startOver> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ turn, meta, came: performance.now(), until, since: this.#asked, resolve, reject });
      this.#wake();
    });
  }

  #wake(): void {
    if (!this.#busy) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#waiting.length > 0 || this.#looking.length > 0) {
        const looking = this.#looking.splice(0);
        const batch = this.#waiting.splice(0, largestBatch);
        try {
          const folded = await this.#upTo(Math.max(0, ...looking.map(({ position }) => position)));
          for (const { resolve } of looking) resolve(folded);
          if (batch.length > 0) await this.#commit(folded, batch);
        } catch (error) {
          for (const { reject } of looking) reject(error);
          await this.#failed(error, batch);
        }
      }
    } finally {
      this.#busy = false;
    }
  }

  /** The state with everything up to the position, which the log is known to have. */
  async #upTo(position: Position): Promise<Folded> {
    const folded = await this.#stream.folded();
    if (this.#behind || (this.#shared && position > folded.position)) {
      await this.#catchUp(folded);
      if (position > folded.position) folded.position = position;
    }
    this.#position = folded.position;
    return folded;
  }

  /** True when there was nothing to catch up with. */
  async #catchUp(folded: Folded): Promise<boolean> {
    const asked = ++this.#asked;
    try {
      const news = await this.#stream.catchUp(folded);
      this.#behind = false;
      this.#confirmed = asked;
      return !news;
    } catch (error) {
      // What cannot be read now may be read later; what cannot be folded may have left half of itself.
      if (!(error instanceof LogUnavailable)) this.#stream.drop();
      throw error;
    }
  }

  async #commit(folded: Folded, batch: readonly Waiting[]): Promise<void> {
    const { events, changed, deliveries } = this.#decideAll(folded, batch);
    if (events.length > 0) {
      const asked = ++this.#asked;
      const appended = await this.#log.append(this.#stream.name, folded.revision, events);
      this.#stream.written(folded, appended, changed);
      this.#confirmed = asked;
      this.#position = folded.position;
      this.#lost = 0;
    } else if (this.#shared && batch.some(({ since }) => since >= this.#confirmed) && !(await this.#catchUp(folded))) {
      // Refused for what is not so any more, perhaps.
      this.#waiting.unshift(...batch);
      return;
    }
    for (const deliver of deliveries) deliver(folded.position);
  }

  #decideAll(folded: Folded, batch: readonly Waiting[]): Outcome {
    const outcome: Outcome = { events: [], changed: new Set(), deliveries: [] };
    for (const waiting of batch) this.#decide(waiting, folded, outcome);
    return outcome;
  }

  #decide(waiting: Waiting, folded: Folded, { events, changed, deliveries }: Outcome): void {
    const { turn, meta, resolve, reject } = waiting;
    const before = folded.recent.get(meta.commandId);
    const beside = changed.has(meta.commandId);
    let decided: ReturnType<Turn>;
    try {
      decided = turn(folded, before !== undefined || beside);
    } catch (refused) {
      deliveries.push(() => reject(refused));
      return;
    }
    if (decided === startOver) {
      deliveries.push(() => resolve(startOver));
      return;
    }
    const fresh = decided.events.map((event, index) => this.#record(event, meta, index));
    const answer = this.#fold(waiting, folded, decided, fresh);
    for (const event of fresh) events.push(event);
    if (fresh.length > 0) changed.add(meta.commandId);
    const written = beside || fresh.length > 0;
    deliveries.push((position) => resolve({ answer, position: written ? position : before }));
  }

  #fold(waiting: Waiting, folded: Folded, { answer }: Decided, events: readonly NewEvent[]): unknown {
    try {
      for (const event of events) this.#stream.fold(folded, event);
      return answer();
    } catch (error) {
      throw new Spoilt(waiting, error);
    }
  }

  /** What was folded but not written must not be built upon. */
  async #failed(error: unknown, batch: readonly Waiting[]): Promise<void> {
    this.#stream.undo();
    if (error instanceof Spoilt) {
      error.by.reject(error.cause);
      this.#waiting.unshift(...batch.filter((waiting) => waiting !== error.by));
    } else if (error instanceof WrongExpectedRevision) {
      await this.#again(error, batch);
    } else {
      // Whether it was written is unknown until the log is read again.
      this.#behind = true;
      for (const { reject } of batch) reject(error);
      if (error instanceof LogUnavailable) this.#rejectPatient(error);
    }
  }

  /** Who has waited long for a log that did not answer hears of it now, and not after another vain try. */
  #rejectPatient(error: LogUnavailable): void {
    const since = performance.now() - patienceWhileAway;
    for (const { came, reject } of [...this.#waiting, ...this.#looking]) if (came < since) reject(error);
    this.#waiting = this.#waiting.filter(({ came }) => came >= since);
    this.#looking = this.#looking.filter(({ came }) => came >= since);
  }

  /** Somebody else was first. */
  async #again({ expected, actual }: WrongExpectedRevision, batch: readonly Waiting[]): Promise<void> {
    this.#shared = true;
    this.#behind = true;
    // The stream was removed, or the log put back to an earlier state.
    if (actual < expected) this.#stream.drop();
    await this.#pause(++this.#lost);
    const now = performance.now();
    const late = batch.filter(({ until }) => until <= now);
    for (const { resolve } of late) resolve(startOver);
    this.#waiting.unshift(...batch.filter(({ until }) => until > now));
  }

  #record(event: Event, meta: EventMetadata, index: number): NewEvent {
    return {
      type: event.type,
      version: versionOf(this.#aggregate, event.type),
      data: event.data,
      meta: { ...meta, eventId: `${meta.commandId}:${index}` },
    };
  }
}
