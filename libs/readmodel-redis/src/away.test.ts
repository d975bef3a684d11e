import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ReadModelsUnavailable } from '@muniment/runtime';
import {
  eventually,
  needsServer,
  type ServerProcess,
  Slowness,
  startProxy,
  startRedis,
  type TcpProxy,
} from '@muniment/testing';
import { account, added, everythingOf, one, projection, rowsModel } from './rows.testing.js';
import { ready } from './ready.testing.js';
import { openRedis, type RedisReadModels } from './redis-read-models.js';

needsServer('redis');

let redis: ServerProcess;
let proxy: TcpProxy;
let readModels: RedisReadModels;
let runs = 0;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  proxy = await startProxy(redis.port);
  readModels = await ready(openRedis({ url: `redis://127.0.0.1:${proxy.port}`, prefix: `away${++runs}` }));
  await readModels.apply(projection, [added(one)], 1, 0);
});
afterEach(async () => {
  await readModels.close();
  await proxy.close();
});

// The deadlines are 250 and 900 ms.
const shortly = 300;
const atLast = 1000;
const slowness = new Slowness();

/** Everything that can be asked for, and how long it may take to be refused. */
const asked: Record<string, [ask: () => unknown, within: number]> = {
  checkpoint: [() => readModels.checkpoint(projection), shortly],
  find: [() => readModels.rows(projection).find(rowsModel, account, 'a'), shortly],
  findById: [() => readModels.rows(projection).findById(rowsModel, account, 'id-a'), shortly],
  anywhere: [() => readModels.rows(projection).anywhere(rowsModel, 'id-a'), shortly],
  'list of a page': [() => readModels.rows(projection).list(rowsModel, account, { limit: 10 }), shortly],
  filed: [() => readModels.rows(projection).filed(rowsModel, account, 'name', 'a', { limit: 10 }), shortly],
  count: [() => readModels.rows(projection).count(rowsModel, account), shortly],
  lease: [() => readModels.lease(projection, 1000), shortly],
  list: [() => readModels.rows(projection).list(rowsModel, account), atLast],
  everything: [() => everythingOf(readModels), atLast],
  apply: [() => readModels.apply(projection, [], 2, 1), atLast],
  clear: [() => readModels.clear({ name: 'other', version: 1 }), atLast],
  replace: [() => readModels.replace({ name: 'other', version: 1 }, { name: 'other@next', version: 1 }), atLast],
};

async function expectRefused(): Promise<void> {
  const start = performance.now();
  await Promise.all(
    Object.entries(asked).map(async ([name, [ask, within]]) => {
      const outcome = await Promise.resolve(ask()).then(
        (answer) => ({ name, answer }),
        (error: unknown) => error,
      );
      const took = performance.now() - start;
      expect([name, outcome instanceof ReadModelsUnavailable ? 'refused' : outcome]).toEqual([name, 'refused']);
      expect([name, took <= slowness.bound(within) ? 'in time' : took]).toEqual([name, 'in time']);
    }),
  );
  const blobs = performance.now();
  await readModels.keep('blob', 'content');
  expect(await readModels.kept('blob')).toBeUndefined();
  expect(performance.now() - blobs).toBeLessThan(slowness.bound(2000));
}

async function expectUsable(): Promise<void> {
  await eventually(async () => {
    expect(await readModels.rows(projection).find(rowsModel, account, 'a')).toEqual(one);
  });
}

const faults: Record<string, [begin: () => unknown, end: () => unknown]> = {
  'a Redis that is killed': [() => redis.kill(), () => redis.restart()],
  'a Redis that hangs': [() => redis.pause(), () => redis.resume()],
  'a network that swallows everything': [() => proxy.blackHole(), () => proxy.pass()],
  'a network that loses answers': [() => proxy.dropAnswers(), () => proxy.pass()],
  'a port that nobody listens on': [() => proxy.refuse(), () => proxy.pass()],
  'answers that take too long': [() => proxy.delay(2000), () => proxy.pass()],
};

describe.each(Object.keys(faults))('%s', (fault) => {
  const [begin, end] = faults[fault] as [() => unknown, () => unknown];

  test('refuses every question in time, and is usable within 2 s when it is back', async () => {
    await begin();
    await expectRefused();
    // Again: whatever a dead connection is replaced by is as dead.
    await expectRefused();
    await end();
    await expectUsable();
  });
});
