import { expect, test } from '@jest/globals';
import { iam } from '@muniment/aws-model';
import fc from 'fast-check';
import { listing, page } from './list.js';

const rows = Array.from({ length: 25 }, (_, index) => `row-${String(index).padStart(2, '0')}`);
const key = (row: string) => row;
const source =
  (all: readonly string[]) =>
  ({ after = '', limit = 100 }: { after?: string; limit?: number }) =>
    all.filter((row) => row > after).slice(0, limit);

test('a page holds at most MaxItems rows and tells where the next begins', async () => {
  expect(await page({ MaxItems: 10 }, key, source(rows))).toEqual({ rows: rows.slice(0, 10), next: 'row-09' });
  expect(await page({ MaxItems: 10, Marker: 'row-19' }, key, source(rows))).toEqual({
    rows: rows.slice(20),
    next: undefined,
  });
});

test('nothing follows a page that ends with the last row', async () => {
  expect((await page({ MaxItems: 25 }, key, source(rows))).next).toBeUndefined();
});

test('a page has 100 rows when nobody says how many (MaxItems of every list operation)', async () => {
  const many = Array.from({ length: 150 }, (_, index) => `row-${String(index).padStart(3, '0')}`);
  expect((await page({}, key, source(many))).rows).toHaveLength(100);
});

test('pages put together are exactly the rows that are kept, whatever the filter and the size', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 30 }), fc.subarray(rows), async (MaxItems, kept) => {
      const seen: string[] = [];
      let Marker: string | undefined;
      do {
        const input = { MaxItems, ...(Marker === undefined ? {} : { Marker }) };
        const listed = await page(input, key, source(rows), (row) => kept.includes(row));
        expect(listed.rows.length).toBeLessThanOrEqual(MaxItems);
        seen.push(...listed.rows);
        Marker = listed.next;
      } while (Marker !== undefined);
      expect(seen).toEqual(kept);
    }),
  );
});

test('items stand under the name that the model gives them, with IsTruncated and Marker', () => {
  const item = (name: string) => ({ UserName: name }) as iam.User;
  expect(listing(iam.ListUsers, { rows: ['a'], next: 'a' }, item)).toEqual({
    Users: [{ UserName: 'a' }],
    IsTruncated: true,
    Marker: 'a',
  });
  expect(listing(iam.ListUsers, { rows: [], next: undefined }, item)).toEqual({ Users: [], IsTruncated: false });
});
