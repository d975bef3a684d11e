/** R7 and R8: the read models are gone, come back empty or old, or stop taking writes. A real Redis. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { needsServer, Slowness, startRedis } from '@muniment/testing';
import { unique } from '../harness/clients.js';
import { Cluster } from './cluster.testing.js';
import { reasons } from './complaints.testing.js';
import { pids, until, well } from './health.testing.js';
import { faultOf, isAway, Load, long, longest, tell, wrong } from './load.testing.js';
import { dataPlane, listings, type People, populate } from './people.testing.js';
import { finish } from './trial.testing.js';

needsServer('redis');
needsServer('nats');
jest.setTimeout(long ? 3_600_000 : 240_000);

const outage = long ? 600_000 : 3000;

let cluster: Cluster;
let people: People;
let before: (number | undefined)[];
let slowness: Slowness;
beforeAll(async () => {
  cluster = await Cluster.start({ replicas: { gateway: 2 } });
  people = await populate(cluster);
  before = pids(cluster.services);
  slowness = new Slowness();
});
afterAll(async () => {
  slowness?.stop();
  await finish(cluster);
});
beforeEach(() => until(() => well(cluster.services), 20_000));

/** What Redis answers to a command; the first of it, if it is long. */
async function command(text: string, port = cluster.redis.port): Promise<string> {
  const socket = connect(port, '127.0.0.1').setTimeout(2000, () => socket.destroy(new Error('Redis does not answer')));
  socket.write(`${text}\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.toString();
}

/** What lists tell when they answer: what was broken before may be mended a moment longer. */
async function listed(): Promise<object> {
  let told: object = {};
  await until(async () => {
    told = await listings(people.root);
    return true;
  }, 20_000);
  return told;
}

/** How long it took until lists tell again what they told before; whatever they tell until then is true or a 503. */
async function untilListedAgain(expected: object, withinMilliseconds: number): Promise<number> {
  return until(async () => {
    try {
      expect(await listings(people.root)).toEqual(expected);
    } catch (error) {
      if (isAway(error as Error)) return faultOf(error as Error);
      throw error;
    }
    return true;
  }, withinMilliseconds);
}

test.each([
  ['killed, and back as it was', () => cluster.redis.kill(), () => cluster.redis.restart()],
  ['emptied by FLUSHALL', () => command('FLUSHALL'), async () => undefined],
  ['killed, and back empty', () => cluster.redis.kill(), () => cluster.redis.restart({ empty: true })],
])('R7 Redis %s: keys, identities and roles go on; lists are whole or refused', async (how, breakIt, mend) => {
  const expected = await listed();
  const load = new Load(dataPlane(people));
  const lists = new Load({
    lists: async () => expect(await listings(people.root)).toEqual(expected),
    reads: () => people.root.iam.getUser({ UserName: people.reader.name }),
  });
  await sleep(200);
  await breakIt();
  await sleep(outage);
  await mend();
  const again = await untilListedAgain(expected, long ? 60_000 : 20_000);
  const outcomes = await load.stop();
  const reads = await lists.stop();
  expect(reasons(cluster, outcomes)).toEqual([]);
  expect(wrong(reads)).toEqual([]);
  expect(longest(reads)).toBeLessThan(slowness.bound(2000));
  expect(pids(cluster.services)).toEqual(before);
  const refused = reads.filter(({ error }) => error).length;
  tell(`R7 Redis ${how}`, {
    'data plane calls': outcomes.length,
    failed: 0,
    'longest ms': longest(outcomes),
    lists: reads.length,
    refused,
    'whole again after ms': again,
  });
});

test('R8 an older copy in the place of Redis is noticed; nothing older than what was told is told', async () => {
  const { iam } = people.root;
  const UserName = unique('tagged');
  await iam.createUser({ UserName });
  await iam.tagUser({ UserName, Tags: [{ Key: 'generation', Value: '0' }] });
  await until(() => well(cluster.services), 10_000);
  const copy = await cluster.redis.copyData();
  const later = 20;
  for (let value = 1; value <= later; value++) {
    await iam.tagUser({ UserName, Tags: [{ Key: 'generation', Value: String(value) }] });
  }
  const added = await iam.createUser({ UserName: unique('added') });
  const ask = async (replica: number) => {
    const of = cluster.clients(cluster.root, replica).iam;
    const { Tags } = await of.listUserTags({ UserName });
    expect(Tags).toEqual([{ Key: 'generation', Value: String(later) }]);
    await of.getUser({ UserName: added.User?.UserName });
  };
  const load = new Load({ first: () => ask(1), second: () => ask(2) }, 5);
  await sleep(300);
  await cluster.redis.restart({ from: copy });
  const back = performance.now();
  const answers = () => load.outcomes.filter(({ sent, error }) => sent > back && !error);
  await until(async () => answers().length > 50, 20_000);
  const outcomes = await load.stop();
  expect(wrong(outcomes)).toEqual([]);
  tell('R8 older copy', {
    'changes that it lacks': later + 1,
    answers: outcomes.filter(({ error }) => !error).length,
    stale: 0,
    refused: outcomes.filter(({ error }) => error).length,
    'answers again after ms': Math.min(...answers().map(({ sent, milliseconds }) => sent + milliseconds)) - back,
  });
});

test('R8 a Redis that was demoted is left for the new one', async () => {
  const { iam } = people.root;
  const [old, next] = [
    cluster.redis,
    await startRedis({ args: ['--replicaof', '127.0.0.1', `${cluster.redis.port}`] }),
  ];
  const synced = async () => (await command('INFO replication', next.port)).includes('master_link_status:up');
  await until(synced, 10_000);
  const times: number[] = [];
  for (const [from, to] of [
    [old, next],
    [next, old],
  ] as const) {
    await Promise.all(cluster.paths('redis').map((path) => path.leadTo(to.port)));
    await command('REPLICAOF NO ONE', to.port);
    await command(`REPLICAOF 127.0.0.1 ${to.port}`, from.port);
    const demoted = performance.now();
    const UserName = unique('after-failover');
    await until(async () => Boolean(await iam.createUser({ UserName })), 10_000);
    await until(async () => Boolean(await iam.getUser({ UserName })), 10_000);
    times.push(performance.now() - demoted);
    await until(async () => (await command('INFO replication', from.port)).includes('master_link_status:up'), 10_000);
  }
  await next.stop();
  expect(Math.max(...times)).toBeLessThan(slowness.bound(2000));
  expect(pids(cluster.services)).toEqual(before);
  tell('R8 READONLY', { 'write and read on the new one after ms': times.map(Math.round).join(' and ') });
});
