import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fold, readModel } from './read-model.js';
import { Table } from './table.js';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly groups: readonly string[];
}

const model = readModel<Row>('rows', {
  id: ({ id }) => id,
  key: ({ name }) => fold(name),
  indexes: { group: ({ groups }) => groups },
});

const tableOf = (...rows: readonly Row[]): Table<Row> => {
  const table = new Table(model, '111122223333');
  for (const row of rows) table.set(row);
  return table;
};

const ann: Row = { id: '1', name: 'Ann', groups: ['a', 'b'] };

test('a row is found by id, by its folded name and by what it is filed under', () => {
  const table = tableOf(ann);
  expect(table.byId('1')).toBe(ann);
  expect(table.keyed('ann')).toBe(ann);
  expect(table.keyed('Ann')).toBeUndefined();
  expect([table.indexed('group', 'b'), table.indexed('group', 'c')]).toEqual([[ann], []]);
});

test('a renamed row is found by its new name only', () => {
  const table = tableOf(ann);
  table.update('1', { name: 'Bea' });
  expect(table.keyed('ann')).toBeUndefined();
  expect(table.keyed('bea')).toMatchObject({ id: '1', groups: ['a', 'b'] });
});

test('a name that passed to another row stays with that row when the first is renamed or removed', () => {
  const table = tableOf(ann, { id: '2', name: 'Bea', groups: [] });
  table.update('1', { name: 'Cid' });
  table.update('2', { name: 'Ann' });
  table.update('1', { name: 'Dan' });
  expect(table.keyed('ann')?.id).toBe('2');
  table.remove('1');
  expect(table.keyed('ann')?.id).toBe('2');
});

test('an update of a row that is not there is a broken log', () => {
  expect(() => tableOf().update('9', {})).toThrow('no row `9` in `rows` of account 111122223333');
});

test('changes are told once, with what was there before the first and after the last of them', () => {
  const table = tableOf(ann);
  table.track();
  table.update('1', { name: 'Bea' });
  table.update('1', { name: 'Cid' });
  table.set({ id: '2', name: 'Dan', groups: [] });
  table.remove('2');
  const account = '111122223333';
  // A row that came and went in between is no change: nobody has seen it.
  expect(table.takeChanges()).toEqual([{ model, account, before: ann, after: { ...ann, name: 'Cid' } }]);
  expect(table.takeChanges()).toEqual([]);
});

test.each(['__proto__', 'constructor', 'toString'])('%s is a name like any other', (name) => {
  const table = tableOf({ id: name, name, groups: [name] });
  expect(table.byId(name)?.name).toBe(name);
  expect(table.indexed('group', name)).toHaveLength(1);
  expect(tableOf().byId(name)).toBeUndefined();
});

test('any history leaves the same rows as a plain map, in every index', () => {
  const steps = fc.array(
    fc.record({ id: fc.constantFrom('1', '2', '3'), groups: fc.subarray(['a', 'b', 'c']), gone: fc.boolean() }),
  );
  fc.assert(
    fc.property(steps, (history) => {
      const table = tableOf();
      const plain = new Map<string, Row>();
      for (const [index, { id, groups, gone }] of history.entries()) {
        const row = { id, name: `${id}-${index % 2}`, groups };
        if (gone) {
          table.remove(id);
          plain.delete(id);
        } else {
          table.set(row);
          plain.set(id, row);
        }
      }
      const byId = (a: Row, b: Row) => (a.id < b.id ? -1 : 1);
      expect([...table.values()].sort(byId)).toEqual([...plain.values()].sort(byId));
      expect(table.size).toBe(plain.size);
      for (const group of ['a', 'b', 'c']) {
        const filed = [...plain.values()].filter((row) => row.groups.includes(group));
        expect(table.indexed('group', group).sort(byId)).toEqual(filed.sort(byId));
      }
    }),
  );
});

test('any changes can be taken back, in every index, also where names pass from row to row', () => {
  const step = fc.record({
    id: fc.constantFrom('1', '2', '3', '4'),
    name: fc.constantFrom('Ann', 'Bea', 'Cid', 'Dan', 'Eve'),
    groups: fc.subarray(['a', 'b', 'c']),
    gone: fc.boolean(),
  });
  const seen = (table: Table<Row>) => ({
    size: table.size,
    rows: [...table.values()].sort(byId),
    names: ['ann', 'bea', 'cid', 'dan', 'eve'].map((name) => table.keyed(name)),
    groups: ['a', 'b', 'c'].map((group) => table.indexed('group', group).sort(byId)),
  });
  const byId = (a: Row, b: Row) => (a.id < b.id ? -1 : 1);
  const take = (table: Table<Row>, { gone, ...row }: { gone: boolean } & Row) => {
    if (gone) table.remove(row.id);
    else table.set(row);
  };
  fc.assert(
    fc.property(fc.array(step), fc.array(step), fc.array(step), (settled, undone, later) => {
      // Names are unique where a command ends; while its events are folded they need not be.
      const before = settled.filter((row, index) => settled.findIndex(({ name }) => name === row.name) === index);
      const [table, other] = [tableOf(), tableOf()];
      table.track();
      for (const row of before) for (const each of [table, other]) take(each, row);
      table.settle();
      const start = seen(other);
      expect(seen(table)).toEqual(start);
      for (const row of undone) take(table, row);
      table.undo();
      expect(seen(table)).toEqual(start);
      table.undo();
      expect(table.takeChanges()).toEqual([]);
      for (const row of later) for (const each of [table, other]) take(each, row);
      expect(seen(table)).toEqual(seen(other));
    }),
  );
});
