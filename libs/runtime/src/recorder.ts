import { CallsChain, type Kept } from './calls-chain.js';
import type { EventLog } from './ports/event-log.js';
import type { Ids } from './ports/ids.js';

/** Makes the records of one call, by the account that keeps them. */
export type Shape<Facts, Record> = (facts: Facts) => readonly Kept<Record>[];

export interface RecorderOptions<Facts, Record> {
  readonly log: EventLog;
  readonly ids: Ids;
  readonly shape: Shape<Facts, Record>;
  readonly now: () => Date;
  /** Told when records could not be written, which are kept and tried again, or when one could not be made. */
  readonly failed: (error: unknown) => void;
}

/** Records of calls that nobody waits for go out together. */
const gatherMilliseconds = 25;
const retryMilliseconds = 1000;
/** Above this calls wait until their records are written: memory is bounded, and none is lost. */
const most = 20_000;
const chunkSize = 500;

/**
 * Records the calls of a process that has the log itself. Records of many calls go out in one event, so that recording
 * costs a fraction of the call; a call that changed something waits until its record is on disk.
 */
export class Recorder<Facts, Record> {
  readonly #options: RecorderOptions<Facts, Record>;
  readonly #chain: CallsChain;
  readonly #source: string;
  /** Number of the next record. */
  #number = 0;
  #waiting: Facts[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Records that are being written, and those that will be when they are. */
  #flushing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(options: RecorderOptions<Facts, Record>) {
    this.#options = options;
    this.#chain = new CallsChain(options.log, options.ids);
    this.#source = options.ids.uuid();
  }

  /** Takes a call's facts; `durably`: resolves when the record is on disk. */
  record(facts: Facts, durably: boolean): Promise<void> | undefined {
    this.#waiting.push(facts);
    if (durably || this.#waiting.length >= most) return this.flush();
    this.#timer ??= setTimeout(() => void this.flush(), gatherMilliseconds);
    return undefined;
  }

  /** Resolves when everything taken so far is on disk. Who waits for the same records waits for the same promise. */
  flush(): Promise<void> {
    if (this.#waiting.length === 0) return this.#flushing ?? Promise.resolve();
    this.#next ??= this.#flushNext();
    return this.#next;
  }

  /** Waits for the records before, then takes all that have come meanwhile. */
  async #flushNext(): Promise<void> {
    await this.#flushing;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const facts = this.#waiting;
    this.#waiting = [];
    this.#flushing = this.#next;
    this.#next = undefined;
    let calls: Kept<Record>[] = [];
    for (const each of facts) {
      for (const kept of this.#shaped(each)) calls.push(kept);
      if (calls.length < chunkSize) continue;
      await this.#keep(calls);
      calls = [];
    }
    await this.#keep(calls);
  }

  /** One call whose record cannot be made must not cost the others theirs. */
  #shaped(facts: Facts): readonly Kept<Record>[] {
    try {
      return this.#options.shape(facts);
    } catch (error) {
      this.#options.failed(error);
      return [];
    }
  }

  /** Appends until it has worked: an acknowledged call is recorded, however long the log is away. */
  async #keep(calls: readonly Kept<Record>[]): Promise<void> {
    const { now, failed } = this.#options;
    if (calls.length === 0) return;
    const batch = { source: this.#source, first: this.#number, at: now().toISOString(), calls };
    this.#number += calls.length;
    for (;;) {
      try {
        await this.#chain.append(batch);
        return;
      } catch (error) {
        failed(error);
        await new Promise((resolve) => setTimeout(resolve, retryMilliseconds).unref());
      }
    }
  }
}
