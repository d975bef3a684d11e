import { setImmediate } from 'node:timers/promises';
import type { NewEvent, Position, RecordedEvent, Revision } from '@muniment/kernel';
import { type Appended, type EventLog, LogUnavailable, type ReadStream, type Slice } from '@muniment/runtime';

/** Numbers from a seed (mulberry32): the same seed, the same run. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to, but not, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}

/** Lets others go first, so many times: the only time that passes in a run. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}

/** One replica's way to the log, with faults from a seed: writes refused, late or unanswered, reads that fail. */
export class NemesisLog implements EventLog {
  calm = false;
  readonly #log: EventLog;
  readonly #random: Random;
  readonly #late: Promise<unknown>[] = [];

  constructor(log: EventLog, random: Random) {
    this.#log = log;
    this.#random = random;
  }

  async append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
    const fate = this.calm ? 1 : this.#random.next();
    await turns(this.#random.below(5));
    if (fate < 0.04) throw new LogUnavailable('refused');
    if (fate < 0.08) {
      this.#late.push(this.#appendLater(stream, expected, events));
      throw new LogUnavailable('no answer: it is still on its way');
    }
    const appended = await this.#log.append(stream, expected, events);
    await turns(this.#random.below(5));
    if (fate < 0.14) throw new LogUnavailable('no answer: it was written');
    return appended;
  }

  async *readStream(stream: string, options?: ReadStream): AsyncGenerator<readonly RecordedEvent[]> {
    await turns(this.#random.below(3));
    for await (const events of this.#log.readStream(stream, options)) {
      // Half of it may have come by then.
      for (const event of events) {
        if (!this.calm && this.#random.next() < 0.01) throw new LogUnavailable('the connection broke');
        yield [event];
      }
    }
  }

  readAll(categories: readonly string[], after: Position, limit: number): Promise<Slice> {
    return this.#log.readAll(categories, after, limit);
  }

  head(): Promise<Position> {
    return this.#log.head();
  }

  remove(stream: string): Promise<void> {
    return this.#log.remove(stream);
  }

  onAppended(...listener: Parameters<EventLog['onAppended']>): () => void {
    return this.#log.onAppended(...listener);
  }

  /** No more faults, and nothing is on its way any more. */
  async settle(): Promise<void> {
    this.calm = true;
    await Promise.all(this.#late);
  }

  async close(): Promise<void> {
    await this.settle();
  }

  async #appendLater(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<void> {
    await turns(5 + this.#random.below(40));
    // Mostly others were first by then.
    await this.#log.append(stream, expected, events).catch(() => undefined);
  }
}
