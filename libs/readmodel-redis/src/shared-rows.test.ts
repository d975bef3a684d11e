import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CheckpointMoved } from '@muniment/runtime';
import { eventually, needsServer, type ServerProcess, startProxy, startRedis } from '@muniment/testing';
import { Redis } from 'ioredis';
import { openRedis, type RedisReadModels } from './index.js';
import { patient, ready } from './ready.testing.js';
import { account, added, everythingOf, one, projection, row, rowsModel, two } from './rows.testing.js';

needsServer('redis');

let redis: ServerProcess;
let client: Redis;
let first: RedisReadModels;
let second: RedisReadModels;
beforeAll(async () => {
  redis = await startRedis();
  // The server ends first: that is no reason to look for it again, nor to wait for it.
  client = new Redis(redis.url, { retryStrategy: () => null, disconnectTimeout: 50 });
  client.on('error', () => undefined);
});
afterAll(() => client.disconnect());
beforeEach(async () => {
  await client.flushall();
  first = await ready(openRedis({ ...patient, url: redis.url, holder: 'first' }));
  second = await ready(openRedis({ ...patient, url: redis.url, holder: 'second' }));
});
afterEach(() => Promise.all([first.close(), second.close()]));

describe('a lease', () => {
  test('is one process’s at a time, and the other’s when it runs out or is given back', async () => {
    expect(await first.lease(projection, 200)).toBe(true);
    expect(await second.lease(projection, 200)).toBe(false);
    expect(await first.lease(projection, 200)).toBe(true);
    expect(await second.lease({ ...projection, version: 2 }, 200)).toBe(true);
    const start = performance.now();
    await eventually(async () => expect(await second.lease(projection, 60_000)).toBe(true));
    expect(performance.now() - start).toBeGreaterThan(100);
    expect(await first.lease(projection, 200)).toBe(false);
    await first.lease(projection, 0);
    expect(await first.lease(projection, 200)).toBe(false);
    await second.lease(projection, 0);
    expect(await first.lease(projection, 200)).toBe(true);
  });

  test('is never had by two of many who want it', async () => {
    const many = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        ready(openRedis({ ...patient, url: redis.url, holder: `many-${index}` })),
      ),
    );
    for (let round = 0; round < 20; round++) {
      const had = await Promise.all(many.map((each) => each.lease(projection, 1000)));
      expect(had.filter(Boolean)).toHaveLength(1);
      await many[had.indexOf(true)]?.lease(projection, 0);
    }
    await Promise.all(many.map((each) => each.close()));
  });

  test('keeps others from writing, with and without a checkpoint named', async () => {
    await first.lease(projection, 60_000);
    await expect(second.apply(projection, [added(one)], 5, 0)).rejects.toThrow('`first` holds the lease');
    await expect(second.apply(projection, [added(one)], 5)).rejects.toThrow(CheckpointMoved);
    await first.apply(projection, [added(two)], 5, 0);
    expect(await everythingOf(second)).toEqual([two]);
  });

  test('that is over stops a change that was under way all the time', async () => {
    const proxy = await startProxy(redis.port);
    const slow = await ready(openRedis({ ...patient, url: `redis://127.0.0.1:${proxy.port}`, holder: 'slow' }));
    await slow.apply(projection, [added(one)], 1, 0);
    expect(await slow.lease(projection, 150)).toBe(true);
    proxy.blackHole();
    const late = slow.apply(projection, [added(row('late'))], 2, 1);
    const outcome = late.catch((error: unknown) => error);
    await eventually(async () => expect(await second.lease(projection, 60_000)).toBe(true));
    await proxy.pass();
    expect(await outcome).toBeInstanceOf(CheckpointMoved);
    await second.apply(projection, [added(two)], 2, 1);
    expect(await everythingOf(second)).toEqual([one, two]);
    await slow.close();
    await proxy.close();
  });
});

describe('what one process writes', () => {
  test('another sees with the checkpoint that it belongs to', async () => {
    let written = 0;
    const writing = (async () => {
      for (let position = 1; position <= 200; position++) {
        await first.apply(projection, [added(row(`n${position}`))], position, position - 1);
        written = position;
      }
    })();
    while (written < 200) {
      const before = written;
      const rows = await second.rows(projection).count(rowsModel, account);
      expect(rows).toBeGreaterThanOrEqual(before);
    }
    await writing;
    expect(await second.checkpoint(projection)).toBe(200);
  });

  test('a walk through everything ends with an error when the rows are exchanged on the way', async () => {
    const many = Array.from({ length: 2500 }, (_, index) => added(row(`n${index}`)));
    await first.apply(projection, many, 5, 0);
    const walk = second.rows(projection).everything(rowsModel)[Symbol.asyncIterator]();
    expect((await walk.next()).value).toHaveLength(1000);
    const rebuilt = { name: 'directory@rebuilt', version: 1 };
    await first.apply(rebuilt, many, 5, 0);
    await first.replace(projection, rebuilt);
    await expect(walk.next()).rejects.toThrow('rows were replaced while they were read');
    expect(await everythingOf(second)).toHaveLength(2500);
  });
});

describe('rows that nobody needs any more', () => {
  const keysLeft = async () => (await client.keys('*')).toSorted();

  test('go when the projection is cleared or replaced', async () => {
    const rebuilt = { name: 'directory@rebuilt', version: 1 };
    await first.apply(projection, [added(one), added(two)], 5, 0);
    await first.apply(rebuilt, [added(one)], 5, 0);
    const before = (await keysLeft()).length;
    await first.replace(projection, rebuilt);
    // One projection of two has gone: the record and seven keys of rows.
    await eventually(async () => expect((await keysLeft()).length).toBe(before / 2));
    expect(await everythingOf(first)).toEqual([one]);
    await first.clear(projection);
    await eventually(async () => expect(await keysLeft()).toEqual([]));
  });

  test('are swept by who takes the lease when the one who replaced them did not get to it', async () => {
    await first.apply(projection, [added(one)], 5, 0);
    const cleared = first.clear(projection);
    await cleared;
    await first.close();
    await second.lease(projection, 1000);
    await second.lease(projection, 0);
    await eventually(async () => expect(await keysLeft()).toEqual([]));
  });
});

test('texts that are no Unicode are told apart and in order', async () => {
  const names = ['\ud7ff', '\ud800', '\ud800a', '\udbff', '\udc00', '\udfff', '\ue000', '\ufffd', '\ud800\udc00'];
  await first.apply(
    projection,
    names.toReversed().map((name) => added(row(name))),
    1,
  );
  const rows = first.rows(projection);
  expect((await rows.list(rowsModel, account)).map(({ name }) => name)).toEqual(names);
  for (const name of names) {
    expect(await rows.find(rowsModel, account, name)).toEqual(row(name));
    expect(await rows.findById(rowsModel, account, `id-${name}`)).toEqual(row(name));
    expect(await rows.filed(rowsModel, account, 'name', name)).toEqual([row(name)]);
    expect(await rows.anywhere(rowsModel, `id-${name}`)).toEqual({ account, row: row(name) });
  }
});

test('prefixes keep installations apart', async () => {
  const other = await ready(openRedis({ ...patient, url: redis.url, prefix: 'other' }));
  await first.apply(projection, [added(one)], 5);
  await first.keep('blob', 'content');
  expect(await other.checkpoint(projection)).toBeUndefined();
  expect(await everythingOf(other)).toEqual([]);
  expect(await other.kept('blob')).toBeUndefined();
  await other.close();
  // A store that was opened a while ago is as good as a new one.
  await setTimeout(10);
  expect(await everythingOf(first)).toEqual([one]);
});
