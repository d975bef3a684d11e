/** R1: whatever is killed, whenever: what was acknowledged stays, once and whole. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { needsServer } from '@muniment/testing';
import { Cluster } from './cluster.testing.js';
import type { Driver } from './driver.testing.js';
import { kill, Nemesis } from './nemesis.testing.js';
import { Random } from './random.testing.js';
import type { ServiceName } from './replica.testing.js';
import { drive, enginesMustRun, finish, mustHold, times } from './trial.testing.js';

needsServer('nats');
needsServer('redis');

const kills = Number(process.env['MUNIMENT_TEST_KILLS'] ?? times(6, 200));
/** In the short form few: starts shall not compete with them for the processors. */
const clients = times(4, 4);
const kinds: readonly ServiceName[] = ['directory', 'credentials', 'gateway', 'audit', 'decisions', 'sts'];
const readyWithin = 5000;
/** On a machine that is busy with other things, all starts are slow: so many times one in peace is then the bound. */
const slowness = 6;
jest.setTimeout(240_000 + kills * 20_000);

describe(`R1: ${kills} kills of one service or another, with ${clients} clients writing`, () => {
  let cluster: Cluster;
  let driver: Driver;
  let nemesis: Nemesis;
  let inPeace: number;

  beforeAll(async () => {
    cluster = await Cluster.start();
    const random = new Random();
    const calm = new Nemesis(cluster, random);
    await calm.inflict(kill(cluster.one('directory')), 0);
    inPeace = calm.longest;
    driver = await drive(cluster, random);
    nemesis = new Nemesis(cluster, random.branch());
    driver.work(clients);
    await nemesis.strike(kinds, kills, kill, () => driver.progress(5));
    await driver.progress(5);
    await driver.stop();
  });
  afterEach(() => enginesMustRun(cluster));
  afterAll(() => finish(cluster));

  test('each is ready again within five seconds', () => {
    process.stdout.write(
      `R1: ${kills} kills, ${driver.history.figures}; ready again after ${Math.round(nemesis.longest)} ms at most ` +
        `(in peace: ${Math.round(inPeace)} ms)\n`,
    );
    expect(nemesis.happened).toHaveLength(kills);
    expect(nemesis.longest).toBeLessThan(Math.max(readyWithin, slowness * inPeace));
  });

  test('nothing acknowledged is lost or half done, and every answer is recorded once', async () => {
    expect(driver.history.acknowledged).toBeGreaterThanOrEqual(kills * 5);
    await mustHold(cluster, driver);
  });
});
