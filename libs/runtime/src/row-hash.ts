import { createHash } from 'node:crypto';
import { setImmediate as otherWork } from 'node:timers/promises';
import type { ProjectionId, ReadModels } from './ports/read-models.js';
import type { Projection } from './projection.js';

export interface HashedRows {
  readonly hash: string;
  readonly rows: number;
}

/** One text for equal values: members sorted, absent ones left out. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    const sorted = Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted);
  });

/** SHA-256 of all rows of a projection, in order of model, account and key. */
export async function hashRows(
  readModels: ReadModels,
  { models }: Pick<Projection, 'models'>,
  id: ProjectionId,
): Promise<HashedRows> {
  const hash = createHash('sha256');
  const rows = readModels.rows(id);
  let count = 0;
  const sorted = Object.values(models).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const model of sorted) {
    for await (const batch of rows.everything(model)) {
      count += batch.length;
      hash.update(batch.map(({ account, row }) => canonical([model.name, account, row])).join('\n')).update('\n');
      // Rows on disk are read without a pause: whoever else this process answers must not wait for all of them.
      await otherWork();
    }
  }
  return { hash: hash.digest('hex'), rows: count };
}
