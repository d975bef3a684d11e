import { categoryOf, NO_STREAM, type Position, type Revision } from '@muniment/kernel';
import { type Appended, type Commit, LogUnavailable, WrongExpectedRevision } from '@muniment/runtime';
import { categoryKey, counter, type Environment, ordered, streamKey } from './environment.js';
import { type Encoded, frame } from './frame.js';

/** An append that waits for its transaction. */
export interface Waiting {
  readonly stream: string;
  readonly expected: Revision;
  readonly events: readonly Encoded[];
}

/** Appends that share one transaction, in the order they came. Each is judged by itself. */
export class Batch {
  readonly #waiting: Waiting[] = [];
  #verdicts: (Appended | WrongExpectedRevision)[] = [];
  #commit: Commit | undefined;
  #events: readonly Encoded[] = [];
  /** Resolves when all of it is on disk. */
  written: Promise<void> = Promise.resolve();

  /** Takes an append; its verdict will be found under the number. */
  add(waiting: Waiting): number {
    return this.#waiting.push(waiting) - 1;
  }

  /** What became of an append once all were written. */
  verdict(number: number): Appended {
    const verdict = this.#verdicts[number];
    if (verdict === undefined) throw new LogUnavailable('the transaction was never run');
    if (verdict instanceof WrongExpectedRevision) throw verdict;
    return verdict;
  }

  /** What the transaction brought; undefined when nothing. */
  get commit(): Commit | undefined {
    return this.#commit;
  }

  /** Events that were written, in order of their positions. */
  get events(): readonly Encoded[] {
    return this.#events;
  }

  /** Inside the transaction: looks first, then writes. */
  write(environment: Environment): void {
    const counters = new Counters(environment);
    const after = counters.get(counter.head) ?? 0;
    const written: Encoded[] = [];
    const categories = new Set<string>();
    this.#verdicts = this.#waiting.map((waiting) => {
      const verdict = writeOne(environment, counters, waiting);
      if (waiting.events.length > 0 && !(verdict instanceof WrongExpectedRevision)) {
        categories.add(categoryOf(waiting.stream));
        for (const event of waiting.events) written.push(event);
      }
      return verdict;
    });
    counters.store();
    this.#events = written;
    this.#commit = written.length === 0 ? undefined : { after, position: after + written.length, categories };
  }
}

/** The counters that a transaction needs, each read and written once. */
class Counters {
  readonly #environment: Environment;
  readonly #values = new Map<string, number | undefined>();
  readonly #changed = new Set<string>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  get(name: string): number | undefined {
    if (!this.#values.has(name)) this.#values.set(name, this.#environment.count(name));
    return this.#values.get(name);
  }

  set(name: string, value: number): void {
    this.#values.set(name, value);
    this.#changed.add(name);
  }

  store(): void {
    for (const name of this.#changed) this.#environment.setCount(name, this.#values.get(name) as number);
  }
}

const present = Buffer.from([1]);

function writeOne(
  environment: Environment,
  counters: Counters,
  { stream, expected, events }: Waiting,
): Appended | WrongExpectedRevision {
  const ofStream = counter.stream(stream);
  const actual = counters.get(ofStream) ?? NO_STREAM;
  if (actual !== expected) return new WrongExpectedRevision(stream, expected, actual);
  let position: Position = counters.get(counter.head) ?? 0;
  let revision = actual;
  if (events.length === 0) return { revision, position };
  const category = categoryOf(stream);
  const ofCategory = counter.category(category);
  let previous = counters.get(ofCategory) ?? 0;
  for (const event of events) {
    position++;
    revision++;
    void environment.events.put(ordered(position), frame(event, position, previous));
    const at = Buffer.allocUnsafe(8);
    at.writeDoubleBE(position);
    void environment.streams.put(streamKey(stream, revision), at);
    void environment.categories.put(categoryKey(category, position), present);
    previous = position;
  }
  counters.set(counter.head, position);
  counters.set(ofStream, revision);
  counters.set(ofCategory, position);
  return { revision, position };
}
