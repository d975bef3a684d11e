import type { Awaitable, Position, RecordedEvent } from '@muniment/kernel';
import { type Following, hasReached, patienceFor, patienceWhileStalled } from './following.js';
import { nobodyParked } from './parked.js';
import type { EventLog } from './ports/event-log.js';
import { pageSize } from './projection.js';
import { Rounds, type RoundsOptions, type Stalled } from './rounds.js';
import { Waiters } from './waiters.js';

export interface FollowerOptions extends RoundsOptions {
  readonly name: string;
  readonly categories: readonly string[];
  /** Called with what has happened, in order, each event once. */
  readonly seen: (events: readonly RecordedEvent[]) => void;
  /** Called when nobody knows what was missed: everything that was made of earlier events is to be forgotten. */
  readonly lost: () => void;
  /** Called when the log was said to reach a position and was found to end before it: it has never been there, or was put back. */
  readonly refuted?: (said: Position, head: Position) => void;
}

/** Follows some categories from the end of the log on, and keeps nothing: for caches that drop what has changed. */
export class Follower implements Following {
  readonly projection: { readonly name: string };
  readonly role = 'follows';
  readonly parked = nobodyParked;
  readonly #options: FollowerOptions;
  readonly #log: EventLog;
  readonly #rounds: Rounds;
  readonly #waiters = new Waiters();
  #position: Position = 0;
  #floor: Position = Number.POSITIVE_INFINITY;
  #known: Position = 0;
  /** The log was away when it was first asked for its end. */
  #late = false;
  #stopListening: () => void = () => undefined;

  constructor(log: EventLog, options: FollowerOptions) {
    this.projection = { name: options.name };
    this.#options = options;
    this.#log = log;
    const stalled = (why: Stalled) => {
      this.#waiters.hurry(patienceWhileStalled);
      options.stalled?.(why);
    };
    this.#rounds = new Rounds(() => this.#round(), { ...options, stalled });
  }

  get position(): Position {
    return this.#position;
  }

  /** Infinite until the end of the log is known: only from there on is everything seen. */
  get floor(): Position {
    return this.#floor;
  }

  get failure(): unknown {
    return this.#rounds.failure;
  }

  get stalled(): Stalled | undefined {
    return this.#rounds.stalled;
  }

  async start(): Promise<void> {
    this.#stopListening();
    this.#stopListening = this.#log.onAppended((position) => this.look(position));
    this.#rounds.wake();
    await this.#rounds.settled();
  }

  async stop(): Promise<void> {
    this.#stopListening();
    this.#waiters.refuse();
    await this.#rounds.stop();
  }

  reached(position: Position, withinMilliseconds: number): Awaitable<boolean> {
    if (hasReached(this, position)) return true;
    if (this.#rounds.over) return false;
    this.look(position);
    return this.#waiters.wait(position, patienceFor(this, withinMilliseconds));
  }

  /** The log is known to reach this position. */
  look(known: Position): void {
    if (known > this.#known) this.#known = known;
    if (this.#known > this.#position) this.#rounds.wake();
  }

  async #round(): Promise<boolean> {
    if (this.#floor > this.#position) await this.#begin();
    const said = this.#known;
    if (said <= this.#position) return false;
    const slice = await this.#log.readAll(this.#options.categories, this.#position, pageSize);
    if (slice.position <= this.#position) return this.#endsBefore(said);
    if (slice.events.length > 0) this.#tell(slice.events);
    this.#moveTo(slice.position);
    return this.#position < this.#known;
  }

  async #begin(): Promise<void> {
    let head: Position;
    try {
      head = await this.#log.head();
    } catch (error) {
      this.#late = true;
      throw error;
    }
    if (this.#late) this.#options.lost();
    this.#floor = head;
    this.#moveTo(head);
  }

  /** Nothing is there of what was said to be. Answers whether there is more to do all the same. */
  async #endsBefore(said: Position): Promise<boolean> {
    const head = await this.#log.head();
    // Unless more was said meanwhile.
    if (this.#known === said) this.#known = head;
    if (head < said) {
      this.#options.refuted?.(said, head);
      this.#waiters.refuse(said);
    }
    if (head < this.#position) {
      // The log was put back: what was seen has never happened.
      this.#options.lost();
      this.#floor = head;
      this.#moveTo(head);
    }
    return this.#known > this.#position;
  }

  /** Who cannot make use of what has changed does not know what has. */
  #tell(events: readonly RecordedEvent[]): void {
    try {
      this.#options.seen(events);
    } catch {
      this.#options.lost();
    }
  }

  #moveTo(position: Position): void {
    this.#position = position;
    this.#waiters.reached(position);
  }
}
