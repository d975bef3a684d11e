import { BACKWARDS, END, FORWARDS, NO_STREAM as noStream, START } from '@kurrent/kurrentdb-client';
import {
  categoryOf,
  type NewEvent,
  NO_STREAM,
  type Position,
  type RecordedEvent,
  type Revision,
} from '@muniment/kernel';
import {
  type Appended,
  type EventLog,
  type LogUnavailable,
  type ReadStream,
  type Slice,
  WrongExpectedRevision,
} from '@muniment/runtime';
import { Appender, unavailable } from './appending.js';
import { Connection } from './connection.js';
import { fromStore, positionOf, safe, toStore } from './encoding.js';
import { kindOf } from './failures.js';
import { Hints } from './hints.js';
import { Reader } from './reading.js';
import { Removals, removalsStream } from './removals.js';

export interface Retention {
  /** Events are let go when they are so old. */
  readonly seconds?: number;
  /** So many of the newest events are kept. */
  readonly newest?: number;
}

export interface EventStoreOptions {
  /** Connection string: `kurrentdb://host:2113?tls=false`, `kurrentdb+discover://…`; `esdb` does as well. */
  readonly url: string;
  /** How long a write, or one page of a read, may take before the log counts as away. */
  readonly deadlineMilliseconds?: number;
  /** What streams of a category let go of; the server's scavenge frees the room. */
  readonly retention?: Readonly<Record<string, Retention>>;
  /** Told once each time the log goes away. */
  readonly onFailure?: (error: LogUnavailable) => void;
}

const batchSize = 500;
const mostPerPage = 2000;

/** Printable as everywhere, and none of the server's own, which begin with a dollar sign. */
const streamName = /^(?!\$)[\x20-\x7e]{1,256}$/;

/**
 * Opens the event log that an EventStoreDB or KurrentDB keeps. Nothing is asked of the server yet: who can go on without
 * the log starts without it.
 */
export async function openEventStore(options: EventStoreOptions): Promise<EventStoreLog> {
  return new EventStoreLog(options);
}

/** The event log in EventStoreDB: positions are those of the commits, revisions the store's own. */
export class EventStoreLog implements EventLog {
  readonly #connection: Connection;
  readonly #reader: Reader;
  readonly #appender: Appender;
  readonly #removals: Removals;
  readonly #hints: Hints;
  readonly #retention: EventStoreOptions['retention'];
  /** The newest position that this process has seen. */
  #known: Position = 0;

  constructor({ url, deadlineMilliseconds = 800, retention, onFailure = () => undefined }: EventStoreOptions) {
    this.#connection = new Connection(url, onFailure);
    this.#reader = new Reader(this.#connection, deadlineMilliseconds);
    this.#appender = new Appender(this.#connection, this.#reader, deadlineMilliseconds);
    this.#removals = new Removals(this.#connection, this.#reader, this.#appender, deadlineMilliseconds);
    this.#hints = new Hints(this.#connection, () => this.head());
    this.#retention = retention;
  }

  async append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
    mustBeName(stream);
    this.#connection.mustBeOpen();
    if (events.length === 0) return this.#nothing(stream, expected);
    const retention = expected === NO_STREAM ? this.#retention?.[categoryOf(stream)] : undefined;
    const before = retention && ((milliseconds: number) => this.#retain(stream, retention, milliseconds));
    const appended = await this.#appender.append({ stream, expected, events: events.map(toStore) }, before);
    this.#known = Math.max(this.#known, appended.position);
    this.#hints.appended(appended.position);
    return appended;
  }

  async *readStream(
    stream: string,
    { from, backwards = false }: ReadStream = {},
  ): AsyncGenerator<readonly RecordedEvent[]> {
    const direction = backwards ? BACKWARDS : FORWARDS;
    let next: Revision | typeof START | typeof END = from ?? (backwards ? END : START);
    for (;;) {
      const batch = await this.#reader.stream(stream, next, batchSize, direction).catch(unavailable);
      const events = batch.map(fromStore);
      const last = events.at(-1);
      if (!last) return;
      yield events;
      next = last.revision + (backwards ? -1 : 1);
      if (events.length < batchSize || next < 0) return;
    }
  }

  async readAll(categories: readonly string[], after: Position, limit: number): Promise<Slice> {
    // Before the page: what is written up to this head is in it.
    const [head] = await Promise.all([this.head(), this.#removals.refresh()]).catch(unavailable);
    const wanted = [...new Set(categories)].filter((category) => categoryOf(category) === category);
    let position = after;
    while (wanted.length > 0 && position < head) {
      const { events, full } = await this.#reader
        .page(wanted, position, Math.min(limit, mostPerPage))
        .catch(unavailable);
      const last = events.at(-1);
      if (last) position = positionOf(last);
      const left = events.map(fromStore).filter((event) => !this.#removals.isRemoved(event.stream, event.revision));
      if (!full) return { events: left, position: Math.max(head, position) };
      if (left.length > 0) return { events: left, position };
    }
    return { events: [], position: Math.max(head, position) };
  }

  async head(): Promise<Position> {
    const head = await this.#reader.head().catch(unavailable);
    this.#known = Math.max(this.#known, head);
    return head;
  }

  async remove(stream: string): Promise<void> {
    mustBeName(stream);
    await this.#removals.remove(stream).catch(unavailable);
  }

  onAppended(listener: Parameters<EventLog['onAppended']>[0]): () => void {
    return this.#hints.listen(listener, this.#known);
  }

  async close(): Promise<void> {
    this.#hints.stop();
    this.#connection.close();
  }

  /** No events: the store would take them for written, whatever the revision. */
  async #nothing(stream: string, expected: Revision): Promise<Appended> {
    const [newest] = await this.#reader.stream(stream, END, 1, BACKWARDS).catch(unavailable);
    const actual = newest ? safe(newest.revision) : NO_STREAM;
    if (actual !== expected) throw new WrongExpectedRevision(stream, expected, actual);
    return { revision: actual, position: await this.head() };
  }

  /** Before the first event: a stream that is there is never without it. Metadata that was there before stays. */
  async #retain(stream: string, { seconds, newest }: Retention, withinMilliseconds: number): Promise<void> {
    const metadata = {
      ...(seconds !== undefined && { maxAge: seconds }),
      ...(newest !== undefined && { maxCount: newest }),
    };
    const options = { streamState: noStream, deadline: Math.ceil(withinMilliseconds), requiresLeader: true } as const;
    try {
      await this.#connection.call(withinMilliseconds, (client) => client.setStreamMetadata(stream, metadata, options));
    } catch (error) {
      if (kindOf(error) !== 'conflict') throw error;
    }
  }
}

function mustBeName(stream: string): void {
  if (!streamName.test(stream) || stream === removalsStream) {
    throw new TypeError(`\`${stream}\` cannot be the name of a stream`);
  }
}
