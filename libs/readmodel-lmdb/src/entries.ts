import type { Change, ReadModel } from '@muniment/kernel';
import { bytesOf, longestKey, prefix } from './keys.js';

/** What is stored under a key before and after; equal: nothing to do. */
interface Entry {
  before: string | undefined;
  after: string | undefined;
}

/** Where things of one model and account are. */
export const places = {
  rows: (scope: string, account: string, model: string) => prefix(scope, account, model),
  id: (scope: string, account: string, model: string, id: string) => prefix(scope, account, model, id),
  filed: (scope: string, account: string, model: string, index: string, value: string) =>
    prefix(scope, account, model, index, value),
  anywhere: (scope: string, model: string, id: string) => prefix(scope, model, id),
  count: (scope: string, account: string, model: string) => prefix(scope, account, model),
};

/** Rows that are called by their id need no second way to them. */
export const calledById = (model: ReadModel<never>): boolean => (model.key as unknown) === model.id;

const unknown = '';
const present = '1';

/** What a set of changes means for the databases: one entry per key, however many changes touch it. */
export class Entries {
  readonly rows = new Map<string, Entry>();
  readonly ids = new Map<string, Entry>();
  readonly filed = new Map<string, Entry>();
  readonly anywhere = new Map<string, Entry>();
  /** By how many rows a model of an account has grown, by the place of its rows; 0 where rows have only changed. */
  readonly growth = new Map<string, number>();
  readonly #scope: string;

  constructor(scope: string, changes: readonly Change[]) {
    this.#scope = scope;
    // All removals first: one row may take a key that another gives up in the same step.
    for (const { model, account, before } of changes)
      if (before !== undefined) this.#add(model, account, before, 'before');
    for (const { model, account, after } of changes) if (after !== undefined) this.#add(model, account, after, 'after');
  }

  #add(model: ReadModel<unknown>, account: string, row: unknown, side: 'before' | 'after'): void {
    const scope = this.#scope;
    const key = bytesOf(model.key(row));
    const id = model.id(row);
    if (key.length > longestKey) throw new TypeError(`a key of \`${model.name}\` is longer than ${longestKey} bytes`);
    set(
      this.rows,
      places.rows(scope, account, model.name) + key,
      side,
      side === 'before' ? unknown : JSON.stringify(row),
    );
    if (!calledById(model)) set(this.ids, places.id(scope, account, model.name, id), side, key);
    if (model.anywhere)
      set(this.anywhere, places.anywhere(scope, model.name, id), side, JSON.stringify([account, key]));
    for (const [index, valuesOf] of Object.entries(model.indexes)) {
      for (const value of valuesOf(row)) {
        set(this.filed, places.filed(scope, account, model.name, index, value) + key, side, present);
      }
    }
    const counted = places.count(scope, account, model.name);
    this.growth.set(counted, (this.growth.get(counted) ?? 0) + (side === 'after' ? 1 : -1));
  }
}

function set(entries: Map<string, Entry>, key: string, side: 'before' | 'after', value: string): void {
  const entry = entries.get(key);
  if (entry) entry[side] = value;
  else entries.set(key, { before: undefined, after: undefined, [side]: value });
}
