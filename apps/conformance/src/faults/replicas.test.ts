/** Two replicas of each service: what they do at the same time (R17, R18), and one of them without the other (R23, R25). */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { IAM } from '@aws-sdk/client-iam';
import { needsServer, Slowness } from '@muniment/testing';
import { type Clients, clientsFor, patientAttempts, unique } from '../harness/clients.js';
import { Cluster } from './cluster.testing.js';
import { explained } from './complaints.testing.js';
import { Doors } from './doors.testing.js';
import { bothTags, type Driver } from './driver.testing.js';
import { type Entry, History } from './history.testing.js';
import { long } from './load.testing.js';
import { kill, Nemesis, whenReady } from './nemesis.testing.js';
import { Random } from './random.testing.js';
import type { ServiceName } from './replica.testing.js';
import { Steady } from './steady.testing.js';
import { drive, enginesMustRun, finish, mustBeRecorded, mustHold, times } from './trial.testing.js';

needsServer('nats');
needsServer('redis');

jest.setTimeout(long ? 3_600_000 : 300_000);

const writers = 64;
/** On one account at a time: how long each waits for its turn is up to the machine. */
const rivals = long ? writers : 16;
/** For how long a writer goes on who has not come through once. */
const patience = 10_000;
/** What the short form asks for leaves two processors time to start processes. */
const perSecond = long ? 200 : 30;
/** R23 allows ten seconds; after eight a process ends itself, whatever is under way, and that is no good end. */
const endsWithin = 10_000;

let cluster: Cluster;
let driver: Driver;
let random: Random;
let urls: string[];
beforeAll(async () => {
  const replicas = { gateway: 2, directory: 2, credentials: 2, sts: 2, decisions: 2, audit: 2 };
  cluster = await Cluster.start({ replicas });
  urls = cluster.of('gateway').map(({ url }) => url);
  random = new Random();
  driver = await drive(cluster, random);
});
afterEach(() => enginesMustRun(cluster));
afterAll(() => finish(cluster));

const doorsFor = (home: number, history: History, attempts = 1) => new Doors({ urls, history, home, attempts });
const failed = (entries: readonly Entry[]) => entries.filter(({ outcome }) => outcome !== 'ok');
/** For what is prepared and looked at, and not what is tested. */
const patient = (): IAM => clientsFor(cluster.url(), cluster.root, patientAttempts).iam;
/** What a client may try again. */
const retryable = ({ error }: Entry) => /^(?:ServiceUnavailable|ConcurrentModification)/.test(error?.name ?? '');

test('R17: writers of one account over two replicas all come through', async () => {
  const { history } = driver;
  const seconds = times(2, 20);
  const slowness = new Slowness();
  const end = performance.now() + seconds * 1000;
  const done = await Promise.all(Array.from({ length: rivals }, (_, home) => writeUntil(end, doorsFor(home, history))));
  slowness.stop();
  const longest = Math.max(...history.entries.map(({ milliseconds }) => milliseconds));
  const bound = slowness.bound(long ? 2000 : 4000);
  process.stdout.write(
    `R17: ${rivals} writers, ${history.figures}, ${Math.round(history.acknowledged / seconds)}/s, ` +
      `longest ${Math.round(longest)} ms (bound ${Math.round(bound)} ms), fewest of one writer ${Math.min(...done)}\n`,
  );
  expect(
    explained(
      cluster,
      failed(history.entries).filter((entry) => !retryable(entry)),
    ),
  ).toEqual([]);
  expect(Math.min(...done)).toBeGreaterThan(0);
  expect(longest).toBeLessThan(bound);
});

/** Makes a user and changes it as fast as it goes; another one when nobody knows what has become of it. */
async function writeUntil(end: number, doors: Doors): Promise<number> {
  const { history } = driver;
  let done = 0;
  let user: string | undefined;
  while (performance.now() < end || (done === 0 && performance.now() < end + patience)) {
    const value = `tag-${done}`;
    const UserName: string = user ?? unique('User');
    const entry = history.begin({ operation: user ? 'TagUser' : 'CreateUser', user: UserName, value });
    const Tags = bothTags(value);
    await doors.call<unknown>(entry, cluster.root, ({ iam }) =>
      user ? iam.tagUser({ UserName, Tags }) : iam.createUser({ UserName, Tags }),
    );
    if (entry.outcome === 'ok') done++;
    user = entry.outcome === 'ok' || (user && entry.outcome === 'fail') ? UserName : undefined;
  }
  return done;
}

test('R18: of those who create one name in any case exactly one wins', async () => {
  const rounds = times(1, 500);
  // On a busy machine all of them may be told to try again: then somebody has to.
  const doors = Array.from({ length: writers }, (_, writer) => doorsFor(writer, new History(), patientAttempts));
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    const history = new History();
    const name = unique('Taken');
    const entries = doors.map((_, writer) => {
      const user = writer % 3 === 0 ? name : writer % 3 === 1 ? name.toUpperCase() : name.toLowerCase();
      return history.begin({ operation: 'CreateUser', user });
    });
    await Promise.all(
      entries.map((entry, writer) =>
        (doors[writer] as Doors).call(entry, cluster.root, ({ iam }) => iam.createUser({ UserName: entry.user })),
      ),
    );
    const losers = failed(entries);
    const taken = ({ error }: Entry) => error?.name === 'EntityAlreadyExistsException';
    expect(
      explained(
        cluster,
        losers.filter((entry) => !taken(entry) && !retryable(entry)),
      ),
    ).toEqual([]);
    const { User } = await patient().getUser({ UserName: name });
    const [winner, ...others] = entries.filter(({ outcome }) => outcome === 'ok');
    expect(others).toEqual([]);
    // Whoever was only told to try again may have been the one.
    const winners = winner ? [winner] : losers.filter(retryable);
    expect(winners.map(({ user }) => user)).toContain(User?.UserName);
    refused += losers.length;
  }
  process.stdout.write(`R18: ${rounds} rounds of ${writers}, one winner each, ${refused} refused\n`);
});

