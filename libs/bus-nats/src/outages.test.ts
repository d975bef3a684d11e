import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from '@jest/globals';
import { BusUnavailable } from '@muniment/runtime';
import { eventually, Slowness, startNats, startProxy } from '@muniment/testing';
import { busesOn } from './buses.testing.js';
import { type NatsBus, openNats } from './index.js';

let nats: Awaited<ReturnType<typeof startNats>>;
const open = busesOn(() => nats.url);
/** Proxy, asker and service of these tests share one thread with them. */
const slowness = new Slowness();

beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => slowness.stop());

const echo = async (_: string, question: unknown) => question;

/** How long the slowest of these requests takes to fail, one being made every 10 ms while `during` runs. */
async function slowestFailure(bus: NatsBus, during: () => Promise<void>): Promise<{ slowest: number; failed: number }> {
  let going = true;
  const made: Promise<number | undefined>[] = [];
  const asking = (async () => {
    while (going) {
      const start = performance.now();
      const failed = (error: unknown) => {
        expect(error).toBeInstanceOf(BusUnavailable);
        return performance.now() - start;
      };
      made.push(bus.request('muniment.sts.X', 1).then(() => undefined, failed));
      await sleep(10);
    }
  })();
  await during();
  going = false;
  await asking;
  const times = (await Promise.all(made)).filter((time) => time !== undefined);
  return { slowest: Math.max(...times), failed: times.length };
}

/** Resolves with the milliseconds until requests are answered again. */
async function usableAgain(bus: NatsBus): Promise<number> {
  const start = performance.now();
  await eventually(async () => {
    expect(await bus.request('muniment.sts.X', 'again', { milliseconds: 200 })).toBe('again');
  });
  return performance.now() - start;
}

