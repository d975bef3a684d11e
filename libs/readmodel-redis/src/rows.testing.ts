import { type Change, readModel } from '@muniment/kernel';
import type { ReadModels } from '@muniment/runtime';

export interface Row {
  readonly id: string;
  readonly name: string;
  readonly text?: string;
}

export const rowsModel = readModel<Row>('rows', {
  id: ({ id }) => id,
  key: ({ name }) => name,
  indexes: { name: ({ name }) => [name] },
  anywhere: true,
});

export const account = '111122223333';
export const projection = { name: 'directory', version: 1 };

export const row = (name: string): Row => ({ id: `id-${name}`, name });
export const one = row('a');
export const two = row('b');

const change = (before: Row | undefined, after: Row | undefined): Change => ({
  model: rowsModel as Change['model'],
  account,
  before,
  after,
});
export const added = (after: Row): Change => change(undefined, after);
export const removed = (before: Row): Change => change(before, undefined);

export async function everythingOf(readModels: ReadModels, of = projection): Promise<Row[]> {
  const all: Row[] = [];
  for await (const batch of readModels.rows(of).everything(rowsModel)) all.push(...batch.map(({ row: each }) => each));
  return all;
}
