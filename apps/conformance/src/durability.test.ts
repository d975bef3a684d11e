/** What was acknowledged stays, whatever becomes of the process. */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { check, kept } from './faults/checker.testing.js';
import { Driver } from './faults/driver.testing.js';
import { Random } from './faults/random.testing.js';
import { recordedBy, unrecorded } from './faults/records.testing.js';
import { clientsFor, person, refusal, statement } from './harness/clients.js';
import { Server } from './harness/server.js';

const kills = Number(process.env['MUNIMENT_TEST_KILLS'] ?? 2);
const readyWithin = 5000;
/** On a machine that is busy with other things, all starts are slow: so many times the first one is then the bound. */
const slowness = 3;
jest.setTimeout(60_000 + kills * 10_000);

/** Records of all other calls may be gathered for a moment, which `kill -9` can take with it. */
const isChange = (operation: string): boolean => /^(Create|Delete|Put|Attach|Tag)/.test(operation);

describe(`${kills} times killed at any moment, with 16 clients writing`, () => {
  let server: Server;
  let driver: Driver;
  const starts: number[] = [];

  beforeAll(async () => {
    server = await Server.start();
    const random = new Random();
    const { url, accountId, root } = server;
    driver = await Driver.start({ urls: [url], accountId, root, random, whenReady: () => server.whenReady() });
    driver.work(16);
    for (let kill = 0; kill < kills; kill++) {
      await driver.progress(10);
      await sleep(random.between(0, 300));
      await server.kill();
      starts.push(await server.start());
    }
    await driver.progress(10);
    await driver.stop();
  });
  afterAll(() => server?.dispose());

  test('it is ready again within five seconds', () => {
    const longest = Math.round(Math.max(...starts));
    process.stdout.write(
      `${kills} kills, ${driver.history.figures}; ready again after ${longest} ms at most ` +
        `(first start: ${Math.round(server.firstStart)} ms)\n`,
    );
    expect(longest).toBeLessThan(Math.max(readyWithin, slowness * server.firstStart));
  });

  test('nothing acknowledged is lost, no write is half done or answered wrongly, every key that was handed out signs', async () => {
    const { url, root, accountId } = server;
    const { history, policyArn } = driver;
    expect(history.acknowledged).toBeGreaterThan(kills * 5);
    expect(await check({ history, policyArn, url, root, accountId, keys: 200 })).toEqual(kept);
  });

  test('every change that was answered has its call record, once (docs/operations.md: what is promised)', async () => {
    const { cloudtrail } = clientsFor(server.url, server.root);
    const changes = driver.history.answers.filter(({ operation, status }) => status === 200 && isChange(operation));
    expect(changes.length).toBeGreaterThan(kills * 5);
    expect(await unrecorded(changes, () => recordedBy(cloudtrail))).toEqual([]);
  });
});

test('a second process on the same data is refused and says why; the first goes on', async () => {
  const server = await Server.start();
  try {
    const second = server.launch('0');
    let said = '';
    second.stderr?.on('data', (chunk) => (said += String(chunk)));
    const [code] = (await once(second, 'exit')) as [number];
    expect(code).toBe(1);
    expect(said).toMatch(/^muniment: data directory `\S+` is in use by another muniment: process \d+$/m);
    expect((await clientsFor(server.url, server.root).sts.getCallerIdentity({})).Account).toBe(server.accountId);
  } finally {
    await server.dispose();
  }
});

test('stopped and started again, it knows everything, and old credentials and pages go on', async () => {
  const server = await Server.start();
  try {
    const root = clientsFor(server.url, server.root);
    const ada = await person(server.url, root, 'ada', statement('Allow', 'iam:ListUsers'));
    await person(server.url, root, 'bob');
    const { Marker } = await ada.iam.listUsers({ MaxItems: 1 });
    expect((await server.stop()).code).toBe(0);
    await server.start();
    expect((await ada.iam.listUsers({ Marker })).Users).toHaveLength(1);
    expect((await refusal(ada.iam.listRoles({}))).name).toBe('AccessDenied');
  } finally {
    await server.dispose();
  }
});

test('in memory nothing is kept', async () => {
  const server = await Server.start({ memory: true });
  try {
    const root = clientsFor(server.url, server.root);
    await root.iam.createUser({ UserName: 'ada' });
    expect((await server.stop()).code).toBe(0);
    expect(readdirSync(server.dataDirectory)).toEqual([]);
    await server.start();
    expect((await refusal(root.iam.getUser({ UserName: 'ada' }))).name).toBe('NoSuchEntityException');
  } finally {
    await server.dispose();
  }
});
