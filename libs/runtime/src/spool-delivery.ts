import { jittered } from './jitter.js';
import type { CallSpool, Spooled } from './ports/call-spool.js';
import type { Ids } from './ports/ids.js';

export interface DeliveryOptions {
  readonly spool: CallSpool;
  readonly ids: Ids;
  /** Resolves when the records are on disk for good where they belong. Has a deadline of its own. */
  readonly deliver: (batch: Spooled) => Promise<void>;
  /** Told of each delivery that came to nothing. */
  readonly failed: (error: unknown) => void;
  /** How long records gather before they are sent. */
  readonly gatherMilliseconds?: number;
  /** The first pause after a failed delivery; each further one is twice as long. */
  readonly retryMilliseconds?: number;
}

interface Drain {
  readonly upTo: number;
  readonly done: () => void;
}

const batchRecords = 500;
/** As a text inside JSON a record grows, at worst to twice its size; NATS takes 1 MiB by default. */
const batchBytes = 400_000;
const longestPause = 5000;

/** Brings what is spooled to where it belongs: in order, batch by batch, again and again until it has worked. */
export class SpoolDelivery {
  readonly #options: DeliveryOptions;
  #running: Promise<void> | undefined;
  #stopped = false;
  /** Records that were there or came, and those of them that are delivered. */
  #taken: number;
  #delivered = 0;
  /** Who waits for what is there to go out; nothing gathers as long as somebody does. */
  readonly #drains = new Set<Drain>();
  /** What the loop waits for, and how to end the wait. */
  #waitsFor: 'records' | 'more' | 'recovery' | undefined;
  #hurry: () => void = () => undefined;
  #failures = 0;
  #failure: unknown;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#taken = options.spool.state.records;
  }

  /** Why the last delivery came to nothing; undefined since one has worked. */
  get failure(): unknown {
    return this.#failure;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There are so many new records. */
  wake(records: number): void {
    this.#taken += records;
    if (this.#waitsFor === 'records') this.#hurry();
    if (this.#waitsFor === 'more' && this.#options.spool.state.records >= batchRecords) this.#hurry();
  }

  /** True when all that is spooled by now was delivered within the time. */
  async drain(milliseconds: number): Promise<boolean> {
    const upTo = this.#taken;
    if (upTo <= this.#delivered) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#drains.delete(drain);
        resolve(false);
      }, milliseconds);
      const drain: Drain = {
        upTo,
        done: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
      this.#drains.add(drain);
      this.#failures = 0;
      this.start();
      this.#hurry();
    });
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#hurry();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const { records } = this.#options.spool.state;
      if (records === 0) {
        await this.#rest('records');
      } else {
        if (records < batchRecords && this.#drains.size === 0 && this.#failures === 0) {
          await this.#rest('more', this.#options.gatherMilliseconds ?? 100);
        }
        await this.#deliver();
      }
    }
  }

  async #deliver(): Promise<void> {
    const { spool, ids, deliver, failed, retryMilliseconds = 100 } = this.#options;
    try {
      const batch = await spool.read(batchRecords, batchBytes);
      if (batch) {
        await deliver(batch);
        await spool.acknowledge();
        this.#gone(batch.records.length);
      }
      this.#failures = 0;
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
      failed(error);
      const pause = Math.min(longestPause, retryMilliseconds * 2 ** this.#failures++);
      await this.#rest('recovery', pause / 2 + jittered(ids, pause / 2));
    }
  }

  #gone(records: number): void {
    // Damaged records are never delivered, and waited for no longer.
    this.#delivered = this.#options.spool.state.records === 0 ? this.#taken : this.#delivered + records;
    for (const drain of this.#drains) {
      if (drain.upTo > this.#delivered) continue;
      this.#drains.delete(drain);
      drain.done();
    }
  }

  async #rest(waitsFor: 'records' | 'more' | 'recovery', milliseconds?: number): Promise<void> {
    if (this.#stopped) return;
    this.#waitsFor = waitsFor;
    await new Promise<void>((resolve) => {
      this.#hurry = resolve;
      if (milliseconds !== undefined) {
        const timer = setTimeout(resolve, milliseconds).unref();
        this.#hurry = () => {
          clearTimeout(timer);
          resolve();
        };
      }
    });
    this.#waitsFor = undefined;
  }
}
