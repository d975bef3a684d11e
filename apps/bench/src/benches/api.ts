import { once, repeat, type Requests } from '../driver/load.js';
import { type QueryCall, signedCall } from '../driver/query-call.js';
import { type Caller, makeCaller, roleName } from '../server/people.js';
import { seed, withInstallation, withServer } from '../server/running.js';
import { seededName, seededPath } from '../server/seed.js';
import type { ServerProcess } from '../server/server-process.js';
import { type Figures, underLoad } from '../server/under-load.js';
import type { Options } from '../options.js';
import { type Row, type Table, verdictOf } from '../table.js';
import type { Bench } from './bench.js';

/** One line of the table: what is called, how often it has to be answered, and how often it should. */
interface Measurement {
  readonly operation: string;
  readonly lanes: number;
  readonly accept: number;
  readonly aim: number;
  /** Milliseconds that 99 of 100 calls have to stay below. */
  readonly acceptP99?: number;
  /** What each request asks; `account` is the caller's. */
  readonly call: (index: number, account: string) => QueryCall;
  /** A write can be done once: each round then has an account of its own, and this many requests. */
  readonly requestsPerRound?: number;
}

const usersInAccount = 200;
/** Different requests that a round repeats. */
const pool = 1000;
/** AWS's quota is 5,000 users an account: what a round may create at most. */
const usersToCreate = 4500;

const measurements: readonly Measurement[] = [
  {
    operation: 'GetCallerIdentity',
    lanes: 8,
    accept: 2500,
    aim: 5000,
    acceptP99: 20,
    call: () => ({ service: 'sts', action: 'GetCallerIdentity' }),
  },
  {
    operation: 'GetUser',
    lanes: 8,
    accept: 2000,
    aim: 4500,
    call: (index) => ({
      service: 'iam',
      action: 'GetUser',
      parameters: { UserName: seededName(index % usersInAccount) },
    }),
  },
  {
    operation: 'ListUsers',
    lanes: 8,
    accept: 500,
    aim: 2000,
    call: () => ({ service: 'iam', action: 'ListUsers', parameters: { MaxItems: String(usersInAccount) } }),
  },
  {
    operation: 'CreateUser',
    lanes: 32,
    accept: 1000,
    aim: 4000,
    call: (index) => ({
      service: 'iam',
      action: 'CreateUser',
      parameters: { UserName: `created-${index}`, Path: seededPath },
    }),
    requestsPerRound: usersToCreate,
  },
  {
    operation: 'AssumeRole',
    lanes: 8,
    accept: 1000,
    aim: 3000,
    call: (index, account) => ({
      service: 'sts',
      action: 'AssumeRole',
      parameters: { RoleArn: `arn:aws:iam::${account}:role/${roleName}`, RoleSessionName: `session-${index}` },
    }),
  },
];

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

const chosen = ({ operations }: Options) =>
  measurements.filter(({ operation }) => operations.length === 0 || operations.includes(operation));

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
  const requests = (round: number) => requestsOf(server, measurement, callers, round);
  const figures = await underLoad(server, { lanes, rounds, seconds, requests });
  return { operation, lanes, ...figures, accept, aim, verdict: judged(figures, accept, aim, acceptP99) };
}

function judged({ rate, p99, errors }: Figures, accept: number, aim: number, acceptP99 = Infinity): string {
  return errors > 0 || p99 > acceptP99 ? 'missed' : verdictOf(rate, accept, aim);
}

function requestsOf(
  { target }: ServerProcess,
  { call, requestsPerRound }: Measurement,
  callers: readonly Caller[],
  round: number,
): Requests {
  // The first account is for reading.
  const caller = callers[requestsPerRound === undefined ? 0 : round + 1] as Caller;
  const signed = Array.from({ length: requestsPerRound ?? pool }, (_, index) =>
    signedCall(call(index, caller.account), caller.credentials, target),
  );
  return requestsPerRound === undefined ? repeat(signed) : once(signed);
}

/** The public operations over the wire, with everything on. */
export const api: Bench = { name: 'api', run };
