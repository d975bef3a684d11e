import { describe, expect, test } from '@jest/globals';
import { iam } from '@muniment/aws-model';
import {
  aggregate,
  type Event,
  type Evolve,
  fold,
  list,
  query,
  readModel,
  type StateOf,
  unrestricted,
} from '@muniment/kernel';
import { given, home } from './given.testing.js';

interface Group {
  readonly groupId: string;
  readonly groupName: string;
  readonly createdAt: string;
}

interface Badge {
  readonly id: string;
  readonly group: string;
}

const groups = readModel<Group>('groups', { id: ({ groupId }) => groupId, key: ({ groupName }) => fold(groupName) });
const badges = readModel<Badge>('badges', {
  id: ({ id }) => id,
  indexes: { group: ({ group }) => [group] },
  anywhere: true,
});

const models = { groups };
type Toy = StateOf<typeof models>;
type ToyEvent =
  | Event<'GroupMade', { groupId: string; groupName: string; note?: string }>
  | Event<'GroupGone', { groupId: string }>;

const evolve: Evolve<Toy, ToyEvent> = {
  GroupMade: (state, { groupId, groupName }, { at }) => state.groups.set({ groupId, groupName, createdAt: at }),
  GroupGone: (state, { groupId }) => state.groups.remove(groupId),
};
const toy = aggregate<typeof models, ToyEvent>('toy', { models, evolve, version: 1 });

const onWire = ({ groupId, groupName, createdAt }: Group): iam.Group => ({
  Path: '/',
  GroupName: groupName,
  GroupId: groupId,
  Arn: groupName,
  CreateDate: new Date(createdAt),
});

const CreateGroup = toy.command(iam.CreateGroup, {
  authorize: ({ GroupName }) => ({ resource: GroupName, context: { 'aws:TagKeys': undefined } }),
  decide({ GroupName }, state, call) {
    if (state.groups.keyed(fold(GroupName))) call.fault('EntityAlreadyExists', `Group ${GroupName} is there.`);
    return { type: 'GroupMade', data: { groupId: call.id('AGPA'), groupName: GroupName } };
  },
  reply: ({ GroupName }, state) => ({ Group: onWire(state.groups.keyed(fold(GroupName)) as Group) }),
});

const DeleteGroup = toy.command(iam.DeleteGroup, {
  account: ({ GroupName }, call) => (GroupName.startsWith('other') ? '444455556666' : call.account),
  gather: async ({ GroupName }, _, from) => ({ worn: await from.filed(badges, 'group', GroupName) }),
  authorize: ({ GroupName }) => [{ resource: GroupName }, false, { action: 'toy:Look', resource: '*' }],
  decide({ GroupName }, state, call, { worn }) {
    const group = state.groups.keyed(fold(GroupName));
    if (worn.length > 0) call.fault('DeleteConflict', 'Its badge is worn.');
    return group && { type: 'GroupGone', data: { groupId: group.groupId } };
  },
});

const Meddling = toy.command(iam.UpdateGroup, {
  authorize: unrestricted,
  decide: ({ GroupName }, state) => {
    state.groups.remove(GroupName);
    return undefined;
  },
});

const Broken = toy.command(iam.UpdateGroup, {
  authorize: unrestricted,
  decide: () => {
    throw new TypeError('a mistake of ours');
  },
});

const ListGroups = list(iam.ListGroups, groups, { authorize: () => ({ resource: '*' }), item: onWire });

const GetGroup = query(iam.GetGroup, {
  gather: async ({ GroupName }, from, call) => {
    const badge = await from.anywhere(badges, GroupName);
    const group = badge && (await from.find(groups, badge.row.group, badge.account));
    return group ?? call.fault('NoSuchEntity', `No ${GroupName} for ${call.caller.principal.type}.`);
  },
  authorize: unrestricted,
  reply: (group) => ({ Group: onWire(group), Users: [] }),
});

const made = (groupName: string): ToyEvent => ({ type: 'GroupMade', data: { groupId: `id-${groupName}`, groupName } });
const at = new Date('2026-11-20T10:00:00.000Z');
const user = { type: 'User', account: home, arn: 'alice', userId: 'AIDAALICE', userName: 'alice' } as const;

