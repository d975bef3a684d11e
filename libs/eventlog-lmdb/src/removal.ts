import { categoryOf, type Position, type Revision } from '@muniment/kernel';
import { categoryKey, counter, type Environment, numberIn, ordered, streamKey } from './environment.js';
import { LogCorrupted, nothing, relink, unframe } from './frame.js';

/**
 * Inside the transaction: takes a stream's events out of the log, its stream and its category. The category's chain is
 * closed over the gap, so that a hole which nobody made is still found.
 */
export function removeStream(environment: Environment, stream: string): void {
  const last = environment.count(counter.stream(stream));
  if (last === undefined) return;
  const category = categoryOf(stream);
  const removed = takeRevisions(environment, stream, last);
  /** Removed events that follow one another: what the first of them stood behind. */
  const links = new Map<Position, Position>();
  for (const position of removed) {
    const { event, previous } = unframe(environment.events.getBinary(ordered(position)), position);
    if (event.stream !== stream) throw new LogCorrupted(position, `it is not of stream \`${stream}\``);
    const before = links.get(position) ?? previous;
    const next = nextIn(environment, category, position);
    if (next === undefined) environment.setCount(counter.category(category), before);
    else if (removed.has(next)) links.set(next, before);
    else {
      const key = ordered(next);
      void environment.events.put(key, relink(environment.events.getBinary(key), next, before));
    }
    void environment.categories.remove(categoryKey(category, position));
    void environment.events.remove(ordered(position));
  }
  const head = environment.count(counter.head) ?? 0;
  if (removed.has(head)) void environment.events.put(ordered(head), nothing(head));
  environment.dropCount(counter.stream(stream));
  environment.setCount(counter.removals, (environment.count(counter.removals) ?? 0) + 1);
}

/** The positions of a stream's events in order, no longer findable by revision. */
function takeRevisions({ streams }: Environment, stream: string, last: Revision): Set<Position> {
  const positions = new Set<Position>();
  for (let revision = 0; revision <= last; revision++) {
    const key = streamKey(stream, revision);
    const bytes = streams.getBinary(key);
    if (bytes?.length !== 8) throw new LogCorrupted(0, `revision ${revision} of stream \`${stream}\` is not there`);
    positions.add(bytes.readDoubleBE());
    void streams.remove(key);
  }
  return positions;
}

function nextIn({ categories }: Environment, category: string, position: Position): Position | undefined {
  const range = { start: categoryKey(category, position), exclusiveStart: true, end: `${category}\x01`, limit: 1 };
  const [next] = categories.getKeys(range);
  return next === undefined ? undefined : numberIn(next);
}
