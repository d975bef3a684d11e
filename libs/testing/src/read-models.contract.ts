import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ReadModels, Rows } from '@muniment/runtime';
import { handoverContract } from './read-models-handover.contract.js';
import { randomChangesContract } from './read-models-random.contract.js';
import { account, added, changed, otherAccount, plainThings, removed, thing, things } from './things.js';

export interface OpenReadModels {
  readonly readModels: ReadModels;
  readonly close: () => Promise<void>;
  /** Closes them and opens what is on disk again; absent where nothing outlives closing. */
  readonly reopen?: () => Promise<ReadModels>;
}

const directory = { name: 'directory', version: 1 };
const next = { name: 'directory', version: 2 };
const credentials = { name: 'credentials', version: 1 };

/** In byte order of UTF-8, which is not the order of JavaScript's own comparison. */
const unusual = [
  '',
  '\u0000',
  '\u0000a',
  '\u0001',
  '\u0001\u0001',
  '\u0002',
  ' ',
  '/',
  '/a/',
  '/a/b',
  '0',
  'a',
  'a\u0000b',
  'a\u0001b',
  'a b',
  'aa',
  `aa${'x'.repeat(63)}`,
  `aa${'x'.repeat(600)}`,
  'ab',
  '~',
  '\u007f',
  'é',
  'ﬀ',
  '\uffff',
  '𐀀',
  '💼',
  '💼a',
];

