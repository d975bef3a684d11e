import { describe, expect, test } from '@jest/globals';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import type { NewEvent, RecordedEvent, Revision } from '@muniment/kernel';
import {
  type Appended,
  CallsChain,
  type CallsChunk,
  callsStream,
  chainHash,
  type EventLog,
  LogUnavailable,
  randomIds,
  recordsResponder,
} from '@muniment/runtime';
import fc from 'fast-check';

const at = '2026-11-20T10:00:00.000Z';
const accounts = ['111122223333', '444455556666'] as const;
const [home, other] = accounts;

/** What becomes of an append, after some turns of the loop; `late`: it is tried when its writer has given it up. */
interface Fate {
  readonly outcome: 'done' | 'away' | 'unanswered' | 'late';
  readonly turns: number;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A log whose appends meet the fates that it is given, one after another, and succeed when those are used up. */
class FatefulLog extends MemoryEventLog {
  readonly #fates: Fate[];

  constructor(fates: readonly Fate[] = []) {
    super();
    this.#fates = [...fates];
  }

  override async append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
    const { outcome, turns: waits } = this.#fates.shift() ?? { outcome: 'done', turns: 0 };
    if (outcome === 'late') {
      void turns(waits).then(() => super.append(stream, expected, events).catch(() => undefined));
      throw new LogUnavailable('no answer yet');
    }
    await turns(waits);
    if (outcome === 'away') throw new LogUnavailable('away');
    const appended = await super.append(stream, expected, events);
    if (outcome === 'unanswered') throw new LogUnavailable('no answer');
    return appended;
  }
}

/** The records of a stream in order; proves the chain on the way. */
async function chained(log: EventLog, stream: string): Promise<unknown[]> {
  const records: unknown[] = [];
  let previous = '';
  for await (const events of log.readStream(stream)) {
    for (const { data } of events) {
      const chunk = data as CallsChunk;
      expect(chunk.previous).toBe(previous);
      expect(chunk.hash).toBe(chainHash(previous, chunk.records));
      previous = chunk.hash;
      records.push(...chunk.records);
    }
  }
  return records;
}

const streamOfHome = callsStream(home, new Date(at));

/** Records `first` to `end` of a source, kept by both accounts in turn. */
const batch = (source: string, first: number, end: number, kept: readonly string[] = [home]) => ({
  source,
  first,
  at,
  calls: Array.from({ length: end - first }, (_, index) => ({
    account: kept[(first + index) % kept.length] as string,
    record: `${source}:${first + index}`,
  })),
});

