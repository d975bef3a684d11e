import { arn, type User, users } from '@muniment/directory/contract';
import { type Call, fold, resourceTags, type Sources } from '@muniment/kernel';

/** Whose credentials an operation is about. A named user that is not there has no `userId`. */
export interface Owner {
  readonly userId: string | undefined;
  /** As the answer spells it. */
  readonly userName: string;
  readonly resource: string;
  readonly tags: User['tags'];
}

/** What GetUser calls the root user too, which has no name of its own. */
export const rootName = '<root_account>';

const ofUser = (call: Call, user: User): Owner => ({
  userId: user.userId,
  userName: user.userName,
  resource: arn.user(call, user.path, user.userName),
  tags: user.tags,
});

const ofRoot = (call: Call): Owner => ({
  userId: call.account,
  userName: rootName,
  resource: arn.root(call),
  tags: [],
});

const nobody = (call: Call, userName: string): Owner => ({
  userId: undefined,
  userName,
  resource: arn.user(call, '/', userName),
  tags: [],
});

/** The user of this name; without a name the user, or the root user, whose credentials make the call. */
export async function ownerNamed(userName: string | undefined, from: Sources, call: Call): Promise<Owner> {
  if (userName !== undefined) {
    const user = await from.find(users, fold(userName));
    return user ? ofUser(call, user) : nobody(call, userName);
  }
  const { principal } = call.caller;
  if (principal.type === 'Root') return ofRoot(call);
  if (principal.type !== 'User') {
    return call.fault('ValidationError', 'Must specify userName when calling with non-User credentials');
  }
  const user = await from.findById(users, principal.userId);
  return user ? ofUser(call, user) : nobody(call, principal.userName);
}

/** The owner of credentials that are stored under this id; undefined when the user is deleted. */
export async function ownerOf(userId: string, from: Sources, call: Call): Promise<Owner | undefined> {
  if (userId === call.account) return ofRoot(call);
  const user = await from.findById(users, userId);
  return user && ofUser(call, user);
}

/** What is asked about one owner: its ARN and its tags. */
export const askAbout = ({ resource, tags }: Owner) => ({ resource, context: resourceTags(tags) });

/** The owner's id, or AWS's refusal of a name that nothing has. */
export const idOf = ({ userId, userName }: Owner, call: Call): string =>
  userId ?? call.fault('NoSuchEntity' as never, `The user with name ${userName} cannot be found.`);
