import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CheckpointMoved, ReadModelsUnavailable } from '@muniment/runtime';
import { eventually, needsServer, type ServerProcess, Slowness, startProxy, startRedis } from '@muniment/testing';
import { Redis } from 'ioredis';
import { type Lost, openRedis, type RedisReadModels } from './index.js';
import { patient, ready } from './ready.testing.js';
import { account, added, everythingOf, one, projection, removed, row, rowsModel, two } from './rows.testing.js';

const slowness = new Slowness();

needsServer('redis');

let redis: ServerProcess;
let client: Redis;
let readModels: RedisReadModels;
let lost: Lost[];
const onLost = (each: Lost) => void lost.push(each);
beforeEach(async () => {
  lost = [];
  redis = await startRedis();
  client = new Redis(redis.url);
  client.on('error', () => undefined);
  readModels = await ready(openRedis({ ...patient, url: redis.url, onLost }));
  await readModels.apply(projection, [added(one)], 5, 0);
});
afterEach(async () => {
  client.disconnect();
  await readModels.close();
  await redis.stop();
});

const read = () => readModels.rows(projection).list(rowsModel, account);

/** Redis answers again, whatever it says of the rows. */
const back = () => eventually(async () => void (await readModels.checkpoint({ name: 'another', version: 1 })), 5000);

describe('a Redis that has lost what it had (R7, R8)', () => {
  async function expectLost(found: number, left: readonly unknown[]): Promise<void> {
    const refusals = [read(), readModels.rows(projection).find(rowsModel, account, 'a'), everythingOf(readModels)];
    for (const refusal of refusals) {
      await expect(refusal).rejects.toThrow(ReadModelsUnavailable);
      await expect(refusal).rejects.toThrow(`hold up to ${found} and have held up to 9`);
    }
    await expect(readModels.apply(projection, [added(row('z'))], 12, 9)).rejects.toThrow(CheckpointMoved);
    expect(lost).toEqual([{ projection, seen: 9, found }]);
    expect((await readModels.checkpoint(projection)) ?? 0).toBe(found);
    expect(await read()).toEqual(left);
    await readModels.apply(projection, found === 0 ? [added(one), added(two)] : [added(two)], 9, found);
    expect(await read()).toEqual([one, two]);
    expect(lost).toHaveLength(1);
  }

  beforeEach(() => readModels.apply(projection, [], 6, 5));

  test('emptied: nothing is answered until the checkpoint was looked at', async () => {
    await readModels.apply(projection, [added(two)], 9, 6);
    await client.flushall();
    await expectLost(0, []);
  });

  test('started again without its data', async () => {
    await readModels.apply(projection, [added(two)], 9, 6);
    await redis.restart({ empty: true });
    await back();
    await expectLost(0, []);
  });

  test('replaced by an older copy of itself', async () => {
    const copy = await redis.copyData();
    await readModels.apply(projection, [added(two)], 9, 6);
    await redis.restart({ from: copy });
    await back();
    await expectLost(6, [one]);
  });

  test('what was acknowledged outlives kill -9', async () => {
    await readModels.apply(projection, [added(two)], 9, 6);
    await redis.kill();
    await redis.restart();
    await back();
    expect(await read()).toEqual([one, two]);
    expect(lost).toEqual([]);
  });

  test('rows that others have taken on are farther, not lost', async () => {
    const other = await ready(openRedis({ ...patient, url: redis.url }));
    await other.apply(projection, [added(two)], 9, 6);
    expect(await read()).toEqual([one, two]);
    await other.clear(projection);
    await expect(read()).rejects.toThrow('hold up to 0 and have held up to 9');
    await other.close();
  });

  test('rows that this process clears or replaces are not lost', async () => {
    const asked = [read(), readModels.clear(projection), read(), read()];
    await Promise.all(asked);
    await readModels.apply(projection, [added(two)], 4, 0);
    const rebuilt = { name: 'directory@rebuilt', version: 1 };
    await readModels.apply(rebuilt, [added(one)], 3, 0);
    await Promise.all([read(), readModels.replace(projection, rebuilt), read()]);
    expect(await read()).toEqual([one]);
    expect(await everythingOf(readModels, rebuilt)).toEqual([]);
    expect(lost).toEqual([]);
  });
});

