import { randomUUID } from 'node:crypto';
import { judge } from './expected.js';
import type { Log } from './log.js';
import {
  deletedRevision,
  type Expected,
  metadataStreamOf,
  noStream,
  type Place,
  type Proposed,
  type Recorded,
  sizeOf,
} from './records.js';
import { isSoftDeleted, lastRevision, metadataOf, type View, viewOf } from './retention.js';
import { Transaction } from './transaction.js';

export type Outcome =
  | { readonly kind: 'written'; readonly revision: number; readonly at: Place | undefined }
  | { readonly kind: 'wrong'; readonly current: number }
  | { readonly kind: 'deleted' };

/** How many event ids the server remembers: its idempotency is best effort. */
const rememberedIds = 10_000;

/** After so many writes of clients the server writes statistics of its own, like the real one now and then. */
const writesPerStatistics = 7;

/** Decides on writes as the server does, and keeps what was written. */
export class Store {
  readonly log: Log;
  /** By stream and event id; the oldest is forgotten first. */
  readonly #ids = new Map<string, Recorded>();
  #writes = 0;

  constructor(log: Log) {
    this.log = log;
  }

  append(stream: string, expected: Expected, events: readonly Proposed[]): Promise<Outcome> {
    const verdict = this.#judge(stream, expected, events);
    if (verdict.kind === 'known') return this.#known(verdict.last);
    if (verdict.kind !== 'write') return Promise.resolve(verdict);
    const revision = lastRevision(this.log.written(stream));
    if (events.length === 0) return Promise.resolve({ kind: 'written', revision, at: undefined });
    const revived = this.#isSoftDeleted(stream) ? this.#revive(stream, revision + 1) : [];
    const records = this.#place(stream, revision + 1, events);
    return this.#write([...revived, ...records, ...this.#statistics()], records.at(-1));
  }

  /** The stream ends and may begin anew, its revisions go on. */
  softDelete(stream: string, expected: Expected): Promise<Outcome> {
    const verdict = this.#judge(stream, expected, []);
    if (verdict.kind === 'wrong' || verdict.kind === 'deleted') return Promise.resolve(verdict);
    const records = this.#metadata(stream, { $tb: '9223372036854775807' });
    return this.#write(records, records.at(-1));
  }

  /** The stream ends for ever. */
  tombstone(stream: string, expected: Expected): Promise<Outcome> {
    const verdict = this.#judge(stream, expected, []);
    if (verdict.kind === 'wrong' || verdict.kind === 'deleted') return Promise.resolve(verdict);
    const records = this.#place(stream, deletedRevision, [systemEvent('$streamDeleted', '')]);
    return this.#write(records, records.at(-1));
  }

  /** What old clients over TCP could do: its events are found at their prepares and ordered by the one commit. */
  begin(stream: string): Transaction {
    return new Transaction(stream, this.log, async (records) => {
      await this.#write(records, records.at(-1));
    });
  }

  view(stream: string): View {
    return viewOf(this.log, stream, Date.now());
  }

  /** From now on no event id is known: the same event is written again, as after a restart of the server. */
  forgetIds(): void {
    this.#ids.clear();
  }

  /** Takes out of `$all` what its streams do not show any more. */
  scavenge(): void {
    const shown = new Map<string, ReadonlySet<Recorded>>();
    this.log.drop((record) => {
      if (record.revision === deletedRevision) return false;
      const view = this.view(record.stream);
      const events = shown.get(record.stream) ?? new Set(view.kind === 'events' ? view.events : []);
      shown.set(record.stream, events);
      return !events.has(record);
    });
  }

  #judge(stream: string, expected: Expected, events: readonly Proposed[]) {
    const ids = events.map(({ id }) => id);
    const metadata = this.log.written(metadataStreamOf(stream));
    return judge(expected, ids, {
      records: this.log.written(stream),
      softDeleted: isSoftDeleted(metadataOf(metadata)),
      hasMetadata: metadata.length > 0,
      remembered: (id) => this.#ids.get(`${stream} ${id}`),
    });
  }

  /** The first answer to this write may have been lost; its events may still wait for the disk. */
  async #known(last: Recorded): Promise<Outcome> {
    await this.log.reached(last);
    return { kind: 'written', revision: last.revision, at: last.at };
  }

  async #write(records: readonly Recorded[], last: Recorded | undefined): Promise<Outcome> {
    for (const record of records) this.#remember(record);
    await this.log.commit(records);
    return { kind: 'written', revision: last?.revision ?? noStream, at: last?.at };
  }

  #remember(record: Recorded): void {
    this.#ids.set(`${record.stream} ${record.id}`, record);
    if (this.#ids.size <= rememberedIds) return;
    const [oldest] = this.#ids.keys();
    if (oldest !== undefined) this.#ids.delete(oldest);
  }

  #isSoftDeleted(stream: string): boolean {
    return isSoftDeleted(metadataOf(this.log.written(metadataStreamOf(stream))));
  }

  #revive(stream: string, from: number): Recorded[] {
    return this.#metadata(stream, { ...metadataOf(this.log.written(metadataStreamOf(stream))), $tb: from });
  }

  #metadata(stream: string, metadata: Record<string, unknown>): Recorded[] {
    const name = metadataStreamOf(stream);
    // The number does not fit into one of JavaScript's: it goes in as text and loses its quotes.
    const text = JSON.stringify(metadata).replace('"9223372036854775807"', '9223372036854775807');
    return this.#place(name, lastRevision(this.log.written(name)) + 1, [systemEvent('$metadata', text)]);
  }

  /** System events stand between those of clients, so that positions have gaps for who does not want to see them. */
  #statistics(): Recorded[] {
    if (this.#writes++ % writesPerStatistics !== 0) return [];
    const stream = '$stats-127.0.0.1:2113';
    const event = systemEvent('$statsCollected', JSON.stringify({ 'es-writes': this.#writes }));
    return this.#place(stream, lastRevision(this.log.written(stream)) + 1, [event]);
  }

  #place(stream: string, revision: number, events: readonly Proposed[]): Recorded[] {
    const created = Date.now();
    return events.map((event, index) => {
      const { from, to } = this.log.claim(sizeOf(stream, event));
      const at = { commit: from, prepare: from };
      return { ...event, stream, revision: revision + index, created, at, after: { commit: to, prepare: to } };
    });
  }
}

const systemEvent = (type: string, data: string): Proposed => ({
  id: randomUUID(),
  type,
  json: data !== '',
  data: Buffer.from(data),
  metadata: Buffer.alloc(0),
});
