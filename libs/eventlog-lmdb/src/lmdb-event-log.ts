import { setImmediate } from 'node:timers/promises';
import type { NewEvent, Position, RecordedEvent, Revision } from '@muniment/kernel';
import {
  type Appended,
  type Commit,
  type EventLog,
  type Keys,
  LogUnavailable,
  type ReadStream,
  type Slice,
} from '@muniment/runtime';
import { Batch } from './batch.js';
import { counter, Environment } from './environment.js';
import { encode } from './frame.js';
import { Reader } from './reader.js';
import { Recent } from './recent.js';
import { removeStream } from './removal.js';

export interface EventLogOptions {
  /** Directory; made when absent. On a local disk: LMDB's files are not safe on network file systems. */
  readonly path: string;
  /** Told once, when nothing may be written any more: the process should end and start anew. */
  readonly onFailure?: (error: unknown) => void;
  /** So many of the newest events stay in memory for those who follow the log. */
  readonly recentEvents?: number;
  /** So much of them, as text: one event may hold hundreds of call records. */
  readonly recentBytes?: number;
}

/** Opens the event log in a directory, or makes one. Several processes may have it open. */
export async function openEventLog(options: EventLogOptions): Promise<LmdbEventLog> {
  return new LmdbEventLog(options);
}

type Listener = Parameters<EventLog['onAppended']>[0];

/** Printable, and short enough for a key. */
const streamName = /^[\x20-\x7e]{1,256}$/;

/** The event log in an LMDB environment: appends that come together share a transaction, one commit and one flush. */
export class LmdbEventLog implements EventLog {
  /** Wrapped data keys, for the sealer. */
  readonly keys: Keys;
  readonly #environment: Environment;
  readonly #reader: Reader;
  readonly #recent: Recent;
  readonly #onFailure: (error: unknown) => void;
  readonly #listeners = new Set<Listener>();
  /** Takes appends until its transaction runs. */
  #filling: Batch | undefined;
  #unavailable: LogUnavailable | undefined;
  /** How many removals the recent events know of: another process may have removed a stream. */
  #removals: number;

  constructor(options: EventLogOptions) {
    const { path, onFailure = () => undefined, recentEvents = 1024, recentBytes = 4_000_000 } = options;
    this.#environment = new Environment(path);
    this.#reader = new Reader(this.#environment);
    this.#recent = new Recent(recentEvents, recentBytes);
    this.#onFailure = onFailure;
    this.#removals = this.#countRemovals();
    const { keys } = this.#environment;
    this.keys = {
      get: (id) => keys.get(keyName(id)),
      add: (id, wrapped) =>
        this.#commit(() => {
          const kept = keys.get(keyName(id));
          if (kept === undefined) void keys.put(keyName(id), wrapped);
          return kept ?? wrapped;
        }),
      put: (id, wrapped) => this.#commit(() => void keys.put(keyName(id), wrapped)),
      remove: (id) => this.#commit(() => void keys.remove(keyName(id))),
    };
  }

  async append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
    if (!streamName.test(stream)) throw new TypeError(`\`${stream}\` cannot be the name of a stream`);
    const encoded = events.map((event, index) => encode(stream, expected + 1 + index, event));
    const batch = this.#filling ?? this.#begin();
    const number = batch.add({ stream, expected, events: encoded });
    await batch.written;
    return batch.verdict(number);
  }

  readStream(stream: string, options: ReadStream = {}): AsyncIterable<readonly RecordedEvent[]> {
    return this.#reader.stream(stream, options);
  }

  async readAll(categories: readonly string[], after: Position, limit: number): Promise<Slice> {
    const removals = this.#countRemovals();
    if (removals !== this.#removals) this.#recent.forget();
    this.#removals = removals;
    return this.#recent.readAll(categories, after, limit) ?? this.#reader.all(categories, after, limit);
  }

  async head(): Promise<Position> {
    return this.#reader.head();
  }

  remove(stream: string): Promise<void> {
    return this.#commit(() => removeStream(this.#environment, stream));
  }

  onAppended(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#unavailable ??= new LogUnavailable('it is closed');
    this.#listeners.clear();
    await this.#environment.root.close();
  }

  /** A transaction for the appends that come until it runs. */
  #begin(): Batch {
    const batch = new Batch();
    const full = () => {
      if (this.#filling === batch) this.#filling = undefined;
    };
    this.#filling = batch;
    batch.written = this.#commit(() => {
      full();
      batch.write(this.#environment);
    })
      .then(() => this.#appended(batch))
      .finally(full);
    return batch;
  }

  #appended({ commit, events }: Batch): void {
    if (commit === undefined) return;
    this.#recent.add(commit.after, events);
    this.#tell(commit);
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
      if (error instanceof LogUnavailable) throw error;
      throw await this.#fail(error);
    }
  }

  #countRemovals(): number {
    return this.#environment.count(counter.removals) ?? 0;
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

  #tell(commit: Commit): void {
    for (const listener of this.#listeners) {
      try {
        listener(commit.position, commit);
      } catch (error) {
        // The events are written: a listener's trouble is not the writer's.
        process.emitWarning(`a listener failed: ${String(error)}`);
      }
    }
  }
}

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
