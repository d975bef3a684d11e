import { SpoolFull, type SpoolState, SpoolUnavailable } from './ports/call-spool.js';
import type { Shape } from './recorder.js';
import { type DeliveryOptions, SpoolDelivery } from './spool-delivery.js';

export interface SpooledRecorderOptions<Facts, Record> extends DeliveryOptions {
  readonly shape: Shape<Facts, Record>;
  readonly now: () => Date;
  /** Told when records could not be spooled or delivered, and when one could not be made. */
  readonly failed: (error: unknown) => void;
}

/** Calls that end in one turn of the event loop: their records go out in one write. */
interface Turn {
  readonly records: string[];
  /** Those of calls that have changed something. */
  readonly changes: string[];
  readonly written: Promise<void>;
  readonly settle: (written: Promise<void> | undefined) => void;
  synced: Promise<void> | undefined;
}

/** Below this much room no new call is let in, so that those under way still find some. */
const reserve = 1_000_000;
const again = 1000;
const hardlyAnyRoom = new SpoolFull('there is hardly any room left');

/**
 * Records the calls of a process that has no log. A call is answered when its record is in the spool, which this
 * process's end does not empty; one that changed something when it would outlive the machine. From there records are
 * delivered in order, for as long as it takes.
 */
export class SpooledRecorder<Facts, Record> {
  readonly #options: SpooledRecorderOptions<Facts, Record>;
  readonly #delivery: SpoolDelivery;
  #turn: Turn | undefined;
  /** Records of changes that found no room: the changes are made, so these come first when there is. */
  #left: string[] = [];
  #refusal: { readonly error: SpoolUnavailable; readonly until: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SpooledRecorderOptions<Facts, Record>) {
    this.#options = options;
    this.#delivery = new SpoolDelivery(options);
  }

  /** Delivers what an earlier process has left, then whatever comes. */
  start(): void {
    this.#delivery.start();
  }

  /** Resolves when the call may be answered; rejects with `SpoolUnavailable` when it must not be. */
  record(facts: Facts, durably: boolean): Promise<void> | undefined {
    // The last room is for calls that have changed something.
    const refusal = durably ? undefined : this.refusal;
    if (refusal) return Promise.reject(refusal);
    const records = this.#shaped(facts);
    if (records.length === 0) return undefined;
    this.#turn ??= this.#begin();
    const turn = this.#turn;
    for (const record of records) turn.records.push(record);
    if (!durably) return turn.written;
    for (const record of records) turn.changes.push(record);
    turn.synced ??= turn.written.then(() => this.#options.spool.sync());
    return turn.synced;
  }

  /** Why no call may be let in just now: it could not be recorded. */
  get refusal(): SpoolUnavailable | undefined {
    const refusal = this.#refusal;
    if (refusal && (this.#left.length > 0 || performance.now() < refusal.until)) return refusal.error;
    return this.#options.spool.state.room < reserve ? hardlyAnyRoom : undefined;
  }

  /** What waits; `failure`: why the last try to deliver it came to nothing. */
  get state(): SpoolState & { readonly failure: unknown } {
    return { ...this.#options.spool.state, failure: this.#delivery.failure };
  }

  /** Delivers what can be delivered in so many milliseconds; false when some is left for the next process. */
  async flush(milliseconds: number): Promise<boolean> {
    this.#write();
    this.#retry();
    return this.#delivery.drain(milliseconds);
  }

  /** After this nothing may be recorded. The spool is the owner's to close. */
  async stop(): Promise<void> {
    this.#write();
    this.#retry();
    clearTimeout(this.#timer);
    await this.#delivery.stop();
  }

  #begin(): Turn {
    let settle: Turn['settle'] = () => undefined;
    const written = new Promise<void>((resolve) => {
      settle = resolve;
    });
    setImmediate(() => this.#write());
    return { records: [], changes: [], written, settle, synced: undefined };
  }

  #write(): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    this.#turn = undefined;
    try {
      this.#append(turn.records);
      turn.settle(undefined);
    } catch (error) {
      // A call that only read is refused, and has told nobody anything; what was changed stays changed.
      this.#left.push(...turn.changes);
      turn.settle(Promise.reject(error));
    }
  }

  #append(records: readonly string[]): void {
    const { spool, now } = this.#options;
    const all = this.#left.length > 0 ? [...this.#left, ...records] : records;
    try {
      spool.append(all, now());
    } catch (error) {
      this.#refused(error);
      throw error;
    }
    this.#left = [];
    this.#refusal = undefined;
    this.#delivery.wake(all.length);
  }

  #refused(error: unknown): void {
    if (this.#refusal === undefined) this.#options.failed(error);
    const reason = error instanceof SpoolUnavailable ? error : new SpoolUnavailable(String(error), { cause: error });
    this.#refusal = { error: reason, until: performance.now() + again };
    this.#timer ??= setTimeout(() => this.#retry(), again).unref();
  }

  #retry(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#left.length === 0) return;
    try {
      this.#append([]);
    } catch {
      // Tried again by the timer that the refusal has set.
    }
  }

  /** As JSON at once: facts are not kept. One call whose record cannot be made must not cost the others theirs. */
  #shaped(facts: Facts): readonly string[] {
    try {
      return this.#options.shape(facts).map((kept) => JSON.stringify(kept));
    } catch (error) {
      this.#options.failed(error);
      return [];
    }
  }
}
