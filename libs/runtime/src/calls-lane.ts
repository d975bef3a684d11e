import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type NewEvent, NO_STREAM, type Revision } from '@muniment/kernel';
import { jittered } from './jitter.js';
import { type EventLog, LogUnavailable, WrongExpectedRevision } from './ports/event-log.js';
import type { Ids } from './ports/ids.js';

/** What a `CallsRecorded` event holds. */
export interface CallsChunk {
  readonly records: readonly unknown[];
  /** Hash of the chunk before, empty at the start of a stream. */
  readonly previous: string;
  readonly hash: string;
  /** By source, the number of the next record that this stream has not had from it; the latest sources last. */
  readonly delivered?: Readonly<Record<string, number>>;
}

/** Records of one batch that belong to one stream. */
export interface Part {
  readonly source: string;
  readonly at: string;
  /** The number of each record in its source's order, rising. */
  readonly numbers: readonly number[];
  readonly records: readonly unknown[];
}

interface Waiting {
  readonly part: Part;
  /** The records as JSON: what is hashed. */
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Where a stream ends. */
interface Tip {
  readonly revision: Revision;
  readonly hash: string;
  readonly delivered: ReadonlyMap<string, number>;
}

/** EventStoreDB takes at most 1 MiB in one append. */
const largestAppend = 900_000;
/** Sources come with processes; one that hundreds of others have followed on one day delivers nothing twice any more. */
const mostSources = 256;
const mostConflicts = 40;
const longestPause = 100;

const hashOf = (previous: string, text: string): string =>
  createHash('sha256').update(previous).update(text).digest('hex');

/** Each chunk of records names the hash of the one before: a changed or removed record breaks the chain. */
export const chainHash = (previous: string, records: readonly unknown[]): string =>
  hashOf(previous, JSON.stringify(records));

/** One stream of call records: what waits while an append is under way goes out in one append, a chunk per batch. */
export class CallsLane {
  readonly #stream: string;
  readonly #log: EventLog;
  readonly #ids: Ids;
  /** As this process last knew it; unknown after any failure. */
  #tip: Tip | undefined;
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(stream: string, log: EventLog, ids: Ids) {
    this.#stream = stream;
    this.#log = log;
    this.#ids = ids;
  }

  /** Nothing waits and nothing is being written: it may be let go. */
  get idle(): boolean {
    return !this.#busy;
  }

  append(part: Part): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ part, text: JSON.stringify(part.records), resolve, reject });
      if (!this.#busy) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      try {
        await this.#write(batch);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#busy = false;
  }

  /** One part at least, and as many more as one append can hold. */
  #take(): Waiting[] {
    if (this.#waiting.length === 1) return this.#waiting.splice(0);
    let bytes = 0;
    const fitting = this.#waiting.findIndex(({ text }, index) => {
      bytes += Buffer.byteLength(text);
      return index > 0 && bytes > largestAppend;
    });
    return this.#waiting.splice(0, fitting < 0 ? this.#waiting.length : fitting);
  }

  /** Until it is written, or another writer has written the same. Whoever else writes the stream is caught up with. */
  async #write(batch: readonly Waiting[]): Promise<void> {
    for (let conflicts = 0; conflicts < mostConflicts; conflicts++) {
      const tip = this.#tip ?? (await this.#newest());
      // Until the log has answered nobody knows where the stream ends.
      this.#tip = undefined;
      const { events, hash, delivered } = chained(batch, tip);
      try {
        const { revision } =
          events.length > 0 ? await this.#log.append(this.#stream, tip.revision, events) : { revision: tip.revision };
        this.#tip = { revision, hash, delivered };
        return;
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
        await setTimeout(jittered(this.#ids, Math.min(longestPause, 2 ** conflicts)));
      }
    }
    throw new LogUnavailable(`other writers of \`${this.#stream}\` are always first`);
  }

  /** The newest chunk knows of all before it: nothing else needs to be read, however long ago a batch came first. */
  async #newest(): Promise<Tip> {
    for await (const [last] of this.#log.readStream(this.#stream, { backwards: true })) {
      if (last === undefined) continue;
      const { hash, delivered = {} } = last.data as CallsChunk;
      return { revision: last.revision, hash, delivered: new Map(Object.entries(delivered)) };
    }
    return { revision: NO_STREAM, hash: '', delivered: new Map() };
  }
}

/** The events that bring the stream what it has not had yet, and where it ends with them. */
function chained(batch: readonly Waiting[], tip: Tip): { events: NewEvent[] } & Omit<Tip, 'revision'> {
  const delivered = new Map(tip.delivered);
  const events: NewEvent[] = [];
  let { hash } = tip;
  for (const waiting of batch) {
    const { source, at, numbers, records, text } = fresh(waiting, delivered.get(waiting.part.source) ?? 0);
    const [first, last] = [numbers[0], numbers.at(-1)];
    if (first === undefined || last === undefined) continue;
    const previous = hash;
    hash = hashOf(previous, text);
    delivered.delete(source);
    delivered.set(source, last + 1);
    for (const [oldest] of delivered) if (delivered.size > mostSources) delivered.delete(oldest);
    const data: CallsChunk = { records, previous, hash, delivered: Object.fromEntries(delivered) };
    // The ids say all that the chunk holds: no log takes two chunks for one, or one for two.
    const eventId = `${source}:${first}-${last}`;
    const meta = { eventId, commandId: eventId, requestId: eventId, at, actor: 'muniment' };
    events.push({ type: 'CallsRecorded', version: 1, data, meta });
  }
  return { events, hash, delivered };
}

/** A source delivers in order, so that one number tells what of a batch has come before. */
function fresh({ part, text }: Waiting, next: number): Part & { readonly text: string } {
  const had = part.numbers.findIndex((number) => number >= next);
  if (had === 0) return { ...part, text };
  const start = had < 0 ? part.numbers.length : had;
  const records = part.records.slice(start);
  return { ...part, numbers: part.numbers.slice(start), records, text: JSON.stringify(records) };
}
