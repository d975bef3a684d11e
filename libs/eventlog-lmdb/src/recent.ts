import { categoryOf, type Position, type RecordedEvent } from '@muniment/kernel';
import type { Slice } from '@muniment/runtime';
import type { Encoded } from './frame.js';

/** The newest events, as they were appended: who follows closely needs neither disk nor parser. */
export class Recent {
  readonly #most: number;
  readonly #mostBytes: number;
  /** Without holes, oldest first; beside them how large each is on disk. */
  #events: RecordedEvent[] = [];
  #sizes: number[] = [];
  #bytes = 0;

  /** Keeps at most twice as many events as `events`, and never more than `bytes` of them. */
  constructor(events: number, bytes: number) {
    this.#most = 2 * events;
    this.#mostBytes = bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes the events after a position. */
  add(after: Position, events: readonly Encoded[]): void {
    // Another process has written in between: start anew after the hole.
    if (this.#events.length > 0 && after !== this.#events.at(-1)?.position) this.#keep(0);
    let position = after;
    for (const { stream, revision, event, body } of events) {
      const { type, version, data, meta } = event;
      this.#events.push({ stream, revision, type, version, data, meta, position: ++position });
      this.#sizes.push(body.length);
      this.#bytes += body.length;
    }
    // To half, so that moving what is kept is rare.
    if (this.#events.length > this.#most) this.#keep(this.#most / 2);
    if (this.#bytes > this.#mostBytes) this.#keep(this.#fitting(this.#mostBytes / 2));
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

  forget(): void {
    this.#keep(0);
  }

  /** How many of the newest events have no more bytes than these together. */
  #fitting(bytes: number): number {
    let left = bytes;
    let count = 0;
    while (count < this.#sizes.length) {
      left -= this.#sizes.at(-1 - count) as number;
      if (left < 0) break;
      count++;
    }
    return count;
  }

  #keep(count: number): void {
    const from = this.#events.length - count;
    this.#events = this.#events.slice(from);
    this.#sizes = this.#sizes.slice(from);
    this.#bytes = this.#sizes.reduce((sum, size) => sum + size, 0);
  }
}
