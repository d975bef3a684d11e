import { describe, expect, test } from '@jest/globals';
import { type Change, type Table, tablesOf } from '@muniment/kernel';
import fc from 'fast-check';
import { type Directory, type DirectoryEvent, directory } from './directory.js';
import { account, arns, ec2Trust, event, tags } from './directory.testing.js';

/*
 * Stored rows and the aggregate's state come from one fold. Here random histories show that the rows are all there is
 * to know: a projector that starts anew from them goes on exactly as one that never stopped.
 */

const names = ['a', 'b'];
const policyArns = [arns.readOnly, arns.billing];

/** What can happen to whatever has tags. */
const tagging = (noun: 'User' | 'Role' | 'InstanceProfile', id: string) => [
  event(`${noun}Tagged`, { id, tags }),
  event(`${noun}Untagged`, { id, keys: ['TEAM', 'Team'] }),
];

/** What can happen to whatever has policies. */
function policies(noun: 'User' | 'Group' | 'Role', id: string, row: { attached: readonly string[]; inline: object }) {
  return [
    ...policyArns.map((policyArn) =>
      event(row.attached.includes(policyArn) ? `${noun}PolicyDetached` : `${noun}PolicyAttached`, { id, policyArn }),
    ),
    ...['P', '__proto__'].map((policyName) =>
      Object.hasOwn(row.inline, policyName)
        ? event(`${noun}PolicyDeleted`, { id, policyName })
        : event(`${noun}PolicyPut`, { id, policyName, document: '{}' }),
    ),
  ];
}

const bounding = (noun: 'User' | 'Role', id: string, boundary: string | undefined) => [
  ...policyArns.map((policyArn) => event(`${noun}BoundaryPut`, { id, boundary: policyArn })),
  ...(boundary === undefined ? [] : [event(`${noun}BoundaryDeleted`, { id })]),
];

const isBare = (row: { attached: readonly string[]; inline: object }) =>
  row.attached.length === 0 && Object.keys(row.inline).length === 0;

const free = <Row>(table: Table<Row>) => names.filter((name) => table.keyed(name) === undefined);

function ofUsers({ users, groups }: Directory, n: number): DirectoryEvent[] {
  return [
    ...free(users).flatMap((userName) => [
      event('UserCreated', { userId: `AIDA${n}`, userName, path: '/', tags: [] }),
      event('UserCreated', { userId: `AIDA${n}`, userName, path: '/', tags, boundary: arns.readOnly }),
    ]),
    ...[...users.values()].flatMap((row) => [
      ...free(users).map((userName) => event('UserRenamed', { userId: row.userId, userName, path: '/new/' })),
      ...(isBare(row) && row.groups.length === 0 ? [event('UserDeleted', { userId: row.userId })] : []),
      ...[...groups.values()].map(({ groupId }) =>
        event(row.groups.includes(groupId) ? 'UserLeftGroup' : 'UserJoinedGroup', { userId: row.userId, groupId }),
      ),
      ...tagging('User', row.userId),
      ...policies('User', row.userId, row),
      ...bounding('User', row.userId, row.boundary),
    ]),
  ];
}

function ofGroups({ users, groups }: Directory, n: number): DirectoryEvent[] {
  return [
    ...free(groups).map((groupName) => event('GroupCreated', { groupId: `AGPA${n}`, groupName, path: '/' })),
    ...[...groups.values()].flatMap((row) => [
      ...free(groups).map((groupName) => event('GroupRenamed', { groupId: row.groupId, groupName, path: '/new/' })),
      ...(isBare(row) && users.indexed('group', row.groupId).length === 0
        ? [event('GroupDeleted', { groupId: row.groupId })]
        : []),
      ...policies('Group', row.groupId, row),
    ]),
  ];
}

function ofRoles({ roles, instanceProfiles }: Directory, n: number): DirectoryEvent[] {
  const plain = { path: '/', trust: ec2Trust, maxSessionSeconds: 3600, tags };
  return [
    ...free(roles).flatMap((roleName) => [
      event('RoleCreated', { roleId: `AROA${n}`, roleName, ...plain }),
      event('RoleCreated', { roleId: `AROA${n}`, roleName, ...plain, description: 'x', boundary: arns.billing }),
    ]),
    ...[...roles.values()].flatMap((row) => [
      event('RoleUpdated', { roleId: row.roleId, maxSessionSeconds: 7200 }),
      event('RoleUpdated', { roleId: row.roleId, description: `after ${n}` }),
      event('RoleTrustChanged', { roleId: row.roleId, trust: `${ec2Trust} ` }),
      ...(isBare(row) && instanceProfiles.indexed('role', row.roleId).length === 0
        ? [event('RoleDeleted', { roleId: row.roleId })]
        : []),
      ...tagging('Role', row.roleId),
      ...policies('Role', row.roleId, row),
      ...bounding('Role', row.roleId, row.boundary),
    ]),
  ];
}