describe('bus over nats, outages', () => {
  test('a server that takes connections and says nothing is tried again and again, on one socket at a time', async () => {
    let taken = 0;
    const mute = createServer(() => taken++);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo;
    const bus = await openNats({ url: `nats://127.0.0.1:${port}`, name: 'patient' });
    expect(bus.state).toMatchObject({
      name: 'reconnecting',
      reason: 'the server takes connections and says nothing',
    });
    await eventually(() => expect(taken).toBeGreaterThan(2));
    expect(await promisify(mute.getConnections.bind(mute))()).toBeLessThanOrEqual(1);
    await bus.close();
    await eventually(async () => expect(await promisify(mute.getConnections.bind(mute))()).toBe(0));
    await new Promise((resolve) => mute.close(resolve));
  });

  test('of several servers a silent one does not keep the others from being used', async () => {
    const mute = createServer();
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo;
    const bus = await openNats({ url: [`127.0.0.1:${port}`, nats.url], name: 'either' });
    expect(bus.state.name).toBe('connected');
    await bus.close();
    await new Promise((resolve) => mute.close(resolve));
  });

  test('a server that is killed is missed at once and used again as soon as it is back', async () => {
    const told: string[] = [];
    const [service, asker] = [
      await open('service'),
      await open('asker', { onDown: () => told.push('down'), onUp: () => told.push('up') }),
    ];
    await service.respond('muniment.sts', echo);
    const heard: unknown[] = [];
    service.subscribe('muniment.hints.appended', (hint) => heard.push(hint));
    const { slowest, failed } = await slowestFailure(asker, async () => {
      await sleep(100);
      await nats.kill();
      await sleep(1500);
    });
    expect(failed).toBeGreaterThan(3);
    expect(slowest).toBeLessThan(slowness.bound(1000));
    expect(asker.state).toMatchObject({ name: 'reconnecting', reason: expect.any(String) });
    const { since } = asker.state;
    asker.publish('muniment.hints.appended', 'lost');
    expect(asker.figures).toMatchObject({ hintsLost: 1, waiting: 0, outages: 1 });
    await sleep(1000);
    expect(asker.state.since).toEqual(since);

    await nats.restart();
    expect(await usableAgain(asker)).toBeLessThan(slowness.bound(2000));
    expect(told).toEqual(['up', 'down', 'up']);
    asker.publish('muniment.hints.appended', 'heard');
    await eventually(() => expect(heard).toEqual(['heard']));
  }, 15_000);

  test('of many short outages none is the last', async () => {
    const [service, asker] = [await open('service'), await open('asker')];
    await service.respond('muniment.sts', echo);
    for (let time = 0; time < 4; time++) {
      await nats.restart();
      expect(await usableAgain(asker)).toBeLessThan(slowness.bound(2000));
    }
    expect(asker.state.name).toBe('connected');
  }, 40_000);

  test('a server that stands still is noticed, and used again when it goes on', async () => {
    const [service, asker] = [await open('service'), await open('asker')];
    await service.respond('muniment.sts', echo);
    const { slowest, failed } = await slowestFailure(asker, async () => {
      await sleep(100);
      nats.pause();
      await sleep(1500);
      await eventually(() => {
        expect(asker.state).toMatchObject({ name: 'reconnecting', reason: 'the server does not answer' });
      });
      nats.resume();
    });
    expect(failed).toBeGreaterThan(3);
    expect(slowest).toBeLessThan(slowness.bound(1000));
    expect(await usableAgain(asker)).toBeLessThan(slowness.bound(2000));
  }, 20_000);

  describe('on the way to the server', () => {
    let proxy: Awaited<ReturnType<typeof startProxy>>;
    beforeEach(async () => {
      proxy = await startProxy(nats.port);
    });
    afterEach(() => proxy.close());
    const through = (name: string) => open(name, { url: `nats://127.0.0.1:${proxy.port}` });

    test.each([1500, 4000])(
      'a black hole of %d ms',
      async (milliseconds) => {
        const [service, asker] = [await open('service'), await through('asker')];
        await service.respond('muniment.sts', echo);
        const { slowest, failed } = await slowestFailure(asker, async () => {
          await sleep(100);
          proxy.blackHole();
          await sleep(milliseconds);
          await eventually(() => expect(asker.state.name).toBe('reconnecting'));
          await proxy.pass();
        });
        expect(failed).toBeGreaterThan(3);
        expect(slowest).toBeLessThan(slowness.bound(1000));
        expect(await usableAgain(asker)).toBeLessThan(slowness.bound(2000));
      },
      15_000,
    );

    test('a black hole while more is sent than the network takes', async () => {
      const [service, asker] = [await open('service'), await through('asker')];
      // What was sent arrives in the end, and all of it passes through this one thread: no more than must be.
      await service.respond('muniment.sts', async (_, question: string) => question.slice(0, 10));
      proxy.blackHole();
      const large = 'x'.repeat(900_000);
      const answers = Array.from({ length: 12 }, () => asker.request('muniment.sts.X', large));
      for (const answer of await Promise.allSettled(answers)) expect(answer.status).toBe('rejected');
      await sleep(2500);
      await proxy.pass();
      expect(await usableAgain(asker)).toBeLessThan(slowness.bound(2000));
    }, 30_000);

    test.each(['cut', 'reset'] as const)('connections that are %s', async (how) => {
      const [service, asker] = [await through('service'), await through('asker')];
      await service.respond('muniment.sts', echo);
      for (let time = 0; time < 5; time++) {
        proxy[how]();
        expect(await usableAgain(asker)).toBeLessThan(slowness.bound(2000));
      }
    });

    test('answers that are slow are still answers', async () => {
      const [service, asker] = [await open('service'), await through('asker')];
      await service.respond('muniment.sts', echo);
      proxy.delay(250);
      await sleep(1500);
      expect(await asker.request('muniment.sts.X', 1)).toBe(1);
      expect(asker.state.name).toBe('connected');
      expect(asker.figures.outages).toBe(0);
    });

    test('a bus closes while its server is gone', async () => {
      const [through1, asker] = [await open('service'), await through('asker')];
      await through1.respond('muniment.sts', () => new Promise(() => undefined));
      const answer = asker.request('muniment.sts.X', 1);
      proxy.blackHole();
      const start = performance.now();
      await Promise.all([asker.close(), expect(answer).rejects.toBeInstanceOf(BusUnavailable)]);
      expect(performance.now() - start).toBeLessThan(slowness.bound(2500));
      expect(asker.state.name).toBe('closed');
    });
  });
});
