import { categoryOf, type Position, type RecordedEvent } from '@muniment/kernel';
import type { Slice } from '@muniment/runtime';

/** The newest events, as they were appended: who follows closely needs neither disk nor parser. */
export class Recent {
  readonly #size: number;
  /** Without holes, oldest first. */
  #events: RecordedEvent[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  add(events: readonly RecordedEvent[]): void {
    const newest = this.#events.at(-1)?.position;
    const first = events[0]?.position;
    // Another process has written in between: start anew after the hole.
    if (newest !== undefined && first !== newest + 1) this.#events = [];
    for (const event of events) this.#events.push(event);
    if (this.#events.length > 2 * this.#size) this.#events = this.#events.slice(-this.#size);
  }

  /** Events after a position; undefined when the disk has to be asked. */
  readAll(categories: readonly string[], after: Position, limit: number): Slice | undefined {
    const oldest = this.#events[0]?.position;
    const newest = this.#events.at(-1)?.position;
    if (oldest === undefined || newest === undefined || after < oldest - 1 || after >= newest) return undefined;
    const events: RecordedEvent[] = [];
    for (let index = after + 1 - oldest; index < this.#events.length && events.length < limit; index++) {
      const event = this.#events[index] as RecordedEvent;
      if (categories.includes(categoryOf(event.stream))) events.push(event);
    }
    const last = events.at(-1);
    return { events, position: events.length === limit ? (last?.position ?? after) : newest };
  }
}