const numbered = (source: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${source}:${n}`);

describe('handed over again', () => {
  test('to the same process, to another, and to one that starts: written once', async () => {
    const log = new MemoryEventLog();
    const chain = new CallsChain(log, randomIds);
    await chain.append(batch('a', 0, 3));
    await chain.append(batch('a', 0, 3));
    await new CallsChain(log, randomIds).append(batch('a', 0, 3));
    expect(await chained(log, streamOfHome)).toEqual(numbered('a', 3));
    expect(await log.head()).toBe(1);
  });

  test('cut elsewhere: only what is new is written', async () => {
    const log = new MemoryEventLog();
    await new CallsChain(log, randomIds).append(batch('a', 0, 3));
    await new CallsChain(log, randomIds).append(batch('a', 1, 6));
    expect(await chained(log, streamOfHome)).toEqual(numbered('a', 6));
  });

  test('long after: a thousand chunks of others make no difference', async () => {
    const log = new MemoryEventLog();
    const chain = new CallsChain(log, randomIds);
    await chain.append(batch('a', 0, 2));
    for (let n = 0; n < 1000; n++) await chain.append(batch('b', n, n + 1));
    await new CallsChain(log, randomIds).append(batch('a', 0, 2));
    expect(await chained(log, streamOfHome)).toEqual([...numbered('a', 2), ...numbered('b', 1000)]);
  });

  test('a batch that has reached one account only is completed', async () => {
    const log = new FatefulLog([
      { outcome: 'done', turns: 0 },
      { outcome: 'away', turns: 0 },
    ]);
    const chain = new CallsChain(log, randomIds);
    await expect(chain.append(batch('a', 0, 4, accounts))).rejects.toBeInstanceOf(LogUnavailable);
    expect(await chained(log, streamOfHome)).toEqual(['a:0', 'a:2']);
    await chain.append(batch('a', 0, 4, accounts));
    expect(await chained(log, streamOfHome)).toEqual(['a:0', 'a:2']);
    expect(await chained(log, callsStream(other, new Date(at)))).toEqual(['a:1', 'a:3']);
  });

  test('sources are forgotten only behind hundreds of later ones', async () => {
    const log = new MemoryEventLog();
    const chain = new CallsChain(log, randomIds);
    for (let n = 0; n < 300; n++) await chain.append(batch(`source-${n}`, 0, 1));
    const [newest] = (await log.readAll(['calls'], 299, 1)).events;
    const { delivered } = (newest as RecordedEvent).data as CallsChunk;
    expect(Object.keys(delivered ?? {})).toEqual(Array.from({ length: 256 }, (_, n) => `source-${n + 44}`));
  });
});

test('batches that wait go out in one append, a chunk each, and no larger than a log takes', async () => {
  const appends: number[] = [];
  class CountingLog extends MemoryEventLog {
    override async append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
      appends.push(events.length);
      await turns(1);
      return super.append(stream, expected, events);
    }
  }
  const log = new CountingLog();
  const chain = new CallsChain(log, randomIds);
  const large = (source: string) => ({ source, first: 0, at, calls: [{ account: home, record: 'x'.repeat(400_000) }] });
  await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((source) => chain.append(large(source))));
  expect(appends).toEqual([1, 2, 2, 1]);
  expect(await chained(log, streamOfHome)).toHaveLength(6);
});

test('the service answers when the records are on disk, and says when they are not', async () => {
  const log = new FatefulLog([
    { outcome: 'away', turns: 0 },
    { outcome: 'done', turns: 3 },
  ]);
  const respond = recordsResponder(new CallsChain(log, randomIds));
  const { calls, ...rest } = batch('a', 0, 2);
  const message = { ...rest, calls: JSON.stringify(calls) };
  expect(await respond('muniment.records.Deliver', message)).toEqual({
    ok: false,
    reason: 'the event log takes no writes: away',
  });
  const answer = respond('muniment.records.Deliver', message);
  expect(await log.head()).toBe(0);
  expect(await answer).toEqual({ ok: true });
  expect(await log.head()).toBe(1);
  expect(await respond('muniment.records.Forget', message)).toMatchObject({ ok: false });
});

/** One gateway: hands over its records in order, to any replica, until it is told that they are on disk. */
async function delivered(
  source: string,
  count: number,
  replicas: readonly CallsChain[],
  steps: readonly { size: number; replica: number; twice: boolean }[],
): Promise<void> {
  for (let first = 0, tries = 0; first < count; tries++) {
    const step = steps[tries % steps.length] ?? { size: 1, replica: 0, twice: false };
    const { size, replica, twice } = step;
    const next = batch(source, first, Math.min(count, first + size), accounts);
    // A request that was thought lost may arrive all the same, at another replica and later.
    if (twice) void replicas[(replica + 1) % replicas.length]?.append(next).catch(() => undefined);
    try {
      await (replicas[replica % replicas.length] as CallsChain).append(next);
      first += next.calls.length;
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
    }
  }
}

test('replicas that write the same streams at once, outages, lost answers, repetitions: each record once, in order (R15, R16)', async () => {
  const fate = fc.record({
    outcome: fc.constantFrom<Fate['outcome'][]>('done', 'done', 'away', 'unanswered', 'late'),
    turns: fc.nat(4),
  });
  const step = fc.record({ size: fc.integer({ min: 1, max: 7 }), replica: fc.nat(2), twice: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fate, { maxLength: 40 }),
      fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 }),
      async (fates, gateways) => {
        const log = new FatefulLog(fates);
        const replicas = [0, 1, 2].map(() => new CallsChain(log, randomIds));
        const count = 20;
        await Promise.all(gateways.map((steps, n) => delivered(`gateway-${n}`, count, replicas, steps)));
        await turns(20);
        for (const [index, account] of accounts.entries()) {
          const records = await chained(log, callsStream(account, new Date(at)));
          expect(records).toHaveLength((gateways.length * count) / 2);
          gateways.forEach((_, n) =>
            expect(records.filter((record) => String(record).startsWith(`gateway-${n}:`))).toEqual(
              numbered(`gateway-${n}`, count).filter((__, number) => number % 2 === index),
            ),
          );
        }
      },
    ),
    { numRuns: 100 },
  );
}, 60_000);
