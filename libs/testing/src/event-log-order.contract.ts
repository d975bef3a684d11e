import { describe, expect, test } from '@jest/globals';
import { categoryOf, NO_STREAM, type Position, type RecordedEvent } from '@muniment/kernel';
import { type EventLog, WrongExpectedRevision } from '@muniment/runtime';
import fc from 'fast-check';
import { everything, happened, streamed } from './events.js';

/** Writes one event at the end of a stream that others write to as well; returns how often another was first. */
async function appendAtEnd(log: EventLog, stream: string, n: number): Promise<number> {
  for (let lost = 0; ; lost++) {
    const [newest] = await streamed(log, stream, { backwards: true });
    try {
      await log.append(stream, newest?.revision ?? NO_STREAM, [happened(n)]);
      return lost;
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
    }
  }
}

/** Follows some categories page by page and remembers what it saw. */
class Follower {
  readonly seen: RecordedEvent[] = [];
  readonly start: Position;
  readonly #log: EventLog;
  readonly #categories: readonly string[];
  readonly #limit: number;
  #position: Position;

  constructor(log: EventLog, categories: readonly string[], limit: number, start: Position) {
    this.#log = log;
    this.#categories = categories;
    this.#limit = limit;
    this.start = start;
    this.#position = start;
  }

  wants({ stream, position }: RecordedEvent): boolean {
    return position > this.start && this.#categories.includes(categoryOf(stream));
  }

  async step(): Promise<boolean> {
    const { events, position } = await this.#log.readAll(this.#categories, this.#position, this.#limit);
    expect(events.length).toBeLessThanOrEqual(this.#limit);
    expect(position).toBeGreaterThanOrEqual(events.at(-1)?.position ?? this.#position);
    this.seen.push(...events);
    this.#position = position;
    return events.length > 0;
  }
}

const step = fc.oneof(
  fc.record({
    kind: fc.constant('append' as const),
    category: fc.nat(2),
    account: fc.nat(1),
    events: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    kind: fc.constant('follow' as const),
    categories: fc.uniqueArray(fc.nat(2), { minLength: 1 }),
    limit: fc.integer({ min: 1, max: 5 }),
    start: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({ kind: fc.constant('read' as const), follower: fc.nat(9) }),
  fc.record({ kind: fc.constant('wait' as const) }),
);

/** Many writers and readers at once: nothing is lost, doubled or out of order. */
export function orderContract(opened: () => EventLog, schedules: number): void {
  describe('many at once', () => {
    test('64 writers that expect the same revision: one wins, each time (R17)', async () => {
      const log = opened();
      for (let revision = NO_STREAM; revision < 4; revision++) {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 64 }, (_, n) => log.append('directory-1', revision, [happened(n)])),
        );
        const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
        expect(lost).toHaveLength(63);
        for (const error of lost) expect(error).toBeInstanceOf(WrongExpectedRevision);
      }
      const events = await streamed(log, 'directory-1');
      expect(events.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4]);
    });

    test('writers that try again all get through, each once', async () => {
      const log = opened();
      await Promise.all(Array.from({ length: 32 }, (_, n) => appendAtEnd(log, 'directory-1', n)));
      const events = await streamed(log, 'directory-1');
      expect(new Set(events.map(({ meta }) => meta.eventId)).size).toBe(32);
      expect(events.map(({ revision }) => revision)).toEqual(Array.from({ length: 32 }, (_, revision) => revision));
    });

    test('the events of one append stay together', async () => {
      const log = opened();
      await Promise.all(
        Array.from({ length: 20 }, (_, n) => log.append(`directory-${n}`, NO_STREAM, [1, 2, 3].map(happened))),
      );
      const events = await everything(log, ['directory']);
      expect(events).toHaveLength(60);
      for (const [index, { stream, revision }] of events.entries()) {
        expect(revision).toBe(index % 3);
        expect(stream).toBe(events[index - (index % 3)]?.stream);
      }
    });

    test('whoever follows sees every event of its categories once, in order, whatever the schedule (R14)', async () => {
      const log = opened();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
          run++;
          const base = await log.head();
          const names = [0, 1, 2].map((category) => `category${run}x${category}`);
          const followers = [new Follower(log, names, 3, base)];
          const writers = new Map<string, Promise<number>>();
          const places = [base];
          const reads = new Map<Follower, Promise<unknown>>();
          const read = (follower: Follower) =>
            reads.set(
              follower,
              Promise.resolve(reads.get(follower)).then(() => follower.step()),
            );
          for (const [n, next] of steps.entries()) {
            if (next.kind === 'append') {
              const stream = `${names[next.category]}-${next.account}`;
              const events = Array.from({ length: next.events }, (_, index) => happened(100 * n + index));
              const before = writers.get(stream) ?? Promise.resolve(NO_STREAM);
              writers.set(
                stream,
                before.then(async (before) => {
                  const { revision, position } = await log.append(stream, before, events);
                  places.push(position);
                  return revision;
                }),
              );
            } else if (next.kind === 'follow') {
              const start = places[Math.floor(next.start * (places.length - 1))] as Position;
              followers.push(
                new Follower(
                  log,
                  next.categories.map((index) => names[index] as string),
                  next.limit,
                  start,
                ),
              );
            } else if (next.kind === 'read') {
              read(followers[next.follower % followers.length] as Follower);
            } else {
              await Promise.all(writers.values());
            }
          }
          await Promise.all([...writers.values(), ...reads.values()]);
          const written: RecordedEvent[] = [];
          for (const stream of writers.keys()) written.push(...(await streamed(log, stream)));
          written.sort((a, b) => a.position - b.position);
          for (const follower of followers) {
            while (await follower.step());
            expect(follower.seen).toEqual(written.filter((event) => follower.wants(event)));
          }
        }),
        { numRuns: schedules },
      );
    }, 60_000);
  });
}
