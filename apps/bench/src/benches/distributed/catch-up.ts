import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { directory } from '@muniment/directory/contract';
import { openEventLog } from '@muniment/eventlog-lmdb';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import { openReadModels } from '@muniment/readmodel-lmdb';
import { openRedis } from '@muniment/readmodel-redis';
import { type EventLog, type Projection, Projector, type ReadModels, SharedProjector } from '@muniment/runtime';
import { median } from '../../driver/load.js';
import type { Options } from '../../options.js';
import { withInstallation } from '../../server/running.js';
import { startRedis } from '../../server/redis.js';
import { writeUsers } from '../../server/seed.js';
import { type Row, type Table, verdictOf } from '../../table.js';
import type { Bench } from '../bench.js';

const accounts = 20;
const usersPerAccount = 5000;
const events = accounts * usersPerAccount;
const longest = 600_000;

/** Read models that are open, and the CPU time that they take beside this process. */
interface Opened {
  readonly readModels: ReadModels;
  readonly otherCpu: () => number;
  readonly close: () => Promise<void>;
}

/** Where rows are made. */
interface Store {
  readonly name: string;
  readonly aim: number;
  readonly shared: boolean;
  readonly open: (path: string) => Promise<Opened>;
}

const stores: readonly Store[] = [
  {
    name: 'LMDB',
    aim: 20_000,
    shared: false,
    open: async (path) => {
      const readModels = await openReadModels({ path });
      return { readModels, otherCpu: () => 0, close: () => readModels.close() };
    },
  },
  {
    name: 'Redis',
    aim: 10_000,
    shared: true,
    open: async (path) => {
      mkdirSync(path);
      const server = await startRedis(path);
      const readModels = openRedis({ url: server.url, holder: 'bench' });
      const close = async () => {
        await readModels.close();
        await server.stop();
      };
      return { readModels, otherCpu: () => server.cpu, close };
    },
  },
];

const columns: Table['columns'] = [
  { key: 'log', heading: 'log' },
  { key: 'rows', heading: 'rows' },
  { key: 'rate', heading: 'events/s' },
  { key: 'slowest', heading: 'slowest' },
  { key: 'cpu', heading: 'CPU µs/event', decimals: 1 },
  { key: 'otherCpu', heading: "of Redis's own", decimals: 1 },
  { key: 'aim', heading: 'aim' },
  { key: 'verdict', heading: 'verdict' },
];

async function run({ rounds }: Options): Promise<readonly Table[]> {
  return withInstallation(1, async ({ path, eventLog }) => {
    const populations = Array.from({ length: accounts }, (_, index) => ({
      account: String(222_200_000_000 + index),
      users: usersPerAccount,
    }));
    const logs: readonly [string, EventLog][] = [
      ['memory', new MemoryEventLog()],
      ['LMDB', await openEventLog({ path: eventLog })],
    ];
    const rows: Row[] = [];
    for (const [log, eventLogOf] of logs) {
      await writeUsers(eventLogOf, populations);
      for (const store of stores) {
        const folder = () => join(mkdtempSync(join(path, 'rows-')), 'rows');
        const caught: CaughtUp[] = [];
        for (let round = 0; round < rounds; round++) caught.push(await catchUp(eventLogOf, store, folder()));
        rows.push(row(log, store, caught));
      }
      await eventLogOf.close();
    }
    const title = `catch-up: ${events.toLocaleString('en-US')} events of ${accounts} accounts, from nothing; median of ${rounds}`;
    return [{ title, columns, rows }];
  });
}

interface CaughtUp {
  readonly seconds: number;
  readonly cpu: number;
  readonly otherCpu: number;
}

async function catchUp(log: EventLog, { shared, open }: Store, path: string): Promise<CaughtUp> {
  const { readModels, otherCpu, close } = await open(path);
  const projection = directory as unknown as Projection;
  const projector = shared
    ? new SharedProjector(projection, log, readModels)
    : new Projector(projection, log, readModels);
  const head = await log.head();
  try {
    const started = performance.now();
    const before = process.cpuUsage();
    const otherBefore = otherCpu();
    await projector.start();
    if (!(await projector.reached(head, longest))) throw new Error('the projection did not catch up');
    const { user, system } = process.cpuUsage(before);
    return {
      seconds: (performance.now() - started) / 1000,
      cpu: user + system,
      otherCpu: otherCpu() - otherBefore,
    };
  } finally {
    await projector.stop();
    await close();
    rmSync(path, { recursive: true, force: true });
  }
}

function row(log: string, { name, aim }: Store, caught: readonly CaughtUp[]): Row {
  const rates = caught.map(({ seconds }) => events / seconds);
  const rate = median(rates);
  return {
    log,
    rows: name,
    rate,
    slowest: Math.min(...rates),
    cpu: median(caught.map(({ cpu, otherCpu }) => (cpu + otherCpu) / events)),
    otherCpu: median(caught.map(({ otherCpu }) => otherCpu / events)),
    aim,
    verdict: verdictOf(rate, aim, aim),
  };
}

/** How fast rows are made anew from the log. */
export const catchingUp: Bench = { name: 'catch-up', run };
