import type { Target } from '../../driver/lane.js';
import type { Options } from '../../options.js';
import type { Platform } from '../../server/platform.js';
import { withInstallation, withPlatform } from '../../server/running.js';
import { underLoad } from '../../server/under-load.js';
import type { Row, Table } from '../../table.js';
import type { Bench } from '../bench.js';
import { chosen, requestsOf } from '../operations.js';
import { atRest } from './at-rest.js';
import { makeCallers } from './callers.js';
import { logNames } from './log-names.js';

/** Replicas of gateway and of decisions. */
const sets: readonly (readonly [number, number])[] = [
  [1, 1],
  [2, 1],
  [4, 1],
  [1, 2],
  [1, 4],
  [4, 4],
];
const measured = ['GetUser', 'CreateUser'];

const columns: Table['columns'] = [
  { key: 'gateways', heading: 'gateway' },
  { key: 'deciders', heading: 'decisions' },
  ...measured.flatMap((operation) => [
    { key: `${operation} rate`, heading: `${operation}/s` },
    { key: `${operation} p99`, heading: 'p99 ms' },
    { key: `${operation} cpu`, heading: 'µs/request' },
  ]),
  { key: 'rest', heading: 'at rest, CPU ms/s', decimals: 1 },
  { key: 'memory', heading: 'MB, no file' },
];

async function run(options: Options): Promise<readonly Table[]> {
  const rows: Row[] = [];
  for (const [gateways, deciders] of sets) {
    const replicas = `gateway=${gateways},decisions=${deciders}`;
    await withInstallation(1 + options.rounds + 1, (installation) =>
      withPlatform(installation, { ...options, replicas }, async (platform) => {
        const callers = await makeCallers(platform, installation.accounts);
        const rest = (await atRest(platform))['sum'] ?? 0;
        const row: Record<string, number> = { gateways, deciders, rest: rest / 1000 };
        for (const measurement of chosen({ ...options, operations: measured })) {
          const { operation, lanes } = measurement;
          const requests = (round: number) => requestsOf(platform.targets[0] as Target, measurement, callers, round);
          const { rate, p99, cpu, firstError } = await underLoad(platform, { ...options, lanes, requests });
          if (firstError !== undefined) throw new Error(firstError);
          Object.assign(row, {
            [`${operation} rate`]: rate,
            [`${operation} p99`]: p99,
            [`${operation} cpu`]: cpu['sum'],
          });
        }
        rows.push({ ...row, memory: memoryOf(platform) });
      }),
    );
  }
  const title = `replicas on one machine: what more of them cost, services and NATS; log: ${logNames[options.log]}`;
  const notes = ['on a machine whose processors are all busy more replicas add cost and no throughput'];
  return [{ title, columns, rows, notes }];
}

const memoryOf = ({ memory }: Platform): number => memory.reduce((sum, { anonymous }) => sum + anonymous, 0);

/** Cost of a call against the number of gateways and deciders. */
export const replicas: Bench = { name: 'replicas', run };
