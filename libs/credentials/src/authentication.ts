import { arn, type User, users } from '@muniment/directory/contract';
import type { Principal, Sources } from '@muniment/kernel';
import { type AccessKey, accessKeys, type KeyStatus } from './access-key/access-key.js';

/** What a request's access key id leads to, before its signature is checked. */
export interface LongTermCredential {
  readonly account: string;
  readonly principal: Principal;
  readonly status: KeyStatus;
  /** The secret, sealed for the subject `{ account, id: accessKeyId }`. */
  readonly sealed: string;
}

/** Who a key stands for, by the name and path of today; undefined when its user is deleted: then for nobody. */
export function principalOf(
  { userId }: Pick<AccessKey, 'userId'>,
  user: Pick<User, 'userId' | 'userName' | 'path'> | undefined,
  at: { readonly account: string; readonly partition: string },
): Principal | undefined {
  const { account } = at;
  if (userId === account) return { type: 'Root', account, arn: arn.root(at) };
  if (user?.userId !== userId) return undefined;
  const { userName, path } = user;
  return { type: 'User', account, arn: arn.user(at, path, userName), userId, userName };
}

/** Looks a long-term key up, in whatever account. Undefined: no such key, or a key of nobody. */
export async function longTermCredential(
  accessKeyId: string,
  partition: string,
  from: Pick<Sources, 'anywhere' | 'findById'>,
): Promise<LongTermCredential | undefined> {
  const found = await from.anywhere(accessKeys, accessKeyId);
  if (!found) return undefined;
  const { account, row: key } = found;
  const user = key.userId === account ? undefined : await from.findById(users, key.userId, account);
  const principal = principalOf(key, user, { account, partition });
  return principal && { account, principal, status: key.status, sealed: key.sealed };
}
