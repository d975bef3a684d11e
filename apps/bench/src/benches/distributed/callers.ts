import { Lane } from '../../driver/lane.js';
import { load, once } from '../../driver/load.js';
import { signedCall } from '../../driver/query-call.js';
import type { Account } from '../../server/installation.js';
import { type Caller, makeCaller } from '../../server/people.js';
import type { Platform } from '../../server/platform.js';
import { seededName, seededPath } from '../../server/seed.js';
import { usersInAccount } from '../operations.js';

/** A caller in each account, and in the first the users that are read. */
export async function makeCallers(platform: Platform, accounts: readonly Account[]): Promise<Caller[]> {
  const [target] = platform.targets;
  const [first] = accounts;
  if (!target || !first) throw new Error('there is no gateway or no account');
  const users = Array.from({ length: usersInAccount }, (_, index) =>
    signedCall(
      { service: 'iam', action: 'CreateUser', parameters: { UserName: seededName(index), Path: seededPath } },
      first.root,
      target,
    ),
  );
  const lanes = await Promise.all(Array.from({ length: 8 }, () => Lane.open(target)));
  const { firstError } = await load(lanes, once(users), Infinity);
  for (const lane of lanes) lane.close();
  if (firstError !== undefined) throw new Error(firstError);
  const callers: Caller[] = [];
  for (const account of accounts) callers.push(await makeCaller(target, account));
  return callers;
}
