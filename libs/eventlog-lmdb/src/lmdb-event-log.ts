import { setImmediate } from 'node:timers/promises';
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
  type Keys,
  LogUnavailable,
  type ReadStream,
  type Slice,
  WrongExpectedRevision,
} from '@muniment/runtime';
import { categoryKey, counter, Environment, ordered, streamKey } from './environment.js';
import { type Encoded, encode, frame } from './frame.js';
import { Reader } from './reader.js';
import { Recent } from './recent.js';

export interface EventLogOptions {
  /** Directory; made when absent. On a local disk: LMDB's files are not safe on network file systems. */
  readonly path: string;
  /** Told once, when nothing may be written any more: the process should end and start anew. */
  readonly onFailure?: (error: unknown) => void;
  /** So many of the newest events stay in memory for those who follow the log. */
  readonly recentEvents?: number;
}

/** Opens the event log in a directory, or makes one. Several processes may have it open. */
export async function openEventLog(options: EventLogOptions): Promise<LmdbEventLog> {
  return new LmdbEventLog(options);
}

/** Printable, and short enough for a key. */
const streamName = /^[\x20-\x7e]{1,256}$/;

/** The event log in an LMDB environment: an append is one transaction, many appends share one commit and one flush. */
export class LmdbEventLog implements EventLog {
  /** Wrapped data keys, for the sealer. */
  readonly keys: Keys;
  readonly #environment: Environment;
  readonly #reader: Reader;
  readonly #recent: Recent;
  readonly #onFailure: (error: unknown) => void;
  readonly #listeners = new Set<(position: Position) => void>();
  #unavailable: LogUnavailable | undefined;

  constructor({ path, onFailure = () => undefined, recentEvents = 1024 }: EventLogOptions) {
    this.#environment = new Environment(path);
    this.#reader = new Reader(this.#environment);
    this.#recent = new Recent(recentEvents);
    this.#onFailure = onFailure;
    const { keys } = this.#environment;
    this.keys = {
      get: (id) => keys.get(keyName(id)),
      put: (id, wrapped) => this.#commit(() => void keys.put(keyName(id), wrapped)),
      remove: (id) => this.#commit(() => void keys.remove(keyName(id))),
    };
  }

  async append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
    if (!streamName.test(stream)) throw new TypeError(`\`${stream}\` cannot be the name of a stream`);
    const encoded = events.map((event, index) => encode(stream, expected + 1 + index, event));
    const appended = await this.#commit(() => this.#write(stream, expected, encoded));
    if (events.length === 0) return appended;
    const first = { revision: expected + 1, position: appended.position - events.length + 1 };
    this.#recent.add(
      events.map(({ type, version, data, meta }, index): RecordedEvent => {
        return {
          stream,
          revision: first.revision + index,
          type,
          version,
          data,
          meta,
          position: first.position + index,
        };
      }),
    );
    this.#tell(appended.position);
    return appended;
  }

  readStream(stream: string, options: ReadStream = {}): AsyncIterable<readonly RecordedEvent[]> {
    return this.#reader.stream(stream, options);
  }

  async readAll(categories: readonly string[], after: Position, limit: number): Promise<Slice> {
    return this.#recent.readAll(categories, after, limit) ?? this.#reader.all(categories, after, limit);
  }

  async head(): Promise<Position> {
    return this.#reader.head();
  }

  onAppended(listener: (position: Position) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#unavailable ??= new LogUnavailable('it is closed');
    this.#listeners.clear();
    await this.#environment.root.close();
  }

  /** Inside the transaction: looks first, then writes. */
  #write(stream: string, expected: Revision, events: readonly Encoded[]): Appended {
    const environment = this.#environment;
    const category = categoryOf(stream);
    const actual = environment.count(counter.stream(stream)) ?? NO_STREAM;
    if (actual !== expected) throw new WrongExpectedRevision(stream, expected, actual);
    let position = environment.count(counter.head) ?? 0;
    let revision = actual;
    if (events.length === 0) return { revision, position };
    let previous = environment.count(counter.category(category)) ?? 0;
    for (const event of events) {
      position++;
      revision++;
      void environment.events.put(ordered(position), frame(event, position, previous));
      const at = Buffer.allocUnsafe(8);
      at.writeDoubleBE(position);
      void environment.streams.put(streamKey(stream, revision), at);
      void environment.categories.put(categoryKey(category, position), present);
      previous = position;
    }
    environment.setCount(counter.head, position);
    environment.setCount(counter.stream(stream), revision);
    environment.setCount(counter.category(category), position);
    return { revision, position };
  }

  /** Runs a transaction of its own inside the common one; resolves when it is on disk. The first failure is the last. */
  async #commit<Result>(write: () => Result): Promise<Result> {
    try {
      this.#mustBeAvailable();
      return await this.#environment.root.childTransaction(() => {
        this.#mustBeAvailable();
        return write();
      });
    } catch (error) {
      if (error instanceof WrongExpectedRevision || error instanceof LogUnavailable) throw error;
      throw await this.#fail(error);
    }
  }

  #mustBeAvailable(): void {
    if (this.#unavailable) throw this.#unavailable;
  }

  async #fail(error: unknown): Promise<LogUnavailable> {
    const first = this.#unavailable === undefined;
    // At once: what is queued behind must not be written as if nothing had happened.
    this.#unavailable ??= new LogUnavailable('a commit failed', { cause: error });
    const cause = await causeOf(error);
    const unavailable = new LogUnavailable(cause instanceof Error ? cause.message : String(cause), { cause });
    if (first) {
      this.#unavailable = unavailable;
      this.#onFailure(unavailable);
    }
    return unavailable;
  }

  #tell(position: Position): void {
    for (const listener of this.#listeners) {
      try {
        listener(position);
      } catch (error) {
        // The events are written: a listener's trouble is not the writer's.
        process.emitWarning(`a listener failed: ${String(error)}`);
      }
    }
  }
}

const present = Buffer.from([1]);

/** lmdb says why a commit failed in a promise apart, which would end the process if nobody took it. */
async function causeOf(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<unknown> };
  const cause = commitError?.then(
    () => error,
    (reason: unknown) => reason,
  );
  return Promise.race([cause ?? error, setImmediate().then(() => setImmediate(error))]);
}

function keyName(id: string): string {
  const bytes = Buffer.from(id).toString('latin1');
  if (bytes.length < 1 || bytes.length > 1024) throw new TypeError(`\`${id}\` cannot be the name of a key`);
  return bytes;
}
