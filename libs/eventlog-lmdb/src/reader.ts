import { setImmediate } from 'node:timers/promises';
import { categoryOf, NO_STREAM, type Position, type RecordedEvent, type Revision } from '@muniment/kernel';
import type { ReadStream, Slice } from '@muniment/runtime';
import { categoryKey, counter, type Environment, numberIn, ordered, streamKey } from './environment.js';
import { type Framed, LogCorrupted, unframe } from './frame.js';

const batchSize = 500;

/** Sorts behind everything that begins with the name and a separator. */
const after = '\x01';

/** Reads events from disk and checks that they are the ones that were written: each, all, in order. */
export class Reader {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  head(): Position {
    return this.#environment.count(counter.head) ?? 0;
  }

  async *stream(stream: string, { from, backwards = false }: ReadStream): AsyncGenerator<readonly RecordedEvent[]> {
    const newest = () => this.#environment.count(counter.stream(stream)) ?? NO_STREAM;
    const last = newest();
    const step = backwards ? -1 : 1;
    let end = backwards ? 0 : last;
    let next = backwards ? Math.min(from ?? last, last) : (from ?? 0);
    while ((end - next) * step >= 0) {
      const batch: RecordedEvent[] = [];
      for (; batch.length < batchSize && (end - next) * step >= 0; next += step) {
        batch.push(this.#inStream(stream, next));
      }
      yield batch;
      // A long stream must not keep everybody else waiting.
      await setImmediate();
      // It may have been removed meanwhile.
      if (backwards) next = Math.min(next, newest());
      else end = Math.min(end, newest());
    }
  }

  all(categories: readonly string[], position: Position, limit: number): Slice {
    const most = Math.min(limit, batchSize);
    const head = this.head();
    if (position >= head) return { events: [], position: head };
    const positions = [...new Set(categories)].flatMap((category) => this.#positions(category, position, most));
    positions.sort((a, b) => a - b).splice(most);
    const newest = new Map<string, Position>();
    const events = positions.map((at) => {
      const { event, previous } = this.#at(at);
      const category = categoryOf(event.stream);
      const before = newest.get(category);
      if (!categories.includes(category) || (before === undefined ? previous > position : previous !== before)) {
        throw new LogCorrupted(at, `the index of category \`${category}\` is wrong`);
      }
      newest.set(category, at);
      return event;
    });
    return { events, position: events.length === most ? (positions.at(-1) ?? position) : head };
  }

  #at(position: Position): Framed {
    return unframe(this.#environment.events.getBinary(ordered(position)), position);
  }

  #inStream(stream: string, revision: Revision): RecordedEvent {
    const bytes = this.#environment.streams.getBinary(streamKey(stream, revision));
    const position = bytes?.length === 8 ? bytes.readDoubleBE() : 0;
    const { event } = this.#at(position);
    if (event.stream !== stream || event.revision !== revision) {
      throw new LogCorrupted(position, `revision ${revision} of stream \`${stream}\` is not there`);
    }
    return event;
  }

  #positions(category: string, position: Position, limit: number): Position[] {
    const { categories } = this.#environment;
    const range = { start: categoryKey(category, position), exclusiveStart: true, end: category + after, limit };
    const positions = Array.from(categories.getKeys(range), numberIn);
    // The chain of events shows what is missing between two, the counter what is missing behind the last.
    const last = this.#environment.count(counter.category(category)) ?? 0;
    if (positions.length < limit && last > position && positions.at(-1) !== last) {
      throw new LogCorrupted(last, `the index of category \`${category}\` ends too early`);
    }
    return positions;
  }
}
