import {
  type AllStreamRecordedEvent,
  BACKWARDS,
  END,
  FORWARDS,
  type ReadRevision,
  START,
  streamNameFilter,
  type RecordedEvent as StoredEvent,
} from '@kurrent/kurrentdb-client';
import type { Position, Revision } from '@muniment/kernel';
import type { Connection } from './connection.js';
import { positionOf } from './encoding.js';
import { kindOf } from './failures.js';

/** The server's own streams begin with a dollar sign. */
export const ownStreams = streamNameFilter({ regex: '^[^$]', checkpointInterval: 1000 });

/** A page that takes longer is given up although the server is well. */
const mostMilliseconds = 60_000;

/** Events after a position, and whether there were so many that others may follow. */
export interface Page {
  readonly events: readonly AllStreamRecordedEvent[];
  readonly full: boolean;
}

/**
 * Reads, each within a deadline. The leader alone is asked: a node that lags behind would call events absent that are
 * there, or show a log that ends before the head which another node told.
 */
export class Reader {
  readonly #connection: Connection;
  readonly #deadline: number;

  constructor(connection: Connection, deadlineMilliseconds: number) {
    this.#connection = connection;
    this.#deadline = deadlineMilliseconds;
  }

  /** Position of the newest event that is not the server's own; 0 when there is none. */
  async head(withinMilliseconds = this.#deadline): Promise<Position> {
    const options = {
      direction: BACKWARDS,
      fromPosition: END,
      maxCount: 1,
      filter: ownStreams,
      requiresLeader: true,
    } as const;
    const [newest] = await this.#connection.read(withinMilliseconds, (client) => eventsOf(client.readAll(options)));
    return newest ? positionOf(newest) : 0;
  }

  /** At most so many events of a stream, which may be unknown. */
  async stream(
    stream: string,
    from: Revision | typeof START | typeof END,
    count: number,
    direction: typeof FORWARDS | typeof BACKWARDS = FORWARDS,
    withinMilliseconds = this.#connection.patience(this.#deadline),
  ): Promise<StoredEvent[]> {
    const fromRevision: ReadRevision = typeof from === 'number' ? BigInt(from) : from;
    const options = { direction, fromRevision, maxCount: count, requiresLeader: true };
    return this.#connection.read(withinMilliseconds, async (client) => {
      try {
        return await eventsOf(client.readStream(stream, options));
      } catch (error) {
        // An answer like others, of a server that is well.
        if (kindOf(error) === 'absent') return [];
        throw error;
      }
    });
  }

  /**
   * Events of some categories after a position. Those of one commit come together: the position is that of the commit,
   * so going on after it would skip the rest. Only a commit larger than the page makes it larger than asked for.
   */
  async page(categories: readonly string[], after: Position, limit: number, count = limit + 2): Promise<Page> {
    // One more for the event at the position itself, where reading begins; one to see whether a commit goes on.
    const read = await this.#categories(categories, after, count);
    const more = read.length === count;
    const events = read.filter((event) => positionOf(event) > after);
    if (events.length <= limit) return { events, full: more };
    const positions = events.map(positionOf);
    let end = limit;
    while (end > 0 && positions[end] === positions[end - 1]) end--;
    if (end === 0) end = positions.findIndex((position) => position !== positions[0]);
    if (end < 0) return more ? this.page(categories, after, limit, count * 2) : { events, full: false };
    return { events: events.slice(0, end), full: true };
  }

  async #categories(
    categories: readonly string[],
    after: Position,
    maxCount: number,
  ): Promise<readonly AllStreamRecordedEvent[]> {
    const place = BigInt(after);
    const regex = `^(?:${categories.map(literally).join('|')})(?:-|$)`;
    const filter = streamNameFilter({ regex });
    const fromPosition = after === 0 ? START : { commit: place, prepare: place };
    const options = { direction: FORWARDS, fromPosition, maxCount, filter, requiresLeader: true } as const;
    return this.#connection.call(mostMilliseconds, (client) => this.#whileAnswering(eventsOf(client.readAll(options))));
  }

  /**
   * The server may look through millions of events before it finds one of these categories: that is no silence. While
   * the page takes its time, the head has to be told within the deadline.
   */
  async #whileAnswering<Result>(page: Promise<Result>): Promise<Result> {
    const half = this.#deadline / 2;
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const pause = new Promise<'slow'>((resolve) => {
        timer = setTimeout(resolve, half, 'slow');
      });
      const first = await Promise.race([page, pause]).finally(() => clearTimeout(timer));
      if (first !== 'slow') return first;
      await Promise.race([page, this.head(half)]);
    }
  }
}

async function eventsOf<Event>(read: AsyncIterable<{ event?: Event }>): Promise<Event[]> {
  const events: Event[] = [];
  for await (const { event } of read) if (event) events.push(event);
  return events;
}

const literally = (text: string) => text.replaceAll(/[^\w]/g, '\\$&');