describe('given, when, then', () => {
  test('a command decides events and replies from the state after them', async () => {
    const outcome = given(toy).when(CreateGroup, { GroupName: 'Admins' });
    const groupId = 'AGPA00000000000000001';
    await outcome.then([{ type: 'GroupMade', data: { groupId, groupName: 'Admins' } }]);
    await outcome.replies({ Group: onWire({ groupId, groupName: 'Admins', createdAt: at.toISOString() }) });
    await outcome.asks([{ action: 'iam:CreateGroup', resource: 'Admins', context: {} }]);
  });

  test('events before it make the state; a fault has a code and a text', async () => {
    const outcome = given(toy, [made('Admins')]).when(CreateGroup, { GroupName: 'ADMINS' });
    await outcome.fails('EntityAlreadyExists');
    await outcome.fails('EntityAlreadyExists', 'Group ADMINS is there.');
    await outcome.fails('EntityAlreadyExists', /is there/);
    await outcome.asks([{ action: 'iam:CreateGroup', resource: 'ADMINS', context: {} }]);
    await given(toy, [made('Admins'), { type: 'GroupGone', data: { groupId: 'id-Admins' } }])
      .when(CreateGroup, { GroupName: 'ADMINS' })
      .then([{ type: 'GroupMade', data: { groupId: 'AGPA00000000000000001', groupName: 'ADMINS' } }]);
  });

  test('rows of other contexts are gathered, in the account they are in', async () => {
    const worn = given(toy, [made('a')]).with(badges, [{ id: 'B1', group: 'a' }]);
    await worn.when(DeleteGroup, { GroupName: 'a' }).fails('DeleteConflict');
    await worn.when(DeleteGroup, { GroupName: 'b' }).then([]);
    const elsewhere = given(toy, [made('a')]).with(badges, [{ id: 'B1', group: 'a' }], '444455556666');
    await elsewhere.when(DeleteGroup, { GroupName: 'a' }).then([{ type: 'GroupGone', data: { groupId: 'id-a' } }]);
  });

  test('an operation may change another account, and what it asks is all there', async () => {
    const outcome = given(toy, [made('other')])
      .elsewhere('444455556666', made('otherwise'))
      .when(DeleteGroup, { GroupName: 'otherwise' });
    await outcome.then([{ type: 'GroupGone', data: { groupId: 'id-otherwise' } }]);
    await outcome.asks([
      { action: 'iam:DeleteGroup', resource: 'otherwise' },
      { action: 'toy:Look', resource: '*' },
    ]);
    await outcome.replies({});
  });

  test('a query reads what the events have made, page by page', async () => {
    const some = given(toy, ['c', 'a', 'B'].map(made));
    const group = (groupName: string) => onWire({ groupId: `id-${groupName}`, groupName, createdAt: at.toISOString() });
    await some
      .when(ListGroups, { MaxItems: 2 })
      .replies({ Groups: [group('a'), group('B')], IsTruncated: true, Marker: 'b' });
    await some.when(ListGroups, { Marker: 'b' }).replies({ Groups: [group('c')], IsTruncated: false });
    await some.when(ListGroups, {}).asks([{ action: 'iam:ListGroups', resource: '*' }]);
  });

  test('who calls and when is part of the example', async () => {
    await given(toy).as(user).when(GetGroup, { GroupName: 'B1' }).fails('NoSuchEntity', 'No B1 for User.');
    await given(toy)
      .elsewhere('444455556666', made('a'))
      .with(badges, [{ id: 'B1', group: 'a' }], '444455556666')
      .when(GetGroup, { GroupName: 'B1' })
      .replies({ Group: onWire({ groupId: 'id-a', groupName: 'a', createdAt: at.toISOString() }), Users: [] });
    const later = '2027-01-01T00:00:00.000Z';
    await given(toy)
      .at(later)
      .when(CreateGroup, { GroupName: 'a' })
      .replies({ Group: onWire({ groupId: 'AGPA00000000000000001', groupName: 'a', createdAt: later }) });
  });
});

describe('an example that does not hold', () => {
  const outcome = () => given(toy, [made('a')]).when(CreateGroup, { GroupName: 'b' });
  const event = { type: 'GroupMade', data: { groupId: 'AGPA00000000000000001', groupName: 'b' } } as const;

  test.each<[string, () => Promise<void>]>([
    ['other events', () => outcome().then([{ ...event, data: { ...event.data, groupName: 'c' } }])],
    ['no events', () => outcome().then([])],
    ['more events', () => outcome().then([event, event])],
    ['a fault that does not come', () => outcome().fails('EntityAlreadyExists')],
    [
      'another fault',
      () =>
        given(toy, [made('b')])
          .when(CreateGroup, { GroupName: 'b' })
          .fails('NoSuchEntity'),
    ],
    [
      'another text',
      () =>
        given(toy, [made('b')])
          .when(CreateGroup, { GroupName: 'b' })
          .fails('EntityAlreadyExists', 'No.'),
    ],
    [
      'a fault where events were expected',
      () =>
        given(toy, [made('b')])
          .when(CreateGroup, { GroupName: 'b' })
          .then([]),
    ],
    ['another reply', () => outcome().replies({ Group: onWire({ groupId: '', groupName: '', createdAt: '' }) })],
    ['other questions', () => outcome().asks([])],
  ])('%s', async (_, example) => {
    await expect(example()).rejects.toThrow('toEqual');
  });

  test('a mistake of ours is no fault', async () => {
    await expect(given(toy).when(Broken, { GroupName: 'a' }).fails('InternalFailure')).rejects.toThrow(
      'a mistake of ours',
    );
  });

  test('deciding must not change the state', async () => {
    const outcome = given(toy, [made('a')]).when(Meddling, { GroupName: 'id-a' });
    await expect(outcome.then([])).rejects.toThrow('`UpdateGroup` changes the state while deciding');
  });

  test('an outcome that is awaited without a question says so', async () => {
    await expect(Promise.resolve(outcome() as unknown)).rejects.toThrow('an outcome is not awaited itself');
  });
});
