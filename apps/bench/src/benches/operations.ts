import { once, repeat, type Requests } from '../driver/load.js';
import type { Target } from '../driver/lane.js';
import { type QueryCall, signedCall } from '../driver/query-call.js';
import type { Options } from '../options.js';
import { type Caller, roleName } from '../server/people.js';
import { seededName, seededPath } from '../server/seed.js';

/** One line of the table: what is called, how often it has to be answered, and how often it should. */
export interface Measurement {
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

export const usersInAccount = 200;
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

/** The operations that the options ask for. */
export const chosen = ({ operations }: Options): readonly Measurement[] =>
  measurements.filter(({ operation }) => operations.length === 0 || operations.includes(operation));

/** The signed requests of one round; round 0 warms up. */
export function requestsOf(
  target: Target,
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
