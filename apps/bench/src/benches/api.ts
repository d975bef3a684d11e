import { type Caller, makeCaller } from '../server/people.js';
import { seed, withInstallation, withServer } from '../server/running.js';
import type { ServerProcess } from '../server/server-process.js';
import { type Figures, underLoad } from '../server/under-load.js';
import type { Options } from '../options.js';
import { type Row, type Table, verdictOf } from '../table.js';
import type { Bench } from './bench.js';
import { chosen, type Measurement, requestsOf, usersInAccount } from './operations.js';

const columns: Table['columns'] = [
  { key: 'operation', heading: 'operation' },
  { key: 'lanes', heading: 'lanes' },
  { key: 'rate', heading: 'requests/s' },
  { key: 'p50', heading: 'p50 ms', decimals: 2 },
  { key: 'p99', heading: 'p99 ms', decimals: 2 },
  { key: 'errors', heading: 'errors' },
  { key: 'cpu', heading: 'server µs/request' },
  { key: 'driverCpu', heading: 'driver µs/request' },
  { key: 'accept', heading: 'accept' },
  { key: 'aim', heading: 'aim' },
  { key: 'verdict', heading: 'verdict' },
];

async function run(options: Options): Promise<readonly Table[]> {
  return withInstallation(1 + options.rounds + 1, async (installation) => {
    const [first] = installation.accounts;
    await seed(installation, [{ account: first?.id ?? '', users: usersInAccount }]);
    return withServer(
      installation,
      async (server) => {
        const callers: Caller[] = [];
        for (const account of installation.accounts) callers.push(await makeCaller(server.target, account));
        const rows: Row[] = [];
        for (const measurement of chosen(options)) rows.push(await measure(server, measurement, callers, options));
        const { resident } = server.memory;
        return [
          {
            title: title(options),
            columns,
            rows,
            notes: [...errorsOf(rows), `server memory: ${Math.round(resident)} MB`],
          },
        ];
      },
      options.profile,
    );
  });
}

const title = ({ rounds, seconds }: Options) =>
  `api: signed calls by a user with policies, durable, recorded; median of ${rounds} rounds of ${seconds} s`;

const errorsOf = (rows: readonly Row[]) =>
  rows.flatMap(({ operation, firstError }) => (firstError === undefined ? [] : [`${operation}: ${firstError}`]));

async function measure(
  server: ServerProcess,
  measurement: Measurement,
  callers: readonly Caller[],
  { rounds, seconds }: Options,
): Promise<Row> {
  const { operation, lanes, accept, aim, acceptP99 } = measurement;
  const requests = (round: number) => requestsOf(server.target, measurement, callers, round);
  const figures = await underLoad(server, { lanes, rounds, seconds, requests });
  return {
    operation,
    lanes,
    ...figures,
    cpu: figures.cpu['server'],
    accept,
    aim,
    verdict: judged(figures, accept, aim, acceptP99),
  };
}

function judged({ rate, p99, errors }: Figures, accept: number, aim: number, acceptP99 = Infinity): string {
  return errors > 0 || p99 > acceptP99 ? 'missed' : verdictOf(rate, accept, aim);
}

/** The public operations over the wire, with everything on. */
export const api: Bench = { name: 'api', run };
