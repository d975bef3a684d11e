import { Lane } from '../../driver/lane.js';
import { median, percentile } from '../../driver/load.js';
import { signedCall } from '../../driver/query-call.js';
import type { Response } from '../../driver/response-reader.js';
import type { Options } from '../../options.js';
import type { Account } from '../../server/installation.js';
import type { Platform } from '../../server/platform.js';
import { readiness } from '../../server/readiness.js';
import { withInstallation, withPlatform } from '../../server/running.js';
import type { Row, Table } from '../../table.js';
import type { Bench } from '../bench.js';
import { logNames } from './log-names.js';

const replicas = [1, 2, 4];
/** One after the other. */
const changesPerRound = 40;
const acceptP99 = 1000;
const patience = 10_000;
const userName = 'bench-changed';

const columns: Table['columns'] = [
  { key: 'replicas', heading: 'decisions' },
  { key: 'changes', heading: 'changes' },
  { key: 'write', heading: 'write p50 ms', decimals: 1 },
  { key: 'p50', heading: 'all know p50 ms', decimals: 1 },
  { key: 'p99', heading: 'p99 ms', decimals: 1 },
  { key: 'longest', heading: 'longest ms', decimals: 1 },
  { key: 'accept', heading: 'accept p99 ms' },
  { key: 'verdict', heading: 'verdict' },
];

async function run(options: Options): Promise<readonly Table[]> {
  const rows: Row[] = [];
  for (const count of replicas) {
    await withInstallation(1, (installation) =>
      withPlatform(installation, { ...options, replicas: `decisions=${count}` }, async (platform) => {
        rows.push(await propagated(platform, installation.accounts[0] as Account, options.rounds * changesPerRound));
      }),
    );
  }
  const title = `propagation: from the answer to a policy change until every decisions replica has it; log: ${logNames[options.log]}`;
  const notes = ['seen by asking each replica how far it is, over and over: what asking takes is in the figures'];
  return [{ title, columns, rows, notes }];
}

async function propagated(platform: Platform, { root }: Account, changes: number): Promise<Row> {
  const [target] = platform.targets;
  if (!target) throw new Error('there is no gateway');
  const deciders = platform.urls('decisions');
  const lane = await Lane.open(target, { keepsBodies: true });
  const call = (action: string, parameters: Readonly<Record<string, string>>) =>
    positionAfter(lane, signedCall({ service: 'iam', action, parameters }, root, target));
  const waits: number[] = [];
  const writes: number[] = [];
  try {
    await call('CreateUser', { UserName: userName });
    for (let change = 0; change < changes; change++) {
      const document = {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: `iam:Get${change}*`, Resource: '*' },
      };
      const begun = performance.now();
      const position = await call('PutUserPolicy', {
        UserName: userName,
        PolicyName: 'changed',
        PolicyDocument: JSON.stringify(document),
      });
      const written = performance.now();
      await Promise.all(deciders.map((url) => untilReached(url, position)));
      waits.push(performance.now() - written);
      writes.push(written - begun);
    }
  } finally {
    lane.close();
  }
  const ascending = Float64Array.from(waits).sort();
  const p99 = percentile(ascending, 0.99);
  return {
    replicas: deciders.length,
    changes,
    write: median(writes),
    p50: percentile(ascending, 0.5),
    p99,
    longest: ascending.at(-1),
    accept: acceptP99,
    verdict: p99 <= acceptP99 ? 'accepted' : 'missed',
  };
}

/** Sends a write; the position that its answer tells. */
async function positionAfter(lane: Lane, request: Buffer): Promise<number> {
  const { status, body, head } = await new Promise<Response>((resolve, reject) => lane.send(request, resolve, reject));
  const position = /\r\nx-muniment-position: *(\d+)/i.exec(head)?.[1];
  if (status !== 200 || position === undefined) throw new Error(`a change failed: ${status} ${body}`);
  return Number(position);
}

async function untilReached(url: string, position: number): Promise<void> {
  const end = performance.now() + patience;
  while (Number((await readiness(url))['read model directory']?.['position'] ?? 0) < position)
    if (performance.now() > end) throw new Error(`${url} has not reached ${position} within ${patience} ms`);
}

/** How soon a policy change is known wherever it is decided by. */
export const propagation: Bench = { name: 'propagation', run };
