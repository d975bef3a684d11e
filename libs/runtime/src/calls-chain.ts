import { CallsLane } from './calls-lane.js';
import type { EventLog } from './ports/event-log.js';
import type { Ids } from './ports/ids.js';

/** A call record and the account that keeps it. */
export interface Kept<Record = unknown> {
  readonly account: string;
  readonly record: Record;
}

/**
 * Records on their way into the log. A source numbers its records one by one, hands them over in that order, and goes
 * on only when it knows that they were taken; until then it may hand over the same numbers again, cut as it likes.
 */
export interface CallsBatch<Record = unknown> {
  /** Unique to one series of numbers. */
  readonly source: string;
  /** Number of the first record. */
  readonly first: number;
  /** When these calls were, ISO 8601: the day whose streams keep them. The same for a record each time it comes. */
  readonly at: string;
  readonly calls: readonly Kept<Record>[];
}

const mostLanes = 1000;

/** `calls-<account>-<day>`: retention works on whole streams. */
export const callsStream = (account: string, at: Date): string => `calls-${account}-${at.toISOString().slice(0, 10)}`;

/**
 * Writes call records: hash-chained streams, a day and an account each. A record is written once, however often its
 * source hands it over, to this or to any other process that writes the same streams.
 */
export class CallsChain {
  readonly #log: EventLog;
  readonly #ids: Ids;
  readonly #lanes = new Map<string, CallsLane>();

  constructor(log: EventLog, ids: Ids) {
    this.#log = log;
    this.#ids = ids;
  }

  /** Resolves when all of the batch is on disk; after a rejection parts of it may be: hand it over again. */
  async append({ source, first, at, calls }: CallsBatch): Promise<void> {
    const parts = new Map<string, { numbers: number[]; records: unknown[] }>();
    let number = first;
    for (const { account, record } of calls) {
      let part = parts.get(account);
      if (part === undefined) parts.set(account, (part = { numbers: [], records: [] }));
      part.numbers.push(number++);
      part.records.push(record);
    }
    const day = new Date(at);
    await Promise.all(
      Array.from(parts, ([account, part]) => this.#lane(callsStream(account, day)).append({ source, at, ...part })),
    );
  }

  #lane(stream: string): CallsLane {
    const known = this.#lanes.get(stream);
    if (known) return known;
    if (this.#lanes.size >= mostLanes) {
      for (const [name, lane] of this.#lanes) if (lane.idle) this.#lanes.delete(name);
    }
    const lane = new CallsLane(stream, this.#log, this.#ids);
    this.#lanes.set(stream, lane);
    return lane;
  }
}
