import { type DirectoryEvent, directory, everybody, type PlatformEvent, platform } from '@muniment/directory/contract';
import { type Aggregate, type Caller, type Change, type ReadModel, type Table, tablesOf } from '@muniment/kernel';
import type { Reader } from './rows.js';

export const account = '111122223333';
export const other = '444455556666';
export const now = new Date('2026-03-01T12:00:00Z');

type Tables = Readonly<Record<string, Table<unknown>>>;

type State = Parameters<typeof tablesOf>[0];

const directories = directory as unknown as Aggregate;
const ofAll = platform as unknown as Aggregate;

/** Directories and the platform as their own folds make them, read as stored rows are. */
export class Accounts {
  readonly #states = new Map<string, State>();
  reads = 0;
  /** Called before each read; what it throws, the read throws. */
  beforeRead: () => void = () => undefined;

  readonly reader: Reader = {
    find: (model, key, owner) => this.#read(() => this.#table(model, owner)?.keyed(key)) as never,
    findById: (model, id, owner) => this.#read(() => this.#table(model, owner)?.byId(id)) as never,
  };

  /** All rows of an account, as lists give them. */
  rowsOf<Row>(model: ReadModel<Row>, owner: string): Row[] {
    return [...(this.#table(model, owner)?.values() ?? [])];
  }

  /** Folds events of an account; answers which rows have changed. */
  happen(owner: string, ...events: readonly DirectoryEvent[]): Change[] {
    return this.#fold(directories, owner, events);
  }

  /** Folds events of the platform. */
  happenToAll(...events: readonly PlatformEvent[]): Change[] {
    return this.#fold(ofAll, everybody, events);
  }

  #fold(aggregate: Aggregate, owner: string, events: readonly (DirectoryEvent | PlatformEvent)[]): Change[] {
    const state = this.#state(aggregate, owner);
    for (const { type, data } of events) {
      aggregate.evolve[type]?.(state, data as never, { at: now.toISOString(), actor: 'test', eventId: 'e' } as never);
    }
    return tablesOf(state).flatMap((table) => table.takeChanges());
  }

  async #read<Row>(read: () => Row): Promise<Row> {
    this.reads++;
    this.beforeRead();
    return read();
  }

  #table<Row>(model: ReadModel<Row>, owner = ''): Table<Row> | undefined {
    const { models } = owner === everybody ? ofAll : directories;
    const name = Object.keys(models).find((each) => models[each]?.name === model.name);
    const state = this.#states.get(owner) as Tables | undefined;
    return name === undefined ? undefined : (state?.[name] as Table<Row> | undefined);
  }

  #state(aggregate: Aggregate, owner: string): State {
    let state = this.#states.get(owner);
    if (!state) {
      state = aggregate.empty(owner);
      for (const table of tablesOf(state)) table.track();
      this.#states.set(owner, state);
    }
    return state;
  }
}

export const statement = (Effect: 'Allow' | 'Deny', Action: string | string[], more: object = {}): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect, Action, Resource: '*', ...more }] });

export const allow = (Action: string | string[], more: object = {}): string => statement('Allow', Action, more);

export const userArn = (userName: string): string => `arn:aws:iam::${account}:user/${userName}`;
export const policyArn = (name: string, owner = account): string => `arn:aws:iam::${owner}:policy/${name}`;
export const roleArn = (name: string): string => `arn:aws:iam::${account}:role/${name}`;

const from = {
  accessKeyId: 'AKIAEXAMPLE',
  sourceIp: '203.0.113.7',
  userAgent: 'aws-cli/2',
  secureTransport: true,
  region: 'eu-west-1',
};

export const userCalls = (userName: string, more: Partial<Caller> = {}): Caller => ({
  account,
  principal: { type: 'User', account, arn: userArn(userName), userId: `AIDA${userName}`, userName },
  ...from,
  ...more,
});

export const rootCalls = (): Caller => ({
  account,
  principal: { type: 'Root', account, arn: `arn:aws:iam::${account}:root` },
  ...from,
});

export const roleCalls = (roleName: string, session: Partial<NonNullable<Caller['session']>> = {}): Caller => ({
  account,
  principal: {
    type: 'AssumedRole',
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${roleName}/night`,
    roleArn: roleArn(roleName),
    roleId: `AROA${roleName}`,
    sessionName: 'night',
  },
  session: { kind: 'AssumeRole', issuedAt: '2026-03-01T11:00:00Z', expiresAt: '2026-03-01T13:00:00Z', ...session },
  ...from,
});

export const userCreated = (
  userName: string,
  more: { boundary?: string; tags?: { Key: string; Value: string }[] } = {},
): DirectoryEvent => ({
  type: 'UserCreated',
  data: { userId: `AIDA${userName}`, userName, path: '/', tags: [], ...more },
});

export const roleCreated = (
  roleName: string,
  more: { boundary?: string; tags?: { Key: string; Value: string }[] } = {},
): DirectoryEvent => ({
  type: 'RoleCreated',
  data: { roleId: `AROA${roleName}`, roleName, path: '/', trust: '{}', maxSessionSeconds: 3600, tags: [], ...more },
});

export const groupCreated = (groupName: string): DirectoryEvent => ({
  type: 'GroupCreated',
  data: { groupId: `AGPA${groupName}`, groupName, path: '/' },
});

export const policyCreated = (policyName: string, document: string): DirectoryEvent => ({
  type: 'PolicyCreated',
  data: { policyId: `ANPA${policyName}`, policyName, path: '/', document, tags: [] },
});

type Kind = 'User' | 'Group' | 'Role';
const idPrefix: Readonly<Record<Kind, string>> = { User: 'AIDA', Group: 'AGPA', Role: 'AROA' };

export const inline = (kind: Kind, name: string, policyName: string, document: string): DirectoryEvent => ({
  type: `${kind}PolicyPut`,
  data: { id: `${idPrefix[kind]}${name}`, policyName, document },
});

export const attached = (kind: Kind, name: string, arn: string): DirectoryEvent => ({
  type: `${kind}PolicyAttached`,
  data: { id: `${idPrefix[kind]}${name}`, policyArn: arn },
});
