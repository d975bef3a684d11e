import type { Options } from '../options.js';
import type { Installation } from '../server/installation.js';
import { seed, withInstallation, withServer } from '../server/running.js';
import type { Row, Table } from '../table.js';
import type { Bench } from './bench.js';

const accounts = 20;
const usersPerAccount = 5000;
const acceptSeconds = 3;
/** Of making read models anew (reliability R7). */
const acceptRebuildSeconds = 60;
/** Starts with read models there; the median counts. Making them anew takes longer and is done once. */
const starts = 3;

async function run({ profile }: Options): Promise<readonly Table[]> {
  return withInstallation(1, async (installation) => {
    const seeding = performance.now();
    await seed(
      installation,
      Array.from({ length: accounts }, (_, index) => ({
        account: String(222_200_000_000 + index),
        users: usersPerAccount,
      })),
    );
    const seeded = (performance.now() - seeding) / 1000;
    installation.forgetReadModels();
    const rebuilt = await secondsToReady(installation, profile);
    const present: number[] = [];
    for (let count = 0; count < starts; count++) present.push(await secondsToReady(installation, profile));
    const rows = [
      row('read models there', present, acceptSeconds),
      row('read models deleted: made anew from the log', [rebuilt], acceptRebuildSeconds),
    ];
    return [{ title: title(), columns, rows, notes: [`seeding took ${seeded.toFixed(1)} s`] }];
  });
}

const title = () =>
  `start: ${(accounts * usersPerAccount).toLocaleString('en-US')} users in the log, until /readyz answers 200`;

const columns: Table['columns'] = [
  { key: 'state', heading: 'state' },
  { key: 'median', heading: 'median s', decimals: 2 },
  { key: 'longest', heading: 'longest s', decimals: 2 },
  { key: 'accept', heading: 'accept s', decimals: 1 },
  { key: 'verdict', heading: 'verdict' },
];

function row(state: string, seconds: readonly number[], accept: number): Row {
  const ascending = [...seconds].sort((a, b) => a - b);
  const median = ascending[Math.floor(ascending.length / 2)] ?? 0;
  return {
    state,
    median,
    longest: ascending.at(-1),
    accept,
    verdict: median <= accept ? 'accepted' : 'missed',
  };
}

const secondsToReady = (installation: Installation, profile: string | undefined): Promise<number> =>
  withServer(installation, (server) => Promise.resolve(server.readyAfter / 1000), profile);

/** How long a start takes with a long log. */
export const start: Bench = { name: 'start', run };
