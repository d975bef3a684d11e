import { randomUUID } from 'node:crypto';
import { type CallSpool, type Spooled, SpoolFull, type SpoolState, SpoolUnavailable } from '@muniment/runtime';

interface Entry {
  readonly number: number;
  readonly at: Date;
  readonly record: string;
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** The spool without a disk: what it holds is gone with the process, in all else it is like the other. */
export class MemorySpool implements CallSpool {
  readonly #source = randomUUID();
  readonly #bound: number;
  #entries: Entry[] = [];
  #next = 0;
  #bytes = 0;
  #read = 0;
  #closed = false;

  constructor(bound = 64 * 1024 * 1024) {
    this.#bound = bound;
  }

  append(records: readonly string[], at: Date): void {
    if (this.#closed) throw new SpoolUnavailable('it is closed');
    const bytes = sizeOf(records);
    if (this.#bytes + bytes > this.#bound) throw new SpoolFull(`it holds at most ${this.#bound} bytes`);
    for (const record of records) this.#entries.push({ number: this.#next++, at, record });
    this.#bytes += bytes;
  }

  async sync(): Promise<void> {
    if (this.#closed) throw new SpoolUnavailable('it is closed');
  }

  async read(records: number, bytes: number): Promise<Spooled | undefined> {
    const [oldest] = this.#entries;
    if (oldest === undefined) return undefined;
    const taken: string[] = [];
    let size = 0;
    for (const { at, record } of this.#entries) {
      size += sizeOf([record]);
      if (taken.length > 0 && (taken.length === records || size > bytes || dayOf(at) !== dayOf(oldest.at))) break;
      taken.push(record);
    }
    this.#read = taken.length;
    return { source: this.#source, first: oldest.number, at: oldest.at.toISOString(), records: taken };
  }

  async acknowledge(): Promise<void> {
    this.#bytes -= sizeOf(this.#entries.splice(0, this.#read).map(({ record }) => record));
    this.#read = 0;
  }

  get state(): SpoolState {
    const oldest = this.#entries[0]?.at;
    return { records: this.#entries.length, bytes: this.#bytes, oldest, room: this.#bound - this.#bytes };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}

const sizeOf = (records: readonly string[]): number =>
  records.reduce((sum, record) => sum + Buffer.byteLength(record), 0);
