import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Position, RecordedEvent } from '@muniment/kernel';
import { NO_STREAM } from '@muniment/kernel';
import type { Commit, EventLog } from '@muniment/runtime';
import { type EventStoreDouble, eventually, happened } from '@muniment/testing';
import { behindProxy, double, opened } from './opened.testing.js';

/** Follows as read models do: reads on when it is told to. */
class Follower {
  readonly seen: RecordedEvent[] = [];
  readonly hints: { position: Position; commit: Commit | undefined }[] = [];
  readonly #unlisten: () => void;
  readonly #log: EventLog;
  #position: Position = 0;
  #reading: Promise<void> | undefined;
  #stopped = false;

  constructor(log: EventLog) {
    this.#log = log;
    this.#unlisten = log.onAppended((position, commit) => {
      this.hints.push({ position, commit });
      this.#reading = (this.#reading ?? Promise.resolve()).then(() => this.#readTo(position));
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#unlisten();
  }

  async #readTo(position: Position): Promise<void> {
    while (this.#position < position && !this.#stopped) {
      const slice = await this.#log.readAll(['directory'], this.#position, 100).catch(() => setTimeout(10));
      if (!slice) continue;
      this.seen.push(...slice.events);
      this.#position = slice.position;
    }
  }
}

let follower: Follower | undefined;
afterEach(() => follower?.stop());

const numbers = (events: readonly RecordedEvent[]) => events.map(({ data }) => (data as { n: number }).n);
const upTo = (end: number) => Array.from({ length: end }, (_, n) => n);

/** Written by another process: only the subscription can tell. */
async function foreign(server: EventStoreDouble, n: number, stream = 'directory-1'): Promise<void> {
  await server.append(stream, [{ type: 'Happened', data: { n }, metadata: { ...happened(n).meta, version: 1 } }]);
}

async function following(server: EventStoreDouble, url = server.connectionString) {
  const { log } = await opened(url);
  follower = new Follower(log);
  await eventually(() => expect(server.subscriptions).toBe(1), 5000);
  return { log, follower };
}

describe('what others have appended', () => {
  test('is heard of at once, and with what was between', async () => {
    const server = await double();
    const { follower } = await following(server);
    await foreign(server, 0);
    await eventually(() => expect(numbers(follower.seen)).toEqual([0]));
    await foreign(server, 1, 'calls-1');
    const [first, second] = server.events().map(({ at }) => at.commit);
    await eventually(() =>
      expect(follower.hints.at(-1)).toEqual({
        position: second,
        commit: { after: first, position: second, categories: new Set(['calls']) },
      }),
    );
  });

  test('a hint about several events leaves no category out', async () => {
    const server = await double();
    const { log, follower } = await following(server);
    await foreign(server, 0);
    await eventually(() => expect(follower.hints).toHaveLength(1));
    await Promise.all(upTo(60).map((n) => log.append(`category${n % 5}-${n}`, NO_STREAM, [happened(n)])));
    const events = server.events();
    await eventually(() => expect(follower.hints.at(-1)?.position).toBe(events.at(-1)?.at.commit));
    // On a busy machine the log may tell of its own appends before the server does; then it does not say what is new.
    const told = follower.hints.slice(1).flatMap(({ commit }) => commit ?? []);
    expect(told.length).toBeGreaterThan(0);
    for (const { after, position, categories } of told) {
      const between = events.filter(({ at }) => at.commit > after && at.commit <= position);
      expect(categories).toEqual(new Set(between.map(({ stream }) => stream.split('-')[0])));
    }
  });

  test('twice as many deliveries are no more hints (KurrentDB #2356)', async () => {
    const server = await double();
    server.faults.duplicates();
    const { follower } = await following(server);
    for (const n of upTo(20)) await foreign(server, n);
    await eventually(() => expect(numbers(follower.seen)).toEqual(upTo(20)));
    const positions = follower.hints.map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
  });

  test('nobody listens, nothing is subscribed to', async () => {
    const server = await double();
    const { log, follower } = await following(server);
    const stop = log.onAppended(() => undefined);
    follower.stop();
    expect(server.subscriptions).toBe(1);
    stop();
    await eventually(() => expect(server.subscriptions).toBe(0));
    log.onAppended(() => undefined);
    await eventually(() => expect(server.subscriptions).toBe(1));
  });
});

describe('a subscription that ends or falls silent (R13, KurrentDB #1602, #1127)', () => {
  const drops = { fin: 10, rst: 10, silent: 2 };

  test.each(['fin', 'rst', 'silent'] as const)(
    '%s: it is resumed, nothing is missed, nothing comes twice',
    async (how) => {
      const server = await double();
      const { follower } = await following(server);
      let slowest = 0;
      for (let n = 0; n < drops[how]; n++) {
        if (how === 'silent') server.faults.silent();
        else server.dropSubscriptions(how);
        const start = performance.now();
        await foreign(server, n);
        if (how === 'silent') void setTimeout(100).then(() => server.faults.clear());
        await eventually(() => expect(numbers(follower.seen)).toEqual(upTo(n + 1)), 10_000);
        slowest = Math.max(slowest, performance.now() - start);
      }
      expect(slowest).toBeLessThan(10_000);
      // And it is the subscription that tells again, not the watchdog alone.
      await eventually(async () => {
        await foreign(server, follower.seen.length);
        await eventually(() => expect(follower.hints.at(-1)?.commit).toBeDefined(), 200);
      }, 10_000);
    },
    60_000,
  );

  test.each(['blackHole', 'cut', 'reset'] as const)(
    'the network fails (%s) and comes back',
    async (how) => {
      const { server, proxy, url } = await behindProxy();
      const { follower } = await following(server, url);
      for (const n of upTo(1)) {
        proxy[how]();
        await foreign(server, n);
        const healed = setTimeout(1000).then(() => proxy.pass());
        await eventually(() => expect(numbers(follower.seen)).toEqual(upTo(n + 1)), 10_000);
        await healed;
      }
    },
    30_000,
  );

  test('the server restarts', async () => {
    const server = await double();
    const { follower } = await following(server);
    for (const n of upTo(2)) {
      await server.stop();
      await setTimeout(300);
      await server.start();
      await foreign(server, n);
      await eventually(() => expect(numbers(follower.seen)).toEqual(upTo(n + 1)), 10_000);
    }
  }, 40_000);

  test('own events are told of although the subscription is silent', async () => {
    const server = await double();
    const { log, follower } = await following(server);
    server.faults.silent();
    const { position } = await log.append('directory-1', NO_STREAM, [happened(0)]);
    await eventually(() => expect(follower.hints.at(-1)?.position).toBe(position), 900);
  });
});