test('R18: a quota holds to the last one', async () => {
  const rounds = times(1, 500);
  for (let round = 0; round < rounds; round++) {
    const history = new History();
    const UserName = unique('Quota');
    await patient().createUser({ UserName });
    const entries = await Promise.all(
      Array.from({ length: 16 }, async (_, writer) => {
        const entry = history.begin({ operation: 'CreateAccessKey', user: UserName });
        await doorsFor(writer, history, patientAttempts).call(entry, cluster.root, ({ iam }) =>
          iam.createAccessKey({ UserName }),
        );
        return entry;
      }),
    );
    expect((await patient().listAccessKeys({ UserName })).AccessKeyMetadata).toHaveLength(2);
    const refused = entries.filter(({ error }) => error?.name === 'LimitExceededException').length;
    const unknown = entries.filter(({ outcome }) => outcome === 'unknown').length;
    const made = entries.filter(({ outcome }) => outcome === 'ok').length;
    expect({
      refused: refused >= 14 - unknown,
      made: made <= 2 && made + unknown >= 2,
      sum: made + unknown + refused,
    }).toEqual({
      refused: true,
      made: true,
      sum: 16,
    });
  }
  process.stdout.write(`R18: ${rounds} rounds of 16 for 2 access keys, 2 each\n`);
});

const decisions = {
  AssumeRole: ({ sts }: Clients) => sts.assumeRole({ RoleArn: driver.roleArn, RoleSessionName: 'steady' }),
  GetCallerIdentity: ({ sts }: Clients) => sts.getCallerIdentity({}),
  GetUser: ({ iam }: Clients) => iam.getUser({}),
};

test.each<ServiceName>(['gateway', 'directory', 'decisions'])(
  'R23: a %s that is told to stop fails nobody',
  async (name) => {
    const subjects = Array.from({ length: 16 }, () => unique('Subject'));
    const iam = patient();
    await Promise.all(subjects.map((UserName) => iam.createUser({ UserName })));
    const steady = new Steady({
      urls,
      perSecond,
      // As the SDKs do it; the long run, on a machine of its own, wants none to be needed.
      elsewhere: long ? 0 : 2,
      credentials: driver.admin,
      calls: {
        ...decisions,
        // Of one user after another: whose tags change all the time, nobody can be authorized by them.
        TagUser: ({ iam }, count) =>
          iam.tagUser({
            UserName: subjects[(count >> 2) % subjects.length],
            Tags: [{ Key: 'count', Value: `${count}` }],
          }),
      },
    });
    const service = cluster.one(name, 2);
    await sleep(times(500, 2));
    const asked = performance.now();
    const how = await service.process.kill('SIGTERM');
    const ended = performance.now() - asked;
    await sleep(times(500));
    const { perSecond: rate } = steady;
    await steady.stop();
    await service.process.restart();
    await whenReady(service);
    const { failures, history } = steady;
    process.stdout.write(
      `R23: ${name} ended in ${Math.round(ended)} ms at ${rate} calls/s, ${failures.length} of ${history.entries.length} failed, ` +
        `${history.entries.filter(({ attempts }) => attempts > 1).length} were tried again\n`,
    );
    expect(explained(cluster, failures)).toEqual([]);
    expect(how).toBe('0');
    expect(ended).toBeLessThan(endsWithin);
    await mustBeRecorded(cluster, history.answers);
  },
);

test('R25: decisions go on when one replica of a service is gone, whichever it is', async () => {
  const nemesis = new Nemesis(cluster, random.branch());
  const steady = new Steady({ urls, perSecond, credentials: driver.admin, calls: decisions, elsewhere: 2 });
  await sleep(500);
  for (const name of ['gateway', 'directory', 'credentials', 'sts', 'decisions', 'audit'] as const) {
    await nemesis.inflict(kill(cluster.one(name, 1)), long ? 60_000 : 500);
  }
  const { perSecond: rate } = steady;
  await steady.stop();
  const { failures, history } = steady;
  const { length } = history.entries;
  process.stdout.write(
    `R25: ${nemesis.happened.length} replicas killed at ${rate} calls/s, ${failures.length} of ${length} failed, ${history.figures}\n`,
  );
  // One of ten thousand may fail, or one alone.
  expect(explained(cluster, failures.slice(0, -Math.max(1, Math.floor(length / 10_000))))).toEqual([]);
  await mustBeRecorded(cluster, history.answers);
});

test('R28: and nothing that was acknowledged meanwhile is lost', async () => {
  expect(driver.history.acknowledged).toBeGreaterThanOrEqual(rivals);
  await mustHold(cluster, driver);
});
