import { createHash } from 'node:crypto';
import { type NewEvent, NO_STREAM, type RecordedEvent, type Revision } from '@muniment/kernel';
import type { EventLog } from './ports/event-log.js';
import type { Ids } from './ports/ids.js';

/** Makes the records of one call, by the account that keeps them. */
export type Shape<Facts, Record> = (facts: Facts) => readonly { account: string; record: Record }[];

export interface RecorderOptions<Facts, Record> {
  readonly log: EventLog;
  readonly ids: Ids;
  readonly shape: Shape<Facts, Record>;
  readonly now: () => Date;
  /** Told when records could not be written, which are kept and tried again, or when one could not be made. */
  readonly failed: (error: unknown) => void;
}

const category = 'calls';
/** Records of calls that nobody waits for go out together. */
const gatherMilliseconds = 25;
const retryMilliseconds = 1000;
/** Above this calls wait until their records are written: memory is bounded, and none is lost. */
const most = 20_000;
const chunkSize = 500;

interface Chain {
  revision: Revision;
  hash: string;
}

/** `calls-<account>-<day>`: retention works on whole streams. */
export const callsStream = (account: string, at: Date): string =>
  `${category}-${account}-${at.toISOString().slice(0, 10)}`;

/** Each chunk of records names the hash of the one before: a changed or removed record breaks the chain. */
export const chainHash = (previous: string, records: readonly unknown[]): string =>
  createHash('sha256').update(previous).update(JSON.stringify(records)).digest('hex');

/**
 * Writes call records: hash-chained streams, a day and an account each. Records of many calls go out in one event, so
 * that recording costs a fraction of the call; a call that changed something waits until its record is on disk.
 */
export class Recorder<Facts, Record> {
  readonly #options: RecorderOptions<Facts, Record>;
  readonly #chains = new Map<string, Chain>();
  #waiting: Facts[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Records that are being written, and those that will be when they are. */
  #flushing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(options: RecorderOptions<Facts, Record>) {
    this.#options = options;
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
    await this.#write(facts);
  }

  async #write(facts: readonly Facts[]): Promise<void> {
    const byAccount = new Map<string, Record[]>();
    for (const each of facts) {
      for (const { account, record } of this.#shaped(each)) {
        const records = byAccount.get(account);
        if (records) records.push(record);
        else byAccount.set(account, [record]);
      }
    }
    await Promise.all(Array.from(byAccount, ([account, records]) => this.#keep(account, records)));
  }

  /** One call whose record cannot be made must not cost the others theirs. */
  #shaped(facts: Facts): ReturnType<Shape<Facts, Record>> {
    try {
      return this.#options.shape(facts);
    } catch (error) {
      this.#options.failed(error);
      return [];
    }
  }

  /** Appends until it has worked: an acknowledged call is recorded, however long the log is away. */
  async #keep(account: string, records: readonly Record[]): Promise<void> {
    for (let start = 0; start < records.length; start += chunkSize) {
      const chunk = records.slice(start, start + chunkSize);
      for (;;) {
        try {
          await this.#append(account, chunk);
          break;
        } catch (error) {
          this.#chains.clear();
          this.#options.failed(error);
          await new Promise((resolve) => setTimeout(resolve, retryMilliseconds).unref());
        }
      }
    }
  }

  async #append(account: string, records: readonly Record[]): Promise<void> {
    const now = this.#options.now();
    const stream = callsStream(account, now);
    const chain = this.#chains.get(stream) ?? (await this.#chainOf(stream));
    const { hash: previous } = chain;
    const hash = chainHash(previous, records);
    const eventId = this.#options.ids.uuid();
    const event: NewEvent = {
      type: 'CallsRecorded',
      version: 1,
      data: { records, previous, hash },
      meta: { eventId, commandId: eventId, requestId: eventId, at: now.toISOString(), actor: 'muniment' },
    };
    const { revision } = await this.#options.log.append(stream, chain.revision, [event]);
    if (this.#chains.size > 1000) this.#chains.clear();
    this.#chains.set(stream, { revision, hash });
  }

  async #chainOf(stream: string): Promise<Chain> {
    for await (const [last] of this.#options.log.readStream(stream, { backwards: true })) {
      if (last) return { revision: last.revision, hash: (last.data as { hash: string }).hash };
    }
    return { revision: NO_STREAM, hash: '' };
  }
}

const oneDay = 24 * 60 * 60 * 1000;

/** Call records of an account, newest first, day by day, in batches. */
export async function* callHistory(
  log: EventLog,
  account: string,
  from: Date,
  to: Date,
): AsyncIterable<readonly unknown[]> {
  const first = callsStream(account, from);
  for (let at = new Date(to); ; at = new Date(at.getTime() - oneDay)) {
    const stream = callsStream(account, at);
    if (stream < first) return;
    for await (const events of log.readStream(stream, { backwards: true })) {
      for (const event of events) yield recordsOf(event);
    }
  }
}

const recordsOf = (event: RecordedEvent): readonly unknown[] =>
  [...(event.data as { records: unknown[] }).records].reverse();
