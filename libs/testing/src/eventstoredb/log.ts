import type { Journal } from './journal.js';
import { compare, type Place, type Recorded } from './records.js';

/** The server's own first record, which no read shows: the first event stands above 0. */
const epochSize = 149;

/** All records in the order of their commits, and by stream. What is not on disk yet is decided upon, but never read. */
export class Log {
  readonly #all: Recorded[] = [];
  readonly #streams = new Map<string, Recorded[]>();
  /** Where a record begins or ends other than those in `#all`: those of transactions, and of the epoch. */
  readonly #edges = new Set<number>([0]);
  readonly #listeners = new Set<() => void>();
  readonly #journal: Journal | undefined;
  #failure: Error | undefined;
  #end = epochSize;
  #readable = epochSize;

  constructor(journal?: Journal, writes: readonly (readonly Recorded[])[] = []) {
    this.#journal = journal;
    for (const records of writes) this.#hold(records);
    this.#readable = this.#end;
  }

  /** Where the next record begins. */
  get end(): number {
    return this.#readable;
  }

  /** The newest record that is read. */
  get last(): Recorded | undefined {
    return this.backwards({ commit: Infinity, prepare: Infinity }).next().value ?? undefined;
  }

  /** Room for a record of that many bytes: where it begins and ends. */
  claim(size: number): { from: number; to: number } {
    const from = this.#end;
    this.#end += size;
    this.#edges.add(from);
    return { from, to: this.#end };
  }

  /** Resolves when the records are on disk; from then on they are read. */
  async commit(records: readonly Recorded[]): Promise<void> {
    if (this.#failure) throw this.#failure;
    this.#hold(records);
    const end = this.#end;
    try {
      await this.#journal?.append(records);
    } catch (cause) {
      // What was decided upon this write cannot be taken back: only a new start knows what is on disk.
      this.#failure = new Error('the log takes no writes', { cause });
      throw this.#failure;
    }
    this.#readable = Math.max(this.#readable, end);
    for (const listener of this.#listeners) listener();
  }

  /** Resolves when a record that was decided upon is on disk. */
  async reached(record: Recorded): Promise<void> {
    while (!this.#isReadable(record)) {
      await new Promise<void>((resolve) => {
        const stop = this.onCommit(() => {
          stop();
          resolve();
        });
      });
    }
  }

  /** Calls when there is more to read; returns how to stop it. */
  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** All of a stream, also what waits for the disk: what a writer is judged by. */
  written(stream: string): readonly Recorded[] {
    return this.#streams.get(stream) ?? [];
  }

  /** What readers see of a stream. */
  stream(stream: string): readonly Recorded[] {
    const records = this.written(stream);
    const last = records.at(-1);
    return last && !this.#isReadable(last) ? records.filter((record) => this.#isReadable(record)) : records;
  }

  /** The records from a place on, that place included. */
  *forwards(from: Place): Generator<Recorded> {
    for (let index = this.#indexOf((record) => compare(record.at, from) >= 0); ; index++) {
      const record = this.#all[index];
      if (!record || !this.#isReadable(record)) return;
      yield record;
    }
  }

  /** The records that end before a place or at it, the last one first. */
  *backwards(from: Place): Generator<Recorded> {
    for (let index = this.#indexOf((record) => compare(record.after, from) > 0) - 1; index >= 0; index--) {
      const record = this.#all[index] as Recorded;
      if (this.#isReadable(record)) yield record;
    }
  }

  /** Whether reading can begin here: the server cannot read from the middle of a record. */
  isEdge({ commit }: Place): boolean {
    return commit >= this.#readable || this.#edges.has(commit);
  }

  /** Takes records out of the log for good, as a scavenge does; the last of a stream stays and keeps its revision. */
  drop(isGone: (record: Recorded) => boolean): void {
    const gone = new Set(this.#all.filter((record) => isGone(record)));
    this.#all.splice(0, Infinity, ...this.#all.filter((record) => !gone.has(record)));
    for (const [name, records] of this.#streams) {
      this.#streams.set(
        name,
        records.filter((record) => !gone.has(record) || record === records.at(-1)),
      );
    }
  }

  async close(): Promise<void> {
    await this.#journal?.close();
  }

  #isReadable({ after }: Recorded): boolean {
    return after.commit <= this.#readable;
  }

  #hold(records: readonly Recorded[]): void {
    for (const record of records) {
      this.#all.push(record);
      const stream = this.#streams.get(record.stream);
      if (stream) stream.push(record);
      else this.#streams.set(record.stream, [record]);
      for (const place of [record.at, record.after]) this.#edges.add(place.commit).add(place.prepare);
      this.#end = Math.max(this.#end, record.after.commit);
    }
  }

  /** The first index that holds; all after it hold too. */
  #indexOf(holds: (record: Recorded) => boolean): number {
    let low = 0;
    let high = this.#all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(this.#all[middle] as Recorded)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