function ofInstanceProfiles({ roles, instanceProfiles }: Directory, n: number): DirectoryEvent[] {
  const created = { instanceProfileId: `AIPA${n}`, path: '/', tags: [] };
  return [
    ...free(instanceProfiles).map((name) => event('InstanceProfileCreated', { ...created, instanceProfileName: name })),
    ...[...instanceProfiles.values()].flatMap(({ instanceProfileId, roleId }) => [
      ...tagging('InstanceProfile', instanceProfileId),
      ...(roleId === undefined
        ? [
            event('InstanceProfileDeleted', { instanceProfileId }),
            ...[...roles.values()].map((role) =>
              event('InstanceProfileRoleAdded', { instanceProfileId, roleId: role.roleId }),
            ),
          ]
        : [event('InstanceProfileRoleRemoved', { instanceProfileId, roleId })]),
    ]),
  ];
}

function ofServices({ services }: Directory, n: number): DirectoryEvent[] {
  return [
    ...names.map((prefix) => event('ServiceRegistered', { prefix, definition: `{"n":${n}}`, actions: n })),
    ...[...services.values()].map(({ prefix }) => event('ServiceDeregistered', { prefix })),
  ];
}

const possible = (state: Directory, n: number): DirectoryEvent[] =>
  [ofUsers, ofGroups, ofRoles, ofInstanceProfiles, ofServices].flatMap((of) => of(state, n));

const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function happen(state: Directory, { type, data }: DirectoryEvent, n: number): void {
  const at = new Date(n * 1000).toISOString();
  directory.evolve[type]?.(state, throughJson(data) as never, { at, actor: 'muniment', eventId: `${n}` } as never);
}

/** One number for each step says which of the things that can happen then does. */
function historyOf(choices: readonly number[]): DirectoryEvent[] {
  const state = directory.empty(account);
  return choices.map((choice, n) => {
    const next = possible(state, n);
    const chosen = next[choice % next.length] as DirectoryEvent;
    happen(state, chosen, n);
    return chosen;
  });
}

const stateAfter = (history: readonly DirectoryEvent[], state = directory.empty(account), from = 0): Directory => {
  for (const [index, each] of history.entries()) happen(state, each, from + index);
  return state;
};

/** The rows of each model in the order of their ids. */
const rowsOf = (state: Directory): Record<string, unknown[]> =>
  Object.fromEntries(
    Object.entries(directory.models).map(([key, model]) => {
      const rows = [...(state as unknown as Record<string, Table<unknown>>)[key]!.values()];
      return [key, throughJson(rows.sort((a, b) => (model.id(a) < model.id(b) ? -1 : 1)))];
    }),
  );

/** A state made of rows alone, as a projector makes it when it starts. */
function stateFrom(rows: Record<string, unknown[]>): Directory {
  const state = directory.empty(account);
  for (const [key, list] of Object.entries(rows)) {
    for (const row of list) (state as unknown as Record<string, Table<unknown>>)[key]!.set(row);
  }
  return state;
}

const choices = fc.array(fc.nat(1_000_000), { maxLength: 40, size: 'max' });

describe('the directory as events make it', () => {
  test('is the same for who starts from stored rows midway', () => {
    fc.assert(
      fc.property(choices, fc.nat(40), (chosen, cut) => {
        const history = historyOf(chosen);
        const middle = stateFrom(rowsOf(stateAfter(history.slice(0, cut))));
        const resumed = stateAfter(history.slice(cut), middle, Math.min(cut, history.length));
        expect(rowsOf(resumed)).toEqual(rowsOf(stateAfter(history)));
      }),
    );
  });

  test('is the sum of the changes that are handed to the read models', () => {
    fc.assert(
      fc.property(choices, (chosen) => {
        const state = directory.empty(account);
        const stored = new Map<string, unknown>();
        for (const table of tablesOf(state)) table.track();
        for (const [n, each] of historyOf(chosen).entries()) {
          happen(state, each, n);
          for (const change of tablesOf(state).flatMap((table): Change[] => table.takeChanges())) {
            const { model, before, after } = change;
            const id = `${model.name} ${model.id(before ?? after)}`;
            expect(stored.get(id)).toEqual(before && throughJson(before));
            if (after === undefined) stored.delete(id);
            else stored.set(id, throughJson(after));
          }
        }
        expect(new Set(stored.values())).toEqual(new Set(Object.values(rowsOf(state)).flat()));
      }),
    );
  });

  test('counts how often a policy is attached and serves as a boundary', () => {
    fc.assert(
      fc.property(choices, (chosen) => {
        const { users, groups, roles, policyUsage } = stateAfter(historyOf(chosen));
        const bounded = [...users.values(), ...roles.values()];
        for (const policyArn of policyArns) {
          const attachments = [...bounded, ...groups.values()].filter((row) => row.attached.includes(policyArn)).length;
          const boundaries = bounded.filter((row) => row.boundary === policyArn).length;
          const { attachments: counted = 0, boundaries: asBoundary = 0 } = policyUsage.byId(policyArn) ?? {};
          expect([counted, asBoundary]).toEqual([attachments, boundaries]);
        }
      }),
    );
  });

  test('is tried with every event that users, groups, roles, instance profiles and services know', () => {
    const [long] = fc.sample(fc.array(fc.nat(1_000_000), { minLength: 3000, maxLength: 3000, size: 'max' }), {
      seed: 1,
      numRuns: 1,
    });
    const happened = new Set(historyOf(long ?? []).map(({ type }) => type));
    const known = Object.keys(directory.evolve).filter((type) => !type.startsWith('Policy'));
    expect([...happened].sort()).toEqual(known.sort());
  });
});
