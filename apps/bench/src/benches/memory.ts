import { Lane } from '../driver/lane.js';
import { load, once, repeat } from '../driver/load.js';
import { type QueryCall, signedCall } from '../driver/query-call.js';
import type { Options } from '../options.js';
import { type Caller, makeCaller } from '../server/people.js';
import { seed, withInstallation, withServer } from '../server/running.js';
import { seededName, seededPath } from '../server/seed.js';
import type { ServerProcess } from '../server/server-process.js';
import type { Row, Table } from '../table.js';
import type { Bench } from './bench.js';

const accounts = 2;
/** The caller is one more: 5,000 in all. */
const usersPerAccount = 4999;
const acceptMegabytes = 250;
const changes = 200;

async function run({ seconds }: Options): Promise<readonly Table[]> {
  return withInstallation(accounts, async (installation) => {
    await seed(
      installation,
      installation.accounts.map(({ id }) => ({ account: id, users: usersPerAccount })),
    );
    const rows: Row[] = [];
    await withServer(installation, async (server) => {
      rows.push(row('started, read models made anew', server));
      const callers: Caller[] = [];
      for (const account of installation.accounts) callers.push(await makeCaller(server.target, account));
    });
    await withServer(installation, async (server) => rows.push(row('started, read models there', server)));
    await withServer(installation, async (server) => {
      for (const account of installation.accounts) {
        // Root may do everything, and the load is about users, not about who asks.
        const signed = (call: QueryCall) => signedCall(call, account.root, server.target);
        await every(server, everyUser.map(signed), Infinity);
        await every(server, changedUsers.map(signed), Infinity);
        await every(server, [signed(listing)], seconds);
      }
      rows.push(row('every user read and listed, some changed', server));
    });
    return [{ title: 'memory: 10,000 users in two accounts', columns, rows }];
  });
}

const everyUser = Array.from({ length: usersPerAccount }, (_, index) => onUser('GetUser', index));
const changedUsers = Array.from({ length: changes }, (_, index) =>
  onUser('TagUser', index, { 'Tags.member.1.Key': 'seen', 'Tags.member.1.Value': seededPath }),
);
const listing: QueryCall = { service: 'iam', action: 'ListUsers', parameters: { MaxItems: '1000' } };

function onUser(action: string, index: number, parameters: Record<string, string> = {}): QueryCall {
  return { service: 'iam', action, parameters: { UserName: seededName(index), ...parameters } };
}

/** Each request once, or over and over for some seconds. */
async function every(server: ServerProcess, requests: readonly Buffer[], seconds: number): Promise<void> {
  const lanes = await Promise.all(Array.from({ length: 8 }, () => Lane.open(server.target)));
  const { firstError } = await load(lanes, seconds === Infinity ? once(requests) : repeat(requests), seconds);
  for (const lane of lanes) lane.close();
  if (firstError !== undefined) throw new Error(firstError);
}

const columns: Table['columns'] = [
  { key: 'moment', heading: 'moment' },
  { key: 'resident', heading: 'resident MB' },
  { key: 'anonymous', heading: 'of it no file' },
  { key: 'peak', heading: 'peak MB' },
  { key: 'accept', heading: 'accept MB' },
  { key: 'verdict', heading: 'verdict' },
];

function row(moment: string, { memory: { resident, anonymous, peak } }: ServerProcess): Row {
  const verdict = resident <= acceptMegabytes ? 'accepted' : 'missed';
  return { moment, resident, anonymous, peak, accept: acceptMegabytes, verdict };
}

/** What a server of some size needs. */
export const memory: Bench = { name: 'memory', run };
