import { describe, expect, test } from '@jest/globals';
import { type NewEvent, NO_STREAM, streamOf } from '@muniment/kernel';
import { Projector, type ProjectorOptions, SharedProjector } from '@muniment/runtime';
import fc from 'fast-check';
import { FaultyLog, FaultyReadModels, Leases } from './faults.testing.js';
import {
  accounts,
  allRows,
  elsewhere,
  eventsOf,
  foldAll,
  type Happening,
  histories,
  projection,
  runs,
  stored,
} from './histories.testing.js';

/** Everything that is up to chance in one run comes from here: the same seed is the same run. */
class Chance {
  readonly #log: FaultyLog;
  #state: number;

  constructor(seed: number, log: FaultyLog) {
    this.#state = seed | 1;
    this.#log = log;
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  /** Lets others go first, for so many turns. */
  async delay(turns = 6): Promise<void> {
    for (let left = this.below(turns); left > 0; left--) await new Promise(setImmediate);
  }

  /** Hints come late, out of order, not at all, and up to five times. */
  upsetHints(): void {
    this.#log.hint = (tell) => {
      for (let times = this.below(6); times > 0; times--) void this.delay(20).then(tell);
    };
  }
}

const quick: ProjectorOptions = { firstPause: 1, longestPause: 2 };

/** One writer of one account: its events in order, in appends of some, with time before and between. */
async function write(log: FaultyLog, account: string, events: readonly NewEvent[], chance: Chance): Promise<void> {
  let revision = NO_STREAM;
  for (let next = 0; next < events.length; ) {
    const some = events.slice(next, next + 1 + chance.below(3));
    next += some.length;
    await chance.delay();
    ({ revision } = await log.append(streamOf('ledger', account), revision, some));
  }
}

function writers(log: FaultyLog, happenings: readonly Happening[], chance: Chance): Promise<unknown> {
  const of = (account: string) =>
    happenings.flatMap((each, index) => (each.account === account ? [stored(each.event, index)] : []));
  const strangers = async () => {
    for (let revision = NO_STREAM; revision < chance.below(20); revision++) {
      await chance.delay();
      await log.append('other-1', revision, [elsewhere(revision)]);
    }
  };
  return Promise.all([...accounts.map((account) => write(log, account, of(account), chance)), strangers()]);
}

test('no schedule of writers, late commits, filters and restarts at each step skips an event or takes it twice (R14)', async () => {
  const schedules = fc.asyncProperty(
    histories(40),
    fc.integer(),
    fc.integer({ min: 1, max: 8 }),
    async (steps, seed, pageEvents) => {
      const log = new FaultyLog();
      const readModels = new FaultyReadModels();
      const chance = new Chance(seed, log);
      log.beforeRead = () => chance.delay(4);
      // Each step of the checkpoint may be the last of a process: not done, done, or done and not known.
      let dying = false;
      readModels.step = () => {
        const step = (['done', 'done', 'done', 'refused', 'unanswered'] as const)[chance.below(5)] ?? 'done';
        if (step !== 'done') dying = true;
        return step;
      };
      chance.upsetHints();
      let projector = new Projector(projection, log, readModels, { ...quick, pageEvents });
      await projector.start();
      let writing = true;
      const written = writers(log, eventsOf(steps), chance).finally(() => {
        writing = false;
      });
      while (writing) {
        await chance.delay(10);
        if (!dying) continue;
        dying = false;
        if (chance.below(2) === 0) continue;
        await projector.stop();
        projector = new Projector(projection, log, readModels, { ...quick, pageEvents });
        void projector.start();
      }
      await written;
      readModels.step = () => 'done';
      expect(await projector.reached(await log.head(), 30_000)).toBe(true);
      expect(await allRows(readModels)).toEqual(await foldAll(log));
      await projector.stop();
    },
  );
  await fc.assert(schedules, { numRuns: runs(200) });
}, 600_000);

describe('rows that two processes share', () => {
  test('equal the model under doubled and reordered hints, restarts and leases that change hands (R15)', async () => {
    const schedules = fc.asyncProperty(histories(30), fc.integer(), async (steps, seed) => {
      const log = new FaultyLog();
      const rows = new FaultyReadModels();
      const leases = new Leases();
      const chance = new Chance(seed, log);
      log.beforeRead = () => chance.delay(4);
      rows.step = () => (['done', 'done', 'done', 'unanswered'] as const)[chance.below(4)] ?? 'done';
      chance.upsetHints();
      const running = new Map<string, SharedProjector>();
      const start = async (name: string) => {
        await running.get(name)?.stop();
        const shared = new SharedProjector(projection, log, rows.sharedBy(name, leases), {
          ...quick,
          pageEvents: 1 + chance.below(8),
          leaseMilliseconds: 1000,
          renewMilliseconds: 5,
          lookMilliseconds: 2,
          // Each process tells the other, late and more than once.
          projected: (position) => {
            for (const [other, each] of running)
              if (other !== name) void chance.delay(9).then(() => each.hinted(position));
          },
        });
        running.set(name, shared);
        void shared.start();
      };
      await start('one');
      await start('two');
      let writing = true;
      const written = writers(log, eventsOf(steps), chance).finally(() => {
        writing = false;
      });
      while (writing) {
        await chance.delay(10);
        const what = chance.below(12);
        if (what === 0) leases.end();
        if (what === 1) await start(chance.below(2) === 0 ? 'one' : 'two');
      }
      await written;
      rows.step = () => 'done';
      const head = await log.head();
      const reached = await Promise.all(Array.from(running.values(), async (each) => each.reached(head, 30_000)));
      expect(reached).toEqual([true, true]);
      expect(await allRows(rows)).toEqual(await foldAll(log));
      expect(Array.from(running.values(), ({ failure }) => failure)).toEqual([undefined, undefined]);
      await Promise.all(Array.from(running.values(), (each) => each.stop()));
    });
    await fc.assert(schedules, { numRuns: runs(120) });
  }, 600_000);
});
