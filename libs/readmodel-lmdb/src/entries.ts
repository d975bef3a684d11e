import type { Change, ReadModel } from '@muniment/kernel';
import { bytesOf, longestKey, longestPart, prefix } from './keys.js';

/** What is stored under a key before and after; equal: nothing to do. */
interface Entry {
  before: string | undefined;
  after: string | undefined;
}

/** Where things of one model and account are. All begin alike, so that beginnings can be put together with the rest. */
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

/** Beginnings of the keys that all rows of one model and account share. */
interface Beginnings {
  readonly model: ReadModel<unknown>;
  readonly account: string;
  /** Of rows, ids, everything that is filed, and the count. */
  readonly own: string;
  readonly anywhere: string;
}

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
  /** Those of the change before: changes come grouped by model and account. */
  #last: Beginnings | undefined;

  constructor(scope: string, changes: readonly Change[]) {
    this.#scope = scope;
    // All removals first: one row may take a key that another gives up in the same step.
    for (const { model, account, before } of changes)
      if (before !== undefined) this.#add(model, account, before, 'before');
    for (const { model, account, after } of changes) if (after !== undefined) this.#add(model, account, after, 'after');
  }

  #add(model: ReadModel<unknown>, account: string, row: unknown, side: 'before' | 'after'): void {
    const beginnings = this.#beginnings(model, account);
    const { own } = beginnings;
    const key = bytesOf(model.key(row));
    const id = model.id(row);
    if (key.length > longestKey) throw new TypeError(`a key of \`${model.name}\` is longer than ${longestKey} bytes`);
    set(this.rows, own + key, side, side === 'before' ? unknown : JSON.stringify(row));
    if (!calledById(model)) set(this.ids, own + prefix(id), side, key);
    if (model.anywhere) set(this.anywhere, beginnings.anywhere + prefix(id), side, JSON.stringify([account, key]));
    for (const index in model.indexes) {
      const values = model.indexes[index]?.(row) ?? [];
      for (const value of values) set(this.filed, own + prefix(index, value) + key, side, present);
    }
    this.growth.set(own, (this.growth.get(own) ?? 0) + (side === 'after' ? 1 : -1));
  }

  #beginnings(model: ReadModel<unknown>, account: string): Beginnings {
    if (this.#last?.model === model && this.#last.account === account) return this.#last;
    // Its hash would not tell which account it is.
    if (bytesOf(account).length > longestPart)
      throw new TypeError(`the name of an account is longer than ${longestPart} bytes`);
    const own = places.rows(this.#scope, account, model.name);
    this.#last = { model, account, own, anywhere: prefix(this.#scope, model.name) };
    return this.#last;
  }
}

function set(entries: Map<string, Entry>, key: string, side: 'before' | 'after', value: string): void {
  const entry = entries.get(key);
  if (entry) entry[side] = value;
  else if (side === 'before') entries.set(key, { before: value, after: undefined });
  else entries.set(key, { before: undefined, after: value });
}
