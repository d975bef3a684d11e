import { describe, expect, test } from '@jest/globals';
import type { ReadModel } from '@muniment/kernel';
import { CheckpointMoved, type ReadModels } from '@muniment/runtime';
import type { OpenReadModels } from './read-models.contract.js';
import { account, added, changed, otherAccount, plainThings, removed, type Thing, thing, things } from './things.js';

const live = { name: 'directory', version: 1 };
const rebuilt = { name: 'directory@rebuilt', version: 1 };
const unmet = { name: 'unmet', version: 1 };

const one = thing('T1', 'One', ['red', 'blue'], 'alice');
const two = thing('T2', 'Two', ['red']);

async function everythingOf(readModels: ReadModels, projection = live, model: ReadModel<Thing> = things) {
  const all: { account: string; row: Thing }[] = [];
  for await (const batch of readModels.rows(projection).everything(model)) all.push(...batch);
  return all;
}

const inUtf8 = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What a store promises to those who share or replace its rows. */
export function handoverContract(opened: () => OpenReadModels): void {
  describe('changes that build on a checkpoint', () => {
    test('are stored where the rows hold up to it, from nothing on', async () => {
      const { readModels } = opened();
      await readModels.apply(live, [added(one)], 3, 0);
      await readModels.apply(live, [added(two)], 8, 3);
      await readModels.apply(live, [], 9, 8);
      expect(await readModels.checkpoint(live)).toBe(9);
      expect(await readModels.rows(live).list(things, account)).toEqual([one, two]);
    });

    test('may leave the checkpoint where it is: rows of events that were passed over', async () => {
      const { readModels } = opened();
      await readModels.apply(live, [added(one)], 3, 0);
      await readModels.apply(live, [added(two)], 3, 3);
      expect(await readModels.checkpoint(live)).toBe(3);
      expect(await readModels.rows(live).list(things, account)).toEqual([one, two]);
    });

    test.each([
      ['ahead', 4],
      ['behind', 2],
      ['nowhere', 0],
    ])('are refused, all of them, where the rows are elsewhere: the writer %s', async (_, after) => {
      const { readModels } = opened();
      await readModels.apply(live, [added(one)], 3, 0);
      await expect(readModels.apply(live, [added(two)], 9, after)).rejects.toThrow(CheckpointMoved);
      expect(await readModels.checkpoint(live)).toBe(3);
      expect(await readModels.rows(live).list(things, account)).toEqual([one]);
      expect(await readModels.rows(live).anywhere(things, 'T2')).toBeUndefined();
      await readModels.apply(live, [added(two)], 9, 3);
      expect(await readModels.rows(live).count(things, account)).toBe(2);
    });

    test('are refused where the rows are gone', async () => {
      const { readModels } = opened();
      await expect(readModels.apply(unmet, [added(one)], 9, 3)).rejects.toThrow(CheckpointMoved);
      await readModels.apply(live, [added(one)], 3);
      await readModels.clear(live);
      await expect(readModels.apply(live, [added(two)], 9, 3)).rejects.toThrow(CheckpointMoved);
      expect(await readModels.checkpoint(live)).toBeUndefined();
      expect(await everythingOf(readModels)).toEqual([]);
    });

    test('of writers that do not wait for each other, exactly one gets in', async () => {
      const { readModels } = opened();
      const writers = Array.from({ length: 8 }, (_, index) =>
        readModels.apply(live, [added(thing(`T${index}`, `n${index}`))], index + 1, 0),
      );
      const outcomes = await Promise.allSettled(writers);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(refusals.every((refusal) => refusal instanceof CheckpointMoved)).toBe(true);
      expect(await readModels.rows(live).count(things, account)).toBe(1);
    });
  });

  describe('rows made again', () => {
    test('take the place of the live ones in one step, and theirs is empty then', async () => {
      const { readModels } = opened();
      await readModels.apply(live, [added(one), added(one, plainThings)], 5);
      await readModels.apply(rebuilt, [added(two), added({ ...two, id: 'T3' }, things, otherAccount)], 7);
      await readModels.replace(live, rebuilt);
      const rows = readModels.rows(live);
      expect(await readModels.checkpoint(live)).toBe(7);
      expect(await rows.list(things, account)).toEqual([two]);
      expect(await rows.find(things, account, 'two')).toEqual(two);
      expect(await rows.findById(things, account, 'T1')).toBeUndefined();
      expect(await rows.anywhere(things, 'T3')).toMatchObject({ account: otherAccount });
      expect(await rows.anywhere(things, 'T1')).toBeUndefined();
      expect(await rows.filed(things, account, 'group', 'blue')).toEqual([]);
      expect(await rows.count(things, account)).toBe(1);
      expect(await rows.count(plainThings, account)).toBe(0);
      expect(await readModels.checkpoint(rebuilt)).toBeUndefined();
      expect(await everythingOf(readModels, rebuilt)).toEqual([]);
      expect(await readModels.rows(rebuilt).anywhere(things, 'T3')).toBeUndefined();
    });

    test('are then kept on like any others, and can be made again', async () => {
      const { readModels } = opened();
      for (const [round, from] of [10, 20, 30].entries()) {
        await readModels.apply(rebuilt, [added({ ...one, owner: `round ${round}` })], from, 0);
        await readModels.replace(live, rebuilt);
        await readModels.apply(live, [added(two)], from + 1, from);
        expect(await readModels.rows(live).list(things, account)).toEqual([{ ...one, owner: `round ${round}` }, two]);
        expect(await readModels.rows(live).count(things, account)).toBe(2);
        expect(await readModels.checkpoint(rebuilt)).toBeUndefined();
      }
    });

    test('take the place of nothing, and nothing takes the place of the live ones', async () => {
      const { readModels } = opened();
      await readModels.apply(rebuilt, [added(one)], 4);
      await readModels.replace(live, rebuilt);
      expect(await readModels.rows(live).list(things, account)).toEqual([one]);
      await readModels.replace(live, rebuilt);
      expect(await readModels.checkpoint(live)).toBeUndefined();
      expect(await everythingOf(readModels)).toEqual([]);
    });

    test('refuse who builds on the rows from before', async () => {
      const { readModels } = opened();
      await readModels.apply(live, [added(one)], 5);
      await readModels.apply(rebuilt, [added(two)], 4);
      await readModels.replace(live, rebuilt);
      await expect(readModels.apply(live, [removed(one)], 6, 5)).rejects.toThrow(CheckpointMoved);
      expect(await everythingOf(readModels)).toEqual([{ account, row: two }]);
    });

    test('outlive closing', async () => {
      let { readModels } = opened();
      const { reopen } = opened();
      await readModels.apply(live, [added(one)], 5);
      await readModels.apply(rebuilt, [added(two)], 7);
      await readModels.replace(live, rebuilt);
      if (reopen) readModels = await reopen();
      expect(await readModels.checkpoint(live)).toBe(7);
      expect(await everythingOf(readModels)).toEqual([{ account, row: two }]);
      await readModels.apply(rebuilt, [added(one)], 1, 0);
      expect(await everythingOf(readModels)).toEqual([{ account, row: two }]);
    });
  });

  describe('everything', () => {
    test('of nothing is nothing', async () => {
      expect(await everythingOf(opened().readModels)).toEqual([]);
    });

    test('is every row of every account once, in order of account and key, and no other model’s', async () => {
      const { readModels } = opened();
      const accounts = [otherAccount, account, '', 'é', '\uffff', '💼', 'a\u0000b', 'a\u0001', '11112222333'];
      const names = Array.from({ length: 1100 }, (_, index) => `n${String(index).padStart(4, '0')}`);
      // One account of more than a batch, and batches that end within an account.
      const namesOf = (of: string) => (of === account ? names : names.slice(0, 150));
      for (const [index, of] of accounts.entries()) {
        const changes = namesOf(of)
          .toReversed()
          .map((name) => added(thing(`${of}/${name}`, name), things, of));
        await readModels.apply(live, [...changes, added(thing(`P${of}`, 'other'), plainThings, of)], index + 1);
      }
      const all = await everythingOf(readModels);
      const expected = accounts.toSorted(inUtf8).flatMap((of) => namesOf(of).map((name) => `${of} ${name}`));
      expect(all.map((each) => `${each.account} ${each.row.name}`)).toEqual(expected);
      expect(all.every((each) => each.row.id === `${each.account}/${each.row.name}`)).toBe(true);
      expect(await everythingOf(readModels, live, plainThings)).toHaveLength(accounts.length);
    });

    test('has rows as they are now, and none of accounts that have none left', async () => {
      const { readModels } = opened();
      const renamed = { ...one, name: 'Uno' };
      await readModels.apply(live, [added(one), added({ ...two, id: 'T9' }, things, otherAccount)], 1);
      await readModels.apply(live, [changed(one, renamed), added(two)], 2);
      await readModels.apply(live, [removed({ ...two, id: 'T9' }, things, otherAccount)], 3);
      expect(await everythingOf(readModels)).toEqual([
        { account, row: two },
        { account, row: renamed },
      ]);
    });
  });

  describe('a lease', () => {
    test('is had for a time and given back', async () => {
      const { readModels } = opened();
      expect(await readModels.lease(live, 5000)).toBe(true);
      expect(await readModels.lease(live, 5000)).toBe(true);
      await readModels.apply(live, [added(one)], 1, 0);
      await readModels.lease(live, 0);
      expect(await readModels.lease(live, 5000)).toBe(true);
      await readModels.lease(live, 0);
    });
  });
}