test('a failover: writes leave the demoted server within 2 s (R8)', async () => {
  // Else a new replica waits 5 s for others that may come.
  await client.config('SET', 'repl-diskless-sync-delay', '0');
  const second = await startRedis();
  const proxy = await startProxy(redis.port);
  const behind = await ready(openRedis({ ...patient, url: `redis://127.0.0.1:${proxy.port}` }));
  const other = new Redis(second.url);
  await other.replicaof('127.0.0.1', redis.port);
  await eventually(async () => expect(await other.info('replication')).toContain('master_link_status:up'), 10_000);
  await behind.apply(projection, [added(two)], 6, 5);
  const copied = () => other.hget('{muniment:directory}:directory@1', 'checkpoint');
  await eventually(async () => expect(await copied()).toBe('6'));

  await other.replicaof('NO', 'ONE');
  await client.replicaof('127.0.0.1', second.port);
  proxy.leadTo(second.port);
  const start = performance.now();
  await expect(behind.apply(projection, [added(row('c'))], 7, 6)).rejects.toThrow('READONLY');
  await eventually(() => behind.apply(projection, [added(row('c'))], 7, 6));
  expect(performance.now() - start).toBeLessThan(slowness.bound(2000));
  expect(await everythingOf(behind)).toEqual([one, two, row('c')]);
  expect(await copied()).toBe('7');
  other.disconnect();
  await behind.close();
  await proxy.close();
  await second.stop();
}, 20_000);

describe('a Redis that takes nothing', () => {
  test('full: changes are refused as a whole, reading and clearing go on', async () => {
    await client.config('SET', 'maxmemory', '1');
    await expect(readModels.apply(projection, [removed(one), added(two)], 6, 5)).rejects.toThrow('OOM');
    expect(await readModels.checkpoint(projection)).toBe(5);
    expect(await read()).toEqual([one]);
    expect(await readModels.rows(projection).filed(rowsModel, account, 'name', 'a')).toEqual([one]);
    await readModels.keep('blob', 'content');
    expect(await readModels.kept('blob')).toBeUndefined();
    await readModels.clear(projection);
    expect(await everythingOf(readModels)).toEqual([]);
    await client.config('SET', 'maxmemory', '0');
    await readModels.apply(projection, [added(two)], 6, 0);
    expect(await read()).toEqual([two]);
  });

  test('one that may evict rows is not used', async () => {
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const evicting = openRedis({ ...patient, url: redis.url });
    await eventually(async () => {
      await expect(evicting.checkpoint(projection)).rejects.toThrow(
        `the read models cannot be used: Redis at 127.0.0.1:${redis.port}: may evict rows (maxmemory-policy allkeys-lru): set it to noeviction`,
      );
    });
    expect(evicting.connected).toBe(false);
    await evicting.close();
  });

  test('one that wants another password: the error has the reason and no password', async () => {
    await client.config('SET', 'requirepass', 'right');
    const stranger = openRedis({ ...patient, url: `redis://:wrong@127.0.0.1:${redis.port}` });
    await eventually(async () => {
      await expect(stranger.checkpoint(projection)).rejects.toThrow(
        new RegExp(`^the read models cannot be used: Redis at 127\\.0\\.0\\.1:${redis.port}: (?!.*wrong@).*WRONGPASS`),
      );
    });
    await stranger.close();
    const known = await ready(openRedis({ ...patient, url: `redis://:right@127.0.0.1:${redis.port}` }));
    expect(await known.checkpoint(projection)).toBe(5);
    await known.close();
  });
});

test('scripts that the server has forgotten are sent again', async () => {
  await client.script('FLUSH');
  expect(await read()).toEqual([one]);
  await readModels.apply(projection, [added(two)], 6, 5);
  expect(await read()).toEqual([one, two]);
});

test('an answer that was lost: the change has happened once, whoever tries again is told', async () => {
  const proxy = await startProxy(redis.port);
  const behind = await ready(openRedis({ url: `redis://127.0.0.1:${proxy.port}` }));
  proxy.dropAnswers();
  await expect(behind.apply(projection, [added(two)], 6, 5)).rejects.toThrow(ReadModelsUnavailable);
  await proxy.pass();
  await eventually(async () => {
    await expect(behind.apply(projection, [added(two)], 6, 5)).rejects.toThrow(CheckpointMoved);
  });
  expect(await behind.checkpoint(projection)).toBe(6);
  expect(await everythingOf(behind)).toEqual([one, two]);
  await behind.close();
  await proxy.close();
});

test('a closed store refuses everything', async () => {
  await readModels.close();
  await expect(read()).rejects.toThrow(ReadModelsUnavailable);
  await expect(readModels.apply(projection, [], 6, 5)).rejects.toThrow('it is closed');
});
