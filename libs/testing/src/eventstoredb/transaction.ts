import type { Log } from './log.js';
import { type Proposed, type Recorded, sizeOf } from './records.js';
import { lastRevision } from './retention.js';

/** Size of the record that says begin or commit. */
const markSize = 80;

/**
 * An explicit transaction: each event is prepared where the log is then, others may write in between, and all of them
 * appear with the commit. So prepare differs from commit, and several events share one commit position.
 */
export class Transaction {
  readonly #stream: string;
  readonly #log: Log;
  readonly #write: (records: Recorded[]) => Promise<void>;
  readonly #prepared: { event: Proposed; from: number; to: number }[] = [];

  constructor(stream: string, log: Log, write: (records: Recorded[]) => Promise<void>) {
    this.#stream = stream;
    this.#log = log;
    this.#write = write;
  }

  prepare(...events: Proposed[]): this {
    for (const event of events) this.#prepared.push({ event, ...this.#log.claim(sizeOf(this.#stream, event)) });
    return this;
  }

  async commit(): Promise<Recorded[]> {
    const { from: commit, to: end } = this.#log.claim(markSize);
    const revision = lastRevision(this.#log.written(this.#stream)) + 1;
    const created = Date.now();
    const records = this.#prepared.map(({ event, from, to }, index) => ({
      ...event,
      stream: this.#stream,
      revision: revision + index,
      created,
      at: { commit, prepare: from },
      after: { commit: end, prepare: to },
    }));
    await this.#write(records);
    return records;
  }
}
