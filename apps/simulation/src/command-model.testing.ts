import { fold } from '@muniment/kernel';

export interface Member {
  readonly id: string;
  readonly groups: ReadonlySet<string>;
}

/** What one account holds, as plain as can be: the same rules as the real thing, written a second time. */
export interface Account {
  /** By folded name. */
  readonly users: ReadonlyMap<string, Member>;
  readonly groups: ReadonlyMap<string, string>;
  /** Owner of each access key. */
  readonly keys: ReadonlyMap<string, string>;
}

export const nothing: Account = { users: new Map(), groups: new Map(), keys: new Map() };

export type Input = Readonly<Record<string, string>>;

/** What the log says of a command that happened. */
export interface Effect {
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
}

/** `ok`: it changes something; `none`: it succeeds and changes nothing; else the code of the refusal. */
export type Verdict = string;

interface Rule {
  /** `rows`: what the other context's rows may show. */
  readonly verdict: (account: Account, input: Input, rows: Account) => Verdict;
  readonly event: string;
  readonly apply: (account: Account, effect: Effect['data'], input: Input) => Account;
}

const named = (names: ReadonlyMap<string, unknown>, name = ''): boolean => names.has(fold(name));

const put = <Value>(map: ReadonlyMap<string, Value>, key: string, value: Value) => new Map([...map, [key, value]]);
const without = <Value>(map: ReadonlyMap<string, Value>, key: string) =>
  new Map([...map].filter(([each]) => each !== key));

const member = ({ users }: Account, name = ''): Member => users.get(fold(name)) as Member;
const keysOf = ({ keys }: Account, owner: string | undefined) => [...keys.values()].filter((each) => each === owner);

const joined = (account: Account, { UserName = '', GroupName = '' }: Input): boolean =>
  member(account, UserName).groups.has(account.groups.get(fold(GroupName)) as string);

const membership =
  (inGroup: boolean) =>
  (account: Account, input: Input): Verdict => {
    if (!named(account.users, input['UserName']) || !named(account.groups, input['GroupName'])) return 'NoSuchEntity';
    return joined(account, input) === inGroup ? 'none' : 'ok';
  };

const regrouped = (account: Account, userId: string, change: (groups: Set<string>) => unknown): Account => {
  const [name, before] = [...account.users].find(([, { id }]) => id === userId) as [string, Member];
  const groups = new Set(before.groups);
  change(groups);
  return { ...account, users: put(account.users, name, { id: userId, groups }) };
};

export const rules: Readonly<Record<string, Rule>> = {
  CreateUser: {
    verdict: ({ users }, { UserName }) => (named(users, UserName) ? 'EntityAlreadyExists' : 'ok'),
    event: 'UserCreated',
    apply: (account, { userId = '' }, { UserName = '' }) => ({
      ...account,
      users: put(account.users, fold(UserName), { id: userId, groups: new Set() }),
    }),
  },
  UpdateUser: {
    verdict: ({ users }, { UserName = '', NewUserName = '' }) => {
      if (!named(users, UserName)) return 'NoSuchEntity';
      return fold(UserName) !== fold(NewUserName) && named(users, NewUserName) ? 'EntityAlreadyExists' : 'ok';
    },
    event: 'UserRenamed',
    apply: (account, _, { UserName = '', NewUserName = '' }) => ({
      ...account,
      users: put(without(account.users, fold(UserName)), fold(NewUserName), member(account, UserName)),
    }),
  },
  DeleteUser: {
    verdict: (account, { UserName }, rows) => {
      if (!named(account.users, UserName)) return 'NoSuchEntity';
      const { id, groups } = member(account, UserName);
      return groups.size > 0 || keysOf(rows, id).length > 0 ? 'DeleteConflict' : 'ok';
    },
    event: 'UserDeleted',
    apply: (account, _, { UserName = '' }) => ({ ...account, users: without(account.users, fold(UserName)) }),
  },
  CreateGroup: {
    verdict: ({ groups }, { GroupName }) => (named(groups, GroupName) ? 'EntityAlreadyExists' : 'ok'),
    event: 'GroupCreated',
    apply: (account, { groupId = '' }, { GroupName = '' }) => ({
      ...account,
      groups: put(account.groups, fold(GroupName), groupId),
    }),
  },
  AddUserToGroup: {
    verdict: membership(true),
    event: 'UserJoinedGroup',
    apply: (account, { userId = '', groupId = '' }) => regrouped(account, userId, (groups) => groups.add(groupId)),
  },
  RemoveUserFromGroup: {
    verdict: membership(false),
    event: 'UserLeftGroup',
    apply: (account, { userId = '', groupId = '' }) => regrouped(account, userId, (groups) => groups.delete(groupId)),
  },
  CreateAccessKey: {
    verdict: (account, { UserName }, rows) => {
      if (!named(rows.users, UserName)) return 'NoSuchEntity';
      return keysOf(account, member(rows, UserName).id).length >= 2 ? 'LimitExceeded' : 'ok';
    },
    event: 'AccessKeyCreated',
    apply: (account, { accessKeyId = '', userId = '' }) => ({
      ...account,
      keys: put(account.keys, accessKeyId, userId),
    }),
  },
  DeleteAccessKey: {
    verdict: ({ keys }, { UserName, AccessKeyId = '' }, rows) =>
      named(rows.users, UserName) && keys.get(AccessKeyId) === member(rows, UserName).id ? 'ok' : 'NoSuchEntity',
    event: 'AccessKeyDeleted',
    apply: (account, { accessKeyId = '' }) => ({ ...account, keys: without(account.keys, accessKeyId) }),
  },
};
