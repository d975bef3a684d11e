import { expect, test } from '@jest/globals';
import { type Change, fold } from '@muniment/kernel';
import type { ReadModels } from '@muniment/runtime';
import fc from 'fast-check';
import type { OpenReadModels } from './read-models.contract.js';
import { account, otherAccount, type Thing, things } from './things.js';

const accounts = [account, otherAccount];
const ids = ['T1', 'T2', 'T3', 'T4', 'T5'];

const edit = fc.record({
  account: fc.constantFrom(...accounts),
  id: fc.constantFrom(...ids),
  /** Undefined: the row goes. */
  row: fc.option(
    fc.record({
      name: fc.constantFrom('a', 'B', 'b/c', 'é', '', '💼', '\u0000'),
      groups: fc.uniqueArray(fc.constantFrom('red', 'blue', '')),
    }),
    { nil: undefined, freq: 4 },
  ),
});

const history = fc.array(
  fc.record({
    edits: fc.array(edit, { maxLength: 6 }),
    /** How often the step arrives, and whether the store is opened anew behind it. */
    times: fc.integer({ min: 1, max: 3 }),
    reopen: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

/** Rows by account and id: what the store has to agree with. */
type Model = Map<string, Map<string, Thing>>;

/** Edits that make sense on the model, as one step's changes: one per row, keys unique. */
function step(model: Model, edits: readonly (typeof edit extends fc.Arbitrary<infer Edit> ? Edit : never)[]): Change[] {
  const before = new Map(accounts.map((owner) => [owner, new Map(model.get(owner))]));
  for (const { account: owner, id, row } of edits) {
    const rows = model.get(owner) as Map<string, Thing>;
    const takenByOther =
      row && [...rows.values()].some((other) => other.id !== id && fold(other.name) === fold(row.name));
    if (row === undefined) rows.delete(id);
    else if (!takenByOther) rows.set(id, { id: `${id}-${owner}`, ...row });
  }
  return accounts.flatMap((owner) =>
    ids.flatMap((id) => {
      const change = { before: before.get(owner)?.get(id), after: model.get(owner)?.get(id) };
      return change.before === change.after ? [] : [{ model: things as Change['model'], account: owner, ...change }];
    }),
  );
}

const byKey = (a: Thing, b: Thing) => Buffer.compare(Buffer.from(fold(a.name)), Buffer.from(fold(b.name)));

async function expectSame(readModels: ReadModels, projection: { name: string; version: number }, model: Model) {
  const rows = readModels.rows(projection);
  const groups = ['red', 'blue', ''];
  // Together: stores that are far away are asked in one go.
  for (const owner of accounts) {
    const expected = [...(model.get(owner)?.values() ?? [])].sort(byKey);
    const found = await Promise.all([
      Promise.all(expected.map(async ({ name }) => rows.find(things, owner, fold(name)))),
      rows.list(things, owner),
      rows.count(things, owner),
      Promise.all(groups.map(async (group) => rows.filed(things, owner, 'group', group))),
      Promise.all(ids.map(async (id) => rows.findById(things, owner, `${id}-${owner}`))),
      Promise.all(ids.map(async (id) => rows.anywhere(things, `${id}-${owner}`))),
    ]);
    const byId = ids.map((id) => model.get(owner)?.get(id));
    expect(found).toEqual([
      expected,
      expected,
      expected.length,
      groups.map((group) => expected.filter((row) => row.groups.includes(group))),
      byId,
      byId.map((row) => row && { account: owner, row }),
    ]);
  }
}

/** Whatever happens to the rows, the store agrees with a plain map: repeated steps and reopening included (R15). */
export function randomChangesContract(opened: () => OpenReadModels): void {
  test('random changes, repeated and reopened, leave what a plain map holds (R15)', async () => {
    let { readModels } = opened();
    const { reopen } = opened();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        run++;
        const projection = { name: 'random', version: run };
        const model: Model = new Map(accounts.map((owner) => [owner, new Map<string, Thing>()]));
        for (const [index, { edits, times, reopen: again }] of steps.entries()) {
          const changes = step(model, edits);
          for (let time = 0; time < times; time++) await readModels.apply(projection, changes, index + 1);
          if (again && reopen && index % 4 === 0) readModels = await reopen();
          await expectSame(readModels, projection, model);
        }
        expect(await readModels.checkpoint(projection)).toBe(steps.length);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
}
