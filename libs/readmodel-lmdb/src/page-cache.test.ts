import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Change, type Page, readModel } from '@muniment/kernel';
import fc from 'fast-check';
import { openReadModels } from './lmdb-read-models.js';
import { PageCache } from './page-cache.js';

interface Row {
  readonly id: string;
  readonly name: string;
}

const model = readModel<Row>('rows', { id: ({ id }) => id, key: ({ name }) => name });
const projection = { name: 'directory', version: 1 };
const accounts = ['111111111111', '222222222222'];
const row = (id: string): Row => ({ id, name: id });

/** What a page holds, worked out without a store. */
function pageOf(names: Iterable<string>, { after, limit = Infinity }: Page): string[] {
  return [...names]
    .sort()
    .filter((name) => after === undefined || name > after)
    .slice(0, limit);
}

const page = fc.record({ limit: fc.integer({ min: 1, max: 4 }), after: fc.constantFrom(undefined, 'b', 'c') });
const step = fc.record({
  account: fc.constantFrom(...accounts),
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  /** Whether the listings come while the change is on its way. */
  meanwhile: fc.boolean(),
  pages: fc.array(page, { maxLength: 3 }),
});

describe('pages that are remembered', () => {
  test('hold what is stored, whatever is written before, meanwhile and after', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const path = await mkdtemp(join(tmpdir(), 'pages-'));
        const readModels = await openReadModels({ path });
        const rows = readModels.rows(projection);
        const stored = new Map(accounts.map((account) => [account, new Set<string>()]));
        const listed = (account: string, asked: Page) => rows.list(model, account, asked).map(({ name }) => name);
        for (const [position, { account, name, meanwhile, pages }] of steps.entries()) {
          const names = stored.get(account) as Set<string>;
          const [before, after] = names.has(name) ? [row(name), undefined] : [undefined, row(name)];
          const change = { model, account, before, after } as unknown as Change;
          for (const asked of pages) expect(listed(account, asked)).toEqual(pageOf(names, asked));
          const applied = readModels.apply(projection, [change], position + 1);
          if (meanwhile) {
            await Promise.resolve();
            // Either answer is right now; neither may be remembered beyond the change.
            for (const asked of pages) listed(account, asked);
          }
          await applied;
          if (after) names.add(name);
          else names.delete(name);
          for (const asked of pages) {
            for (const each of accounts) {
              const expected = pageOf(stored.get(each) as Set<string>, asked);
              expect(listed(each, asked)).toEqual(expected);
              expect(listed(each, asked)).toEqual(expected);
            }
          }
        }
        await readModels.close();
        await rm(path, { recursive: true });
      }),
      { numRuns: 20 },
    );
  });

  test('are not read again while nothing changes, and are after a change', async () => {
    const path = await mkdtemp(join(tmpdir(), 'pages-'));
    const readModels = await openReadModels({ path });
    const rows = readModels.rows(projection);
    const [account = ''] = accounts;
    const added = (name: string) => ({ model, account, before: undefined, after: row(name) }) as unknown as Change;
    await readModels.apply(projection, [added('a')], 1);
    const first = rows.list(model, account, { limit: 5 });
    expect(rows.list(model, account, { limit: 5 })).toBe(first);
    await readModels.apply(projection, [added('b')], 2);
    expect(rows.list(model, account, { limit: 5 })).toEqual([row('a'), row('b')]);
    await readModels.close();
    await rm(path, { recursive: true });
  });

  test('are bounded by their rows: the place that came first goes first', () => {
    const cache = new PageCache(5);
    cache.add('one', { limit: 3 }, [1, 2, 3]);
    cache.add('two', { limit: 2 }, [1, 2]);
    expect(cache.get('one', { limit: 3 })).toEqual([1, 2, 3]);
    cache.add('two', { limit: 2, after: 'b' }, [3]);
    expect(cache.get('one', { limit: 3 })).toBeUndefined();
    expect(cache.get('two', { limit: 2, after: 'b' })).toEqual([3]);
    cache.add('three', { limit: 9 }, [1, 2, 3, 4, 5, 6]);
    expect(cache.get('three', { limit: 9 })).toBeUndefined();
  });

  test('of a place that two transactions change are remembered only when both are done', () => {
    const cache = new PageCache(5);
    cache.changing(['one']);
    cache.changing(['one']);
    cache.changed(['one']);
    cache.add('one', { limit: 3 }, [1]);
    expect(cache.get('one', { limit: 3 })).toBeUndefined();
    cache.changed(['one']);
    cache.add('one', { limit: 3 }, [1]);
    expect(cache.get('one', { limit: 3 })).toEqual([1]);
  });
});
