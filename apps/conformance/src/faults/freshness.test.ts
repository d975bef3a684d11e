/** R13, R29, R30: how soon a change holds everywhere, whatever breaks; and what a gateway does that cannot record. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { IAM } from '@aws-sdk/client-iam';
import { needsServer, Slowness } from '@muniment/testing';
import { unique } from '../harness/clients.js';
import { Cluster } from './cluster.testing.js';
import { readiness, until, well } from './health.testing.js';
import { answersIn, long, longest, type Outcome, percentile, tell, timed, wrong } from './load.testing.js';
import { Probe } from './probe.testing.js';
import { finish, mustBeRecorded } from './trial.testing.js';

needsServer('redis');
needsServer('nats');
jest.setTimeout(long ? 3_600_000 : 240_000);

let cluster: Cluster;
let slowness: Slowness;
beforeAll(async () => {
  cluster = await Cluster.start({ replicas: { gateway: 2, decisions: 3 } });
  slowness = new Slowness();
});
afterAll(async () => {
  slowness?.stop();
  await finish(cluster);
});
beforeEach(async () => {
  for (const engine of ['nats', 'redis', 'store'] as const) {
    await Promise.all(cluster.paths(engine).map((path) => path.pass()));
  }
  await until(() => well(cluster.services), 20_000);
});

test('R29 a policy change holds in every replica', async () => {
  const probe = await Probe.start(cluster, 2);
  const lags: number[] = [];
  for (let count = 0; count < (long ? 1000 : 20); count++) {
    const acknowledged = await probe.change();
    await probe.settled(acknowledged);
    lags.push(probe.lag(acknowledged));
  }
  const answers = await probe.stop();
  const [p50, p99, max] = [percentile(lags, 50), percentile(lags, 99), Math.max(...lags)];
  expect(p99).toBeLessThan(slowness.bound(1000));
  expect(max).toBeLessThan(slowness.bound(5000));
  tell('R29 healthy, 3 replicas', {
    changes: lags.length,
    questions: answers.length,
    'old answers after the acknowledgement, p50 ms': p50,
    p99,
    max,
  });
});

test.each([
  // Nobody asks a replica that the bus does not reach.
  ['cut off from store and bus', ['store', 'nats'], 'unavailable', false],
  ['cut off from the store alone', ['store'], 'degraded', true],
] as const)('R29 a replica %s has caught up five seconds after it is back', async (how, engines, stands, isAsked) => {
  const replica = cluster.one('decisions', 3);
  const probe = await Probe.start(cluster, 2);
  await probe.settled(performance.now());
  for (const engine of engines) await replica.paths[engine].refuse();
  await until(async () => (await readiness(replica)).checks['log']?.ok === false, 10_000);
  const acknowledged = await probe.change();
  // The two others may take as long as they may without a partition; the one that is cut off would never have done.
  if (!isAsked) await probe.settled(acknowledged, slowness.bound(5000));
  const settled = performance.now();
  await sleep(long ? 60_000 : 1500);
  // It says itself that it does not know how far behind it is.
  const { status, checks } = await readiness(replica);
  expect([status, checks['log']]).toEqual([stands, { ok: false, position: null }]);
  const staleMeanwhile = probe.stale(acknowledged);
  expect(isAsked ? 0 : probe.stale(settled)).toBe(0);
  for (const engine of engines) await replica.paths[engine].pass();
  const back = performance.now();
  const caughtUp = await until(async () => (await well([replica])) === true, 20_000);
  await probe.settled(performance.now());
  const lag = probe.lag(back);
  await probe.stop();
  expect(caughtUp).toBeLessThan(slowness.bound(5000));
  expect(lag).toBeLessThan(slowness.bound(5000));
  tell(`R29 one of three replicas ${how}`, {
    'old answers meanwhile': staleMeanwhile,
    'ready without lag after ms': caughtUp,
    'last old answer after ms': lag,
  });
});

test('R13 the way to the store is cut, reset or silent during changes: none is missed', async () => {
  const probe = await Probe.start(cluster, 2);
  const paths = cluster.of('decisions').map((replica) => replica.paths.store);
  const times: number[] = [];
  for (let round = 0; round < (long ? 500 : 6); round++) {
    const kind = round % 3;
    for (const path of paths) {
      if (kind === 0) await path.cut();
      else if (kind === 1) await path.reset();
      else await path.blackHole();
    }
    await sleep(20 * (round % 4));
    await probe.change();
    if (kind === 2) await sleep(300);
    await Promise.all(paths.map((path) => path.pass()));
    const back = performance.now();
    await probe.settled(back);
    times.push(probe.lag(back));
  }
  await probe.stop();
  expect(Math.max(...times)).toBeLessThan(slowness.bound(10_000));
  tell('R13 drops of all ways to the store', {
    drops: times.length,
    missed: 0,
    'last old answer, p50 ms': percentile(times, 50),
    max: Math.max(...times),
  });
});

/** Notes the position that each answer tells, and demands it of what is asked next. */
function positioned(iam: IAM, held: { position: string }, demands: boolean): IAM {
  iam.middlewareStack.add(
    (next) => async (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      if (demands) headers['x-muniment-position'] = held.position;
      const result = await next(args);
      const answered = (result.response as { headers: Record<string, string> }).headers['x-muniment-position'];
      if (!demands && answered !== undefined) held.position = answered;
      return result;
    },
    { step: 'build' },
  );
  return iam;
}

