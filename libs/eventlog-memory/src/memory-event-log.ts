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

const batchSize = 500;

/** The event log without a disk: everything is gone with the process, in all else it is like the others. */
export class MemoryEventLog implements EventLog {
  /** Wrapped data keys, for the sealer. */
  readonly keys: Keys = memoryKeys();
  /** The event at position 1 comes first; where a stream was removed nothing is left. */
  readonly #events: (RecordedEvent | undefined)[] = [];
  readonly #streams = new Map<string, RecordedEvent[]>();
  readonly #listeners = new Set<(position: Position) => void>();
  #closed = false;

  async append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
    if (this.#closed) throw new LogUnavailable('it is closed');
    const recorded = this.#streams.get(stream) ?? [];
    const actual = recorded.length + NO_STREAM;
    if (actual !== expected) throw new WrongExpectedRevision(stream, expected, actual);
    // Through JSON as on disk: what would not survive there must not survive here.
    const copies = JSON.parse(JSON.stringify(events)) as NewEvent[];
    for (const event of copies) {
      const entry = { ...event, stream, revision: recorded.length, position: this.#events.length + 1 };
      recorded.push(entry);
      this.#events.push(entry);
    }
    if (copies.length > 0) this.#streams.set(stream, recorded);
    const position = this.#events.length;
    if (copies.length > 0) this.#tell(position);
    return { revision: recorded.length - 1, position };
  }

  async *readStream(
    stream: string,
    { from, backwards = false }: ReadStream = {},
  ): AsyncGenerator<readonly RecordedEvent[]> {
    const events = this.#streams.get(stream) ?? [];
    const wanted = backwards ? events.slice(0, (from ?? events.length) + 1).reverse() : events.slice(from ?? 0);
    for (let start = 0; start < wanted.length; start += batchSize) yield wanted.slice(start, start + batchSize);
  }

  async readAll(categories: readonly string[], after: Position, limit: number): Promise<Slice> {
    const wanted = new Set(categories);
    const events: RecordedEvent[] = [];
    for (let index = after; index < this.#events.length && events.length < limit; index++) {
      const event = this.#events[index];
      if (event && wanted.has(categoryOf(event.stream))) events.push(event);
    }
    const full = events.length === limit;
    return { events, position: full ? (events.at(-1)?.position ?? after) : this.#events.length };
  }

  async head(): Promise<Position> {
    return this.#events.length;
  }

  async remove(stream: string): Promise<void> {
    if (this.#closed) throw new LogUnavailable('it is closed');
    for (const { position } of this.#streams.get(stream) ?? []) this.#events[position - 1] = undefined;
    this.#streams.delete(stream);
  }

  onAppended(listener: (position: Position) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
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

function memoryKeys(): Keys {
  const keys = new Map<string, string>();
  return {
    get: (id) => keys.get(id),
    add: async (id, wrapped) => keys.get(id) ?? (keys.set(id, wrapped), wrapped),
    put: async (id, wrapped) => void keys.set(id, wrapped),
    remove: async (id) => void keys.delete(id),
  };
}
