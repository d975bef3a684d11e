import { repeat } from '../driver/load.js';
import { type QueryCall, signedCall } from '../driver/query-call.js';
import type { Options } from '../options.js';
import { makeCaller } from '../server/people.js';
import { seed, withInstallation, withServer } from '../server/running.js';
import { seededName } from '../server/seed.js';
import { underLoad } from '../server/under-load.js';
import type { Row, Table } from '../table.js';
import type { Bench } from './bench.js';

/** Users of an account; the caller is one of them. */
const sizes = [100, 1000, 5000];
const lanes = 8;
const pageSize = 100;
const pool = 1000;
const rounds = 3;

const listing: QueryCall = { service: 'iam', action: 'ListUsers', parameters: { MaxItems: String(pageSize) } };

const someUser = (index: number, users: number): QueryCall => ({
  service: 'iam',
  action: 'GetUser',
  // Strides over all of them, however many there are.
  parameters: { UserName: seededName((index * 7919) % (users - 1)) },
});

async function run({ seconds: wanted }: Options): Promise<readonly Table[]> {
  const seconds = Math.min(wanted, 1.5);
  return withInstallation(sizes.length, async (installation) => {
    await seed(
      installation,
      installation.accounts.map(({ id }, index) => ({ account: id, users: (sizes[index] as number) - 1 })),
    );
    return withServer(installation, async (server) => {
      const rows: Row[] = [];
      for (const [index, account] of installation.accounts.entries()) {
        const users = sizes[index] as number;
        const { credentials } = await makeCaller(server.target, account);
        const measured = async (calls: readonly QueryCall[]) => {
          const requests = () => repeat(calls.map((call) => signedCall(call, credentials, server.target)));
          const { cpu, firstError } = await underLoad(server, { lanes, rounds, seconds, requests });
          if (firstError !== undefined) throw new Error(firstError);
          return cpu['server'] ?? 0;
        };
        const getUser = await measured(Array.from({ length: pool }, (_, call) => someUser(call, users)));
        const listUsers = await measured(Array.from({ length: pool }, () => listing));
        rows.push({ users, getUser, listUsers, perItem: listUsers / pageSize });
      }
      return [{ title: `scale: server CPU by users of the account; flat is right`, columns, rows }];
    });
  });
}

const columns: Table['columns'] = [
  { key: 'users', heading: 'users' },
  { key: 'getUser', heading: 'GetUser µs' },
  { key: 'listUsers', heading: `ListUsers of ${pageSize} µs` },
  { key: 'perItem', heading: 'µs/item', decimals: 2 },
];

/** Whether a call gets dearer as its account grows. */
export const scale: Bench = { name: 'scale', run };