/** Asks again while it is told to try again: that is no old answer. */
async function answered<Output>(ask: () => Promise<Output>, toldToWait: () => void): Promise<Output> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if ((error as Error).name !== 'ServiceUnavailable') throw error;
      toldToWait();
    }
  }
}

test('R30 what was written is read, from the same gateway and with its position from another', async () => {
  // As many again on the other gateway.
  const pairs = long ? 100_000 : 200;
  const writers = 8;
  let misses = 0;
  let waits = 0;
  const toldToWait = (): void => void waits++;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async () => {
      const held = { position: '0' };
      const one = positioned(cluster.clients().iam, held, false);
      const other = positioned(cluster.clients(cluster.root, 2).iam, held, true);
      const UserName = unique('pairs');
      await one.createUser({ UserName });
      for (let value = 0; value < pairs / writers; value++) {
        const Tags = [{ Key: 'value', Value: String(value) }];
        await answered(() => one.tagUser({ UserName, Tags }), toldToWait);
        for (const iam of [one, other]) {
          const { Tags: read } = await answered(() => iam.listUserTags({ UserName }), toldToWait);
          if (read?.[0]?.Value !== String(value)) misses++;
        }
      }
      expect(Number(held.position)).toBeGreaterThan(0);
    }),
  );
  expect(misses).toBe(0);
  tell('R30', {
    pairs,
    'pairs with a position on another gateway': pairs,
    misses,
    'told to try again': waits,
    s: (performance.now() - began) / 1000,
  });
});

test('calls are refused when they cannot be recorded any more, and only then', async () => {
  await cluster.add({ gateway: 1 }, { MUNIMENT_SPOOL_BYTES: String(2 * 1024 * 1024) });
  const small = cluster.one('gateway', 3);
  const { sts } = cluster.clients(cluster.root, 3);
  const call = () => timed('GetCallerIdentity', () => sts.getCallerIdentity({}));
  await cluster.one('audit').process.kill();
  const calls: Outcome[] = [];
  const isFull = () => calls.length > 20 && calls.slice(-20).every(({ error }) => error);
  const fill = async () => {
    while (calls.length < 10_000 && !isFull()) calls.push(await call());
  };
  await Promise.all(Array.from({ length: 8 }, fill));
  const taken = calls.filter(({ error }) => !error);
  const refused = calls.filter(({ error }) => error);
  expect(wrong(refused)).toEqual([]);
  expect(isFull()).toBe(true);
  const { status, checks } = await readiness(small);
  expect(status).toBe('unavailable');
  expect(checks['spool']).toMatchObject({ ok: false, records: taken.length });
  expect((await timed('elsewhere', () => cluster.clients().sts.getCallerIdentity({}))).error).toBeUndefined();

  await cluster.one('audit').process.restart();
  const back = performance.now();
  const again = await until(async () => {
    const answer = await call();
    calls.push(answer);
    return !answer.error;
  }, 20_000);
  await until(() => well(cluster.services), 20_000);
  const emptied = performance.now() - back;
  const answered = answersIn(calls.filter(({ error }) => !error));
  await mustBeRecorded(cluster, answered);
  tell('full spool', {
    'taken before it was full': taken.length,
    'refused within ms': longest(refused),
    'taken again after ms': again,
    'spool empty after ms': emptied,
    'answers recorded once': answered.length,
  });
});
