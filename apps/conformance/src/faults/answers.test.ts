/** R16: answers that get lost after the work was done. Clients try again by themselves; each call has one effect. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { needsServer } from '@muniment/testing';
import { person, statement, unique } from '../harness/clients.js';
import { faultIn, queryCall, send, sign } from '../harness/raw.js';
import { Cluster } from './cluster.testing.js';
import { dropAnswers, Nemesis } from './nemesis.testing.js';
import { Random } from './random.testing.js';
import type { Paths, ServiceName } from './replica.testing.js';
import { drive, enginesMustRun, finish, mustHold, times } from './trial.testing.js';

needsServer('nats');
needsServer('redis');

const rounds = times(1, 40);
/** Whose answers are lost on the way from where. */
const paths: readonly (readonly [ServiceName, keyof Paths])[] = [
  ['directory', 'store'],
  ['gateway', 'nats'],
  ['credentials', 'store'],
  ['directory', 'nats'],
];
/** The SDK's own, with its pauses: longer than any of these faults. */
const attempts = 7;
jest.setTimeout(180_000 + rounds * 60_000);

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
});
afterEach(() => enginesMustRun(cluster));
afterAll(() => finish(cluster));

test('R16: calls whose answers are lost are tried again and done once', async () => {
  const random = new Random();
  const driver = await drive(cluster, random, attempts);
  const nemesis = new Nemesis(cluster, random.branch());
  driver.work(8);
  await sleep(500);
  for (const [name, engine] of random.spread(paths, rounds * paths.length)) {
    await nemesis.inflict(dropAnswers(cluster.one(name), engine), random.between(200, 1200));
    await sleep(random.between(100, 500));
  }
  await sleep(500);
  await driver.stop();
  const { history } = driver;
  const retried = history.entries.filter((entry) => entry.attempts > 1).length;
  process.stdout.write(
    `R16: ${nemesis.happened.length} times lost answers, ${retried} calls retried, ${history.figures}\n`,
  );
  expect(retried).toBeGreaterThan(0);
  await mustHold(cluster, driver);
});

test('R16: what comes twice with the id of one invocation is done once; with another id, or of another caller, it is new', async () => {
  const url = cluster.url();
  const create = async (UserName: string, id: string, credentials = cluster.root) => {
    const call = queryCall('iam', 'CreateUser', { UserName });
    const headers = { ...call.headers, 'amz-sdk-invocation-id': id };
    const answer = await send(url, sign(url, { ...call, headers }, credentials, { service: 'iam' }));
    return answer.status === 200 ? answer.status : faultIn(answer).code;
  };
  const other = await person(url, cluster.clients(), 'other', statement('Allow', '*'));
  const name = unique('once');
  const id = randomUUID();
  expect(await create(name, id)).toBe(200);
  expect(await create(name, id)).toBe(200);
  expect(await create(name, randomUUID())).toBe('EntityAlreadyExists');
  expect(await create(name, 'short')).toBe('EntityAlreadyExists');
  expect(await create(name, id, other.credentials)).toBe('EntityAlreadyExists');
});
