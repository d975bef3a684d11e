/** R9 and R10: the bus, or the store, is away or holds its connections and says nothing. Real NATS, doubled store. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { needsServer, Slowness } from '@muniment/testing';
import { unique } from '../harness/clients.js';
import { Cluster } from './cluster.testing.js';
import { reasons } from './complaints.testing.js';
import { pids, readiness, until, well } from './health.testing.js';
import { answersIn, Load, long, longest, type Outcome, percentile, tell, wrong } from './load.testing.js';
import { dataPlane, type People, populate } from './people.testing.js';
import { finish, mustBeRecorded } from './trial.testing.js';

needsServer('redis');
needsServer('nats');
jest.setTimeout(long ? 3_600_000 : 240_000);

const outage = long ? 600_000 : 4000;
/** Of silence the first second goes by unnoticed, and of what is asked in the last the answer comes after it. */
const silence = long ? 600_000 : 7000;

let cluster: Cluster;
let people: People;
let before: (number | undefined)[];
let slowness: Slowness;
/** Names of users whose creation was acknowledged. */
const created: string[] = [];
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

/** One call of each service, among them a change that must not be lost once it is acknowledged. */
const everyService = () => {
  const { iam, cloudtrail } = people.root;
  return {
    ...dataPlane(people),
    CreateUser: async () => {
      const UserName = unique('acknowledged');
      const answer = await iam.createUser({ UserName });
      created.push(UserName);
      return answer;
    },
    GetUser: () => people.reader.iam.getUser({}),
    ListAccessKeys: () => people.reader.iam.listAccessKeys({}),
    LookupEvents: () => cloudtrail.lookupEvents({ MaxResults: 1 }),
  };
};

/** When each kind of call was answered for the first time after a moment, in milliseconds from there. */
const firstAnswers = (load: Load, from: number): number[] =>
  Object.keys(everyService()).map((name) => {
    const first = load.of(name).find(({ sent, error }) => sent >= from && !error);
    return first ? first.sent + first.milliseconds - from : Number.POSITIVE_INFINITY;
  });

/** What was acknowledged is there, and whatever was answered, refusals too, is recorded once. */
async function nothingIsMissing(outcomes: readonly Outcome[]): Promise<void> {
  const { iam } = people.root;
  for (const UserName of created) await iam.getUser({ UserName });
  await mustBeRecorded(cluster, answersIn(outcomes));
}

test('R9 NATS killed, and back: all go on without a restart, nothing acknowledged is missing', async () => {
  const load = new Load(everyService());
  await sleep(1000);
  await cluster.nats.kill();
  const gone = performance.now();
  await sleep(outage);
  const unready = await readiness(cluster.one('gateway'));
  await cluster.nats.restart();
  const back = performance.now();
  await until(async () => firstAnswers(load, back).every(Number.isFinite), 15_000);
  const usable = firstAnswers(load, back);
  const repaired = await until(() => well(cluster.services), 20_000).then(() => performance.now() - back);
  await load.stop();
  const during = load.outcomes.filter(({ sent }) => sent > gone && sent < back - 1000);
  expect(wrong(load.outcomes)).toEqual([]);
  expect(unready.status).toBe('unavailable');
  expect(unready.checks['bus']).toMatchObject({ ok: false });
  // A question that was on its way when the bus went is asked again until nobody waits any more.
  expect(longest(during)).toBeLessThan(slowness.bound(3500));
  expect(Math.max(...usable)).toBeLessThan(slowness.bound(2000));
  expect(repaired).toBeLessThan(slowness.bound(5000));
  expect(pids(cluster.services)).toEqual(before);
  await nothingIsMissing(load.outcomes);
  tell(`R9 NATS away for ${outage / 1000} s`, {
    'refusals meanwhile': during.length,
    'longest ms': longest(during),
    'every service usable again after ms': Math.max(...usable),
    'no lag anywhere after ms': repaired,
    'changes acknowledged': created.length,
    'answers recorded once': answersIn(load.outcomes).length,
    lost: 0,
  });
});

const dataPlaneOperations = ['GetCallerIdentity', 'AssumeRole', 'GetSessionToken'];
const all = (engine: 'nats' | 'store') => cluster.paths(engine);

test.each([
  ['NATS stopped by SIGSTOP', 'bus', () => cluster.nats.pause(), async () => cluster.nats.resume(), [] as string[]],
  [
    'NATS behind a black hole',
    'bus',
    () => Promise.all(all('nats').map((path) => path.blackHole())),
    () => Promise.all(all('nats').map((path) => path.pass())),
    [] as string[],
  ],
  [
    'the store stopped by SIGSTOP',
    'log',
    () => cluster.store.pause(),
    async () => cluster.store.resume(),
    dataPlaneOperations,
  ],
  [
    'the store behind a black hole',
    'log',
    () => Promise.all(all('store').map((path) => path.blackHole())),
    () => Promise.all(all('store').map((path) => path.pass())),
    dataPlaneOperations,
  ],
])('R10 %s: noticed, refused in time, well afterwards', async (what, check, breakIt, mend, goOn) => {
  const load = new Load(everyService());
  await sleep(500);
  await breakIt();
  const broken = performance.now();
  const noticed = until(async () => !(await readiness(cluster.one('directory'))).checks[check]?.ok, 10_000);
  await sleep(silence);
  const noticedAfter = await noticed;
  await mend();
  const mended = performance.now();
  await until(async () => firstAnswers(load, mended).every(Number.isFinite), 20_000);
  const usable = firstAnswers(load, mended);
  await load.stop();
  await until(() => well(cluster.services), 20_000);
  const during = load.outcomes.filter(({ sent }) => sent > broken && sent < mended - 1500);
  expect(wrong(load.outcomes)).toEqual([]);
  for (const name of goOn)
    expect(
      reasons(
        cluster,
        during.filter((outcome) => outcome.name === name),
      ),
    ).toEqual([]);
  const refused = during.filter(({ error }) => error);
  const known = refused.filter(({ sent }) => sent > broken + Math.max(1000, noticedAfter));
  expect(known.length).toBeGreaterThan(0);
  const median = percentile(
    known.map(({ milliseconds }) => milliseconds),
    50,
  );
  expect(median).toBeLessThan(slowness.bound(1000));
  // A gateway whose question nobody answers asks again: on a busy machine the answer may come too late for it.
  expect(longest(refused)).toBeLessThan(slowness.bound(3500));
  expect(pids(cluster.services)).toEqual(before);
  await nothingIsMissing(load.outcomes);
  tell(`R10 ${what} for ${silence / 1000} s`, {
    'noticed after ms': noticedAfter,
    refused: refused.length,
    'median ms': median,
    'longest ms': longest(known),
    'longest while nobody knew ms': longest(refused),
    answered: during.length - refused.length,
    'every service usable again after ms': Math.max(...usable),
  });
});