/** What every store of read models promises. */
export function readModelsContract(name: string, open: () => Promise<OpenReadModels>): void {
  describe(`read models: ${name}`, () => {
    let opened: OpenReadModels;
    let readModels: ReadModels;
    let rows: Rows;
    beforeEach(async () => {
      opened = await open();
      readModels = opened.readModels;
      rows = readModels.rows(directory);
    });
    afterEach(() => opened.close());

    const one = thing('T1', 'One', ['red', 'blue'], 'alice');
    const two = thing('T2', 'Two', ['red']);
    const names = async (list: ReturnType<Rows['list']>) => (await list).map((row) => (row as { name: string }).name);

    test('a new store knows nothing', async () => {
      expect(await readModels.checkpoint(directory)).toBeUndefined();
      expect(await rows.find(things, account, 'one')).toBeUndefined();
      expect(await rows.findById(things, account, 'T1')).toBeUndefined();
      expect(await rows.anywhere(things, 'T1')).toBeUndefined();
      expect(await rows.list(things, account)).toEqual([]);
      expect(await rows.filed(things, account, 'group', 'red')).toEqual([]);
      expect(await rows.count(things, account)).toBe(0);
      expect(await readModels.kept('snapshot')).toBeUndefined();
    });

    test('a row is found by key, by id, anywhere, in lists and under each value of its indexes', async () => {
      await readModels.apply(directory, [added(one), added(two)], 7);
      expect(await readModels.checkpoint(directory)).toBe(7);
      expect(await rows.find(things, account, 'one')).toEqual(one);
      expect(await rows.findById(things, account, 'T1')).toEqual(one);
      expect(await rows.anywhere(things, 'T2')).toEqual({ account, row: two });
      expect(await rows.list(things, account)).toEqual([one, two]);
      expect(await rows.filed(things, account, 'group', 'red')).toEqual([one, two]);
      expect(await rows.filed(things, account, 'group', 'blue')).toEqual([one]);
      expect(await rows.filed(things, account, 'owner', 'alice')).toEqual([one]);
      expect(await rows.count(things, account)).toBe(2);
    });

    test('what is not there is not found: other keys, accounts, models, values, indexes', async () => {
      await readModels.apply(directory, [added(one)], 1);
      expect(await rows.find(things, account, 'One')).toBeUndefined();
      expect(await rows.find(things, otherAccount, 'one')).toBeUndefined();
      expect(await rows.find(plainThings, account, 'T1')).toBeUndefined();
      expect(await rows.findById(things, account, 'one')).toBeUndefined();
      expect(await rows.findById(things, otherAccount, 'T1')).toBeUndefined();
      expect(await rows.filed(things, account, 'owner', 'red')).toEqual([]);
      expect(await rows.filed(things, account, 'group', '')).toEqual([]);
      expect(await rows.filed(things, otherAccount, 'group', 'red')).toEqual([]);
      expect(await rows.list(things, '11112222333')).toEqual([]);
    });

    test('a row that is called by its id has one name', async () => {
      await readModels.apply(directory, [added(one, plainThings)], 1);
      expect(await rows.find(plainThings, account, 'T1')).toEqual(one);
      expect(await rows.findById(plainThings, account, 'T1')).toEqual(one);
    });

    test('a changed row is found by what it is now', async () => {
      const renamed = thing('T1', 'Uno', ['blue', 'green']);
      await readModels.apply(directory, [added(one), added(two)], 1);
      expect(await rows.list(things, account)).toEqual([one, two]);
      await readModels.apply(directory, [changed(one, renamed)], 2);
      expect(await rows.find(things, account, 'one')).toBeUndefined();
      expect(await rows.find(things, account, 'uno')).toEqual(renamed);
      expect(await rows.findById(things, account, 'T1')).toEqual(renamed);
      expect(await rows.anywhere(things, 'T1')).toEqual({ account, row: renamed });
      expect(await rows.list(things, account)).toEqual([two, renamed]);
      expect(await rows.filed(things, account, 'group', 'red')).toEqual([two]);
      expect(await rows.filed(things, account, 'group', 'blue')).toEqual([renamed]);
      expect(await rows.filed(things, account, 'group', 'green')).toEqual([renamed]);
      expect(await rows.filed(things, account, 'owner', 'alice')).toEqual([]);
      expect(await rows.count(things, account)).toBe(2);
    });

    test('a row that changes in place keeps its entries', async () => {
      const older = { ...one, owner: 'bob' };
      await readModels.apply(directory, [added(one)], 1);
      expect(await rows.find(things, account, 'one')).toEqual(one);
      await readModels.apply(directory, [changed(one, older)], 2);
      expect(await rows.find(things, account, 'one')).toEqual(older);
      expect(await rows.filed(things, account, 'group', 'red')).toEqual([older]);
    });

    test('a removed row leaves nothing, and its names are free', async () => {
      await readModels.apply(directory, [added(one), added(two)], 1);
      await readModels.apply(directory, [removed(one)], 2);
      expect(await rows.find(things, account, 'one')).toBeUndefined();
      expect(await rows.findById(things, account, 'T1')).toBeUndefined();
      expect(await rows.anywhere(things, 'T1')).toBeUndefined();
      expect(await rows.list(things, account)).toEqual([two]);
      expect(await rows.filed(things, account, 'group', 'blue')).toEqual([]);
      expect(await rows.count(things, account)).toBe(1);
      await readModels.apply(directory, [added(thing('T3', 'One'))], 3);
      expect(await rows.findById(things, account, 'T3')).toMatchObject({ name: 'One' });
    });

    test.each([['first', 'second'] as const, ['second', 'first'] as const])(
      'rows trade names in one step, whichever change comes first: %s, %s',
      async (...order) => {
        await readModels.apply(directory, [added(one), added(two)], 1);
        const changes = {
          first: changed(one, { ...one, name: 'Two' }),
          second: changed(two, { ...two, name: 'One' }),
        };
        await readModels.apply(
          directory,
          order.map((each) => changes[each]),
          2,
        );
        expect(await rows.find(things, account, 'one')).toMatchObject({ id: 'T2' });
        expect(await rows.find(things, account, 'two')).toMatchObject({ id: 'T1' });
        expect(await rows.filed(things, account, 'group', 'red')).toMatchObject([{ id: 'T2' }, { id: 'T1' }]);
        expect(await rows.findById(things, account, 'T1')).toMatchObject({ name: 'Two' });
        expect(await rows.count(things, account)).toBe(2);
      },
    );

    test('a name given up and taken in one step belongs to the one who took it', async () => {
      await readModels.apply(directory, [added(one)], 1);
      await readModels.apply(directory, [added(thing('T3', 'one', ['red'])), removed(one)], 2);
      expect(await rows.find(things, account, 'one')).toMatchObject({ id: 'T3' });
      expect(await rows.filed(things, account, 'group', 'red')).toMatchObject([{ id: 'T3' }]);
      expect(await rows.findById(things, account, 'T1')).toBeUndefined();
      expect(await rows.count(things, account)).toBe(1);
    });

    test('an id that moves to another account in one step is found there', async () => {
      await readModels.apply(directory, [added(one)], 1);
      await readModels.apply(directory, [added(one, things, otherAccount), removed(one)], 2);
      expect(await rows.anywhere(things, 'T1')).toEqual({ account: otherAccount, row: one });
      expect(await rows.count(things, account)).toBe(0);
    });

    test('accounts, projections and their versions are strangers to each other', async () => {
      await readModels.apply(directory, [added(one)], 1);
      await readModels.apply(directory, [added(two, things, otherAccount)], 2);
      await readModels.apply(next, [added({ ...one, name: 'Next' })], 3);
      await readModels.apply(credentials, [added({ ...one, name: 'Other' })], 4);
      expect(await names(rows.list(things, account))).toEqual(['One']);
      expect(await names(rows.list(things, otherAccount))).toEqual(['Two']);
      expect(await names(readModels.rows(next).list(things, account))).toEqual(['Next']);
      expect(await names(readModels.rows(credentials).list(things, account))).toEqual(['Other']);
      expect(await readModels.checkpoint(directory)).toBe(2);
      expect(await readModels.checkpoint(next)).toBe(3);
    });

    test('keys, ids and values of every kind, in byte order of UTF-8', async () => {
      const all = unusual.map((text, index) =>
        thing(`${text}!`, text, [text, `${index % 2}`], 'x'.repeat(3000) + text),
      );
      await readModels.apply(
        directory,
        all.toReversed().map((row) => added(row)),
        1,
      );
      expect(await names(rows.list(things, account))).toEqual(unusual);
      for (const row of all) {
        expect(await rows.find(things, account, row.name)).toEqual(row);
        expect(await rows.findById(things, account, row.id)).toEqual(row);
        expect(await rows.anywhere(things, row.id)).toEqual({ account, row });
        expect(await rows.filed(things, account, 'group', row.name)).toContainEqual(row);
        expect(await rows.filed(things, account, 'owner', row.owner as string)).toEqual([row]);
      }
      for (const [index, after] of unusual.entries()) {
        expect(await names(rows.list(things, account, { after, limit: 2 }))).toEqual(
          unusual.slice(index + 1, index + 3),
        );
      }
      await readModels.apply(
        directory,
        all.map((row) => removed(row)),
        2,
      );
      expect(await rows.list(things, account)).toEqual([]);
      for (const { name: value } of all) expect(await rows.filed(things, account, 'group', value)).toEqual([]);
    });

    test('pages begin behind a key, whether it is there or not, and hold no more than asked for', async () => {
      const all = ['a', 'b', 'c', 'd', 'e'].map((name) => thing(name, name, ['all']));
      await readModels.apply(
        directory,
        all.map((row) => added(row)),
        1,
      );
      const read: Record<string, (page: { after?: string; limit?: number }) => ReturnType<Rows['list']>> = {
        list: (page) => rows.list(things, account, page),
        filed: (page) => rows.filed(things, account, 'group', 'all', page),
      };
      for (const list of Object.values(read)) {
        expect(await names(list({ limit: 2 }))).toEqual(['a', 'b']);
        expect(await names(list({ after: 'b', limit: 2 }))).toEqual(['c', 'd']);
        expect(await names(list({ after: 'bb', limit: 2 }))).toEqual(['c', 'd']);
        expect(await names(list({ after: 'd', limit: 2 }))).toEqual(['e']);
        expect(await names(list({ after: '' }))).toEqual(['a', 'b', 'c', 'd', 'e']);
        expect(await list({ after: 'e' })).toEqual([]);
        expect(await list({ after: 'z'.repeat(5000) })).toEqual([]);
        expect(await list({ limit: 0 })).toEqual([]);
      }
    });

    test('what was applied before is not applied again (R15)', async () => {
      await readModels.apply(directory, [added(one)], 5);
      await readModels.apply(directory, [added(one), added(two)], 5);
      await readModels.apply(directory, [removed(one)], 4);
      expect(await rows.list(things, account)).toEqual([one]);
      expect(await rows.count(things, account)).toBe(1);
      expect(await readModels.checkpoint(directory)).toBe(5);
    });

    test('a step without changes moves the checkpoint', async () => {
      await readModels.apply(directory, [], 9);
      expect(await readModels.checkpoint(directory)).toBe(9);
    });

    test('steps that do not wait for each other are applied in order', async () => {
      const steps = Array.from({ length: 30 }, (_, index) => thing('T1', `n${index}`, [`g${index}`]));
      await Promise.all([
        ...steps.map((row, index) =>
          readModels.apply(
            directory,
            [index === 0 ? added(row) : changed(steps[index - 1] as typeof row, row)],
            index + 1,
          ),
        ),
        ...steps.map((row, index) => readModels.apply(credentials, [added({ ...row, id: row.name })], index + 1)),
      ]);
      expect(await rows.list(things, account)).toEqual(steps.slice(-1));
      expect(await readModels.rows(credentials).count(things, account)).toBe(30);
    });

    test('a cleared projection is as new, and the others are as they were', async () => {
      await readModels.apply(directory, [added(one), added(one, plainThings)], 5);
      await readModels.apply(next, [added(two)], 6);
      expect(await rows.find(things, account, 'one')).toEqual(one);
      await readModels.clear(directory);
      expect(await readModels.checkpoint(directory)).toBeUndefined();
      expect(await rows.find(things, account, 'one')).toBeUndefined();
      expect(await rows.findById(things, account, 'T1')).toBeUndefined();
      expect(await rows.anywhere(things, 'T1')).toBeUndefined();
      expect(await rows.filed(things, account, 'group', 'red')).toEqual([]);
      expect(await rows.count(things, account)).toBe(0);
      expect(await readModels.rows(next).list(things, account)).toEqual([two]);
      await readModels.apply(directory, [added(two)], 1);
      expect(await rows.list(things, account)).toEqual([two]);
      expect(await rows.count(things, account)).toBe(1);
    });

    test('rows read before a change are not touched by it', async () => {
      await readModels.apply(directory, [added(one)], 1);
      const before = await rows.list(things, account);
      await readModels.apply(directory, [changed(one, { ...one, owner: 'bob' })], 2);
      expect(before).toEqual([one]);
    });

    test('blobs are kept under their names', async () => {
      await readModels.keep('snapshot:directory-1', 'first');
      await readModels.keep('snapshot:directory-1', `second ${'é'.repeat(200_000)}`);
      await readModels.keep('', 'nameless');
      expect(await readModels.kept('snapshot:directory-1')).toBe(`second ${'é'.repeat(200_000)}`);
      expect(await readModels.kept('')).toBe('nameless');
      expect(await readModels.kept('snapshot:directory-2')).toBeUndefined();
    });

    handoverContract(() => opened);
    randomChangesContract(() => opened);
  });
}
