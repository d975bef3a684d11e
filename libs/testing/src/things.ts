import { type Change, fold, readModel } from '@muniment/kernel';

/** A row of no meaning. */
export interface Thing {
  readonly id: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly owner?: string;
}

/** Has everything a read model can have. */
export const things = readModel<Thing>('things', {
  id: ({ id }) => id,
  key: ({ name }) => fold(name),
  indexes: {
    group: ({ groups }) => groups,
    owner: ({ owner }) => (owner === undefined ? [] : [owner]),
  },
  anywhere: true,
});

/** Called by its id, found no other way. */
export const plainThings = readModel<Thing>('plain-things', { id: ({ id }) => id });

export const thing = (id: string, name: string, groups: readonly string[] = [], owner?: string): Thing => ({
  id,
  name,
  groups,
  ...(owner === undefined ? {} : { owner }),
});

export const account = '111122223333';
export const otherAccount = '444455556666';

export const added = (after: Thing, model = things, of = account): Change => ({
  model: model as Change['model'],
  account: of,
  before: undefined,
  after,
});

export const changed = (before: Thing, after: Thing, model = things, of = account): Change => ({
  model: model as Change['model'],
  account: of,
  before,
  after,
});

export const removed = (before: Thing, model = things, of = account): Change => ({
  model: model as Change['model'],
  account: of,
  before,
  after: undefined,
});
