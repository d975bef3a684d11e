import type { Target } from '../../driver/lane.js';
import type { Options } from '../../options.js';
import { withInstallation, withPlatform } from '../../server/running.js';
import { underLoad } from '../../server/under-load.js';
import type { Row, Table } from '../../table.js';
import type { Bench } from '../bench.js';
import { atRest } from './at-rest.js';
import { makeCallers } from './callers.js';
import { logNames } from './log-names.js';
import { chosen, requestsOf } from '../operations.js';

const columns: Table['columns'] = [
  { key: 'operation', heading: 'operation' },
  { key: 'lanes', heading: 'lanes' },
  { key: 'rate', heading: 'requests/s' },
  { key: 'p50', heading: 'p50 ms', decimals: 2 },
  { key: 'p99', heading: 'p99 ms', decimals: 2 },
  { key: 'errors', heading: 'errors' },
  { key: 'sum', heading: 'services + NATS µs/request' },
];

const parts = ['gateway', 'directory', 'credentials', 'sts', 'decisions', 'audit', 'nats'];
const beside = ['redis', 'log'];
const column = (key: string) => ({ key, heading: key });

const partColumns: Table['columns'] = [
  column('operation'),
  ...[...parts, ...beside].map(column),
  { key: 'driverCpu', heading: 'driver' },
];

async function run(options: Options): Promise<readonly Table[]> {
  return withInstallation(1 + options.rounds + 1, async (installation) =>
    withPlatform(installation, options, async (platform) => {
      const callers = await makeCallers(platform, installation.accounts);
      const rest = await atRest(platform);
      const rows: Row[] = [];
      for (const measurement of chosen(options)) {
        const { operation, lanes } = measurement;
        const requests = (round: number) => requestsOf(platform.targets[0] as Target, measurement, callers, round);
        const { cpu, ...figures } = await underLoad(platform, { ...options, lanes, requests });
        rows.push({ operation, lanes, ...figures, ...cpu });
      }
      const title = `api, distributed: one replica each; log: ${logNames[options.log]}`;
      const notes = [
        `median of ${options.rounds} rounds of ${options.seconds} s; signed calls by a user with policies, durable, recorded`,
        ...rows.flatMap(({ operation, firstError }) => (firstError ? [`${operation}: ${firstError}`] : [])),
      ];
      const memory = platform.memory.map(({ name, anonymous }) => `${name} ${Math.round(anonymous)}`);
      return [
        { title, columns, rows, notes },
        {
          title: 'where the CPU time goes, µs per request',
          columns: partColumns,
          rows: [...rows, { operation: 'at rest, per second', ...rest }],
          notes: [
            'Redis and the log as a process are not in the sum',
            `memory that is no file, MB: ${memory.join(', ')}`,
          ],
        },
      ];
    }),
  );
}

/** The public operations over the wire: gateway, bus, services, log. */
export const distributedApi: Bench = { name: 'api', run };
