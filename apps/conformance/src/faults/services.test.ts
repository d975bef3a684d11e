/** R25, and requirements of section 1.5: all services of the control plane are away at once, the data plane goes on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { needsServer, Slowness } from '@muniment/testing';
import { unique } from '../harness/clients.js';
import { Cluster } from './cluster.testing.js';
import { reasons } from './complaints.testing.js';
import { until, well } from './health.testing.js';
import { answersIn, Load, long, longest, tell, wrong } from './load.testing.js';
import { dataPlane, type People, populate } from './people.testing.js';
import type { Service } from './replica.testing.js';
import { enginesMustRun, finish, mustBeRecorded } from './trial.testing.js';

needsServer('nats');
needsServer('redis');
jest.setTimeout(long ? 3_600_000 : 240_000);

const outage = long ? 60_000 : 4000;

let cluster: Cluster;
let people: People;
let slowness: Slowness;
beforeAll(async () => {
  cluster = await Cluster.start();
  people = await populate(cluster);
  // Keys that a gateway has never met are the credentials service's to tell.
  for (const call of Object.values(dataPlane(people))) await call();
  slowness = new Slowness();
});
afterEach(() => enginesMustRun(cluster));
afterAll(async () => {
  slowness?.stop();
  await finish(cluster);
});

const controlPlane = (): Service[] => (['directory', 'credentials', 'audit'] as const).map((name) => cluster.one(name));
const all = (act: (service: Service) => unknown) => Promise.all(controlPlane().map(async (service) => act(service)));

test.each([
  {
    how: 'killed',
    away: () => all(({ process }) => process.kill()),
    back: () => all(({ process }) => process.restart()),
    // Nobody listens, which is known at once.
    refusedWithin: 1000,
  },
  {
    how: 'frozen',
    away: () => all(({ process }) => process.pause()),
    back: () => all(({ process }) => process.resume()),
    // Whoever is silent may be busy: it is asked for longer.
    refusedWithin: 3500,
  },
])(
  'R25 directory, credentials and audit $how: who is known goes on, changes are refused, every call is recorded',
  async ({ how, away, back, refusedWithin }) => {
    const { root } = people;
    const { iam } = cluster.clients();
    await away();
    const load = new Load(dataPlane(people));
    const changes = new Load({ CreateUser: () => iam.createUser({ UserName: unique('late') }) });
    await sleep(outage);
    const refused = await changes.stop();
    await back();
    const healthy = await until(() => well(cluster.services), 60_000);
    const outcomes = await load.stop();
    tell(`R25 control plane ${how}`, {
      'data plane calls': outcomes.length,
      'longest ms': longest(outcomes),
      'changes refused': refused.length,
      'longest refusal ms': longest(refused),
      'well again after ms': healthy,
    });
    expect(outcomes.length).toBeGreaterThan(20);
    expect(reasons(cluster, outcomes)).toEqual([]);
    expect(wrong(refused)).toEqual([]);
    expect(refused.filter(({ error }) => error === undefined)).toEqual([]);
    expect(longest(refused)).toBeLessThan(slowness.bound(refusedWithin));
    await root.iam.createUser({ UserName: unique('after') });
    await mustBeRecorded(cluster, answersIn([...outcomes, ...refused]));
  },
);
