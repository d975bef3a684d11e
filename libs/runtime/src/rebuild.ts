import type { Position, RecordedEvent } from '@muniment/kernel';
import { KeptRows } from './kept-rows.js';
import type { EventLog } from './ports/event-log.js';
import type { ProjectionId, ReadModels } from './ports/read-models.js';
import { categoriesOf, idOf, pageSize, type Projection } from './projection.js';
import { hashRows } from './row-hash.js';

/** A projector whose rows can stand still for a moment. */
export interface Live {
  readonly projection: Projection;
  reached(position: Position, withinMilliseconds: number): boolean | Promise<boolean>;
  standStill<Result>(work: (position: Position) => Promise<Result>): Promise<Result>;
}

export interface RebuildProgress {
  readonly projection: string;
  readonly position: Position;
  readonly head: Position;
  /** Events folded by this run, and in a second. */
  readonly events: number;
  readonly eventsPerSecond: number;
  /** Until the end of the log, as fast as up to now; absent when there is nothing to tell by. */
  readonly millisecondsLeft?: number;
}

export interface Rebuilt {
  readonly projection: string;
  /** Where both were compared. */
  readonly position: Position;
  readonly liveHash: string;
  readonly rebuiltHash: string;
  readonly equal: boolean;
  /** Rows of the rebuilt ones. */
  readonly rows: number;
  /** Accounts that cannot be folded to the end, in the rebuilt rows. */
  readonly parked: number;
  /** The rebuilt rows have taken the place of the live ones. */
  readonly replaced: boolean;
}

export interface RebuildOptions {
  readonly progress?: (progress: RebuildProgress) => void;
  /** Asked between pages: true ends it; what was made stays, and is gone on from the next time. */
  readonly cancelled?: () => boolean;
  readonly pageEvents?: number;
}

/** How long the live rows may take to reach where the others are. */
const patience = 30_000;

/** Where a projection's rows are made again, beside the live ones. */
export const rebuiltId = ({ name, version }: Projection): ProjectionId => ({ name: `${name}~rebuilt`, version });

/** Makes a projection's rows again beside the live ones, and compares both at one position. */
export class Rebuild {
  readonly #live: Live;
  readonly #log: EventLog;
  readonly #readModels: ReadModels;
  readonly #options: RebuildOptions;
  readonly #copy: Projection;
  readonly #rows: KeptRows;
  #position: Position = 0;
  #events = 0;
  #from = 0;
  #started = 0;

  constructor(live: Live, log: EventLog, readModels: ReadModels, options: RebuildOptions = {}) {
    const { projection } = live;
    this.#live = live;
    this.#log = log;
    this.#readModels = readModels;
    this.#options = options;
    this.#copy = { ...projection, ...rebuiltId(projection), categories: categoriesOf(projection) };
    this.#rows = new KeptRows(this.#copy, readModels);
  }

  /** Tells whether the live rows are what the log says; the others are thrown away. */
  verify(): Promise<Rebuilt> {
    return this.#run(() => this.#readModels.clear(idOf(this.#copy)), false);
  }

  /** Puts what the log says in the place of the live rows. */
  rebuild(): Promise<Rebuilt> {
    return this.#run(() => this.#readModels.replace(idOf(this.#live.projection), idOf(this.#copy)), true);
  }

  async #run(finish: () => Promise<void>, replaced: boolean): Promise<Rebuilt> {
    const { projection } = this.#live;
    await this.#open();
    for (let head = await this.#log.head(); this.#position < head; ) {
      if (!(await this.#take(head))) break;
      if (this.#position >= head) head = await this.#log.head();
    }
    if (!(await this.#live.reached(this.#position, patience))) {
      throw new Error(`rows of projection \`${projection.name}\` are too far behind the log to be compared`);
    }
    return this.#live.standStill(async (position) => {
      while (this.#position < position && (await this.#take(position, position)));
      await this.#rows.mark(position);
      const live = await hashRows(this.#readModels, projection, idOf(projection));
      const { hash, rows } = await hashRows(this.#readModels, projection, idOf(this.#copy));
      const parked = this.#rows.parked.size;
      await finish();
      return {
        projection: projection.name,
        position,
        liveHash: live.hash,
        rebuiltHash: hash,
        equal: live.hash === hash,
        rows,
        parked,
        replaced,
      };
    });
  }

  /** Goes on from where an earlier run has ended, unless the log was put back to before that. */
  async #open(): Promise<void> {
    this.#position = (await this.#rows.open()) ?? 0;
    if (this.#position > (await this.#log.head())) {
      await this.#rows.clear();
      this.#position = 0;
    }
    await this.#rows.retryParked(this.#log);
    this.#events = 0;
    this.#from = this.#position;
    this.#started = performance.now();
  }

  async #take(head: Position, upTo = Number.POSITIVE_INFINITY): Promise<boolean> {
    const { pageEvents = pageSize, cancelled } = this.#options;
    if (cancelled?.()) throw new Error(`the rebuild of projection \`${this.#live.projection.name}\` was ended`);
    const slice = await this.#log.readAll(this.#copy.categories ?? [], this.#position, pageEvents);
    const position = Math.min(slice.position, upTo);
    if (position <= this.#position) return false;
    const events: RecordedEvent[] = slice.events.filter((event) => event.position <= position);
    await this.#rows.take(events, position);
    this.#position = position;
    this.#events += events.length;
    this.#tell(head);
    return true;
  }

  #tell(head: Position): void {
    const { progress } = this.#options;
    if (!progress) return;
    const milliseconds = performance.now() - this.#started;
    const done = this.#position - this.#from;
    progress({
      projection: this.#live.projection.name,
      position: this.#position,
      head: Math.max(head, this.#position),
      events: this.#events,
      eventsPerSecond: milliseconds > 0 ? (this.#events * 1000) / milliseconds : 0,
      ...(done > 0 && { millisecondsLeft: (Math.max(0, head - this.#position) * milliseconds) / done }),
    });
  }
}
