import type { Change, ReadModel } from '@muniment/kernel';
import { type Bytes, bytesOf, calledById, filedUnder, placeOf, suffixes } from './layout.js';

/** A field before and after; equal: nothing to do. */
interface Entry {
  before: string | undefined;
  after: string | undefined;
}

type Kind = 'hash' | 'set';

/** What becomes of one key in Redis. */
interface Target {
  readonly kind: Kind;
  readonly suffix: string;
  readonly entries: Map<string, Entry>;
}

/** Targets that all rows of one model and account share. */
interface Shelf {
  readonly model: ReadModel<unknown>;
  readonly account: string;
  readonly rows: Target;
  readonly keys: Target;
  readonly ids: Target | undefined;
  readonly anywhere: Target | undefined;
  readonly filed: readonly (readonly [valuesOf: (row: unknown) => readonly string[], target: Target])[];
}

const unknown = '';
/** A Lua function takes some thousand arguments. */
const argumentsAtOnce = 2000;

/** What a set of changes means for Redis: one entry per field, however many changes touch it. */
export class Steps {
  readonly #targets = new Map<string, Target>();
  readonly #shelves = new Map<ReadModel<unknown>, Map<string, Shelf>>();

  constructor(changes: readonly Change[]) {
    // All removals first: one row may take a key that another gives up in the same step.
    for (const { model, account, before } of changes)
      if (before !== undefined) add(this.#shelf(model, account), before, 'before');
    for (const { model, account, after } of changes)
      if (after !== undefined) add(this.#shelf(model, account), after, 'after');
  }

  /** As the script reads them: command, end of the key, number of arguments, arguments; and again. */
  toArguments(): Bytes[] {
    const all: Bytes[] = [];
    for (const { kind, suffix, entries } of this.#targets.values()) {
      const gone: Bytes[] = [];
      const there: Bytes[] = [];
      for (const [field, { before, after }] of entries) {
        if (after === before) continue;
        if (after === undefined) gone.push(bytesOf(field));
        else if (kind === 'hash') there.push(bytesOf(field), bytesOf(after));
        else there.push('0', bytesOf(field));
      }
      write(all, kind === 'hash' ? 'HDEL' : 'ZREM', suffix, gone);
      write(all, kind === 'hash' ? 'HSET' : 'ZADD', suffix, there);
    }
    return all;
  }

  #shelf(model: ReadModel<unknown>, account: string): Shelf {
    let ofModel = this.#shelves.get(model);
    if (!ofModel) {
      ofModel = new Map();
      this.#shelves.set(model, ofModel);
      const indexes = JSON.stringify(Object.keys(model.indexes));
      set(this.#target('hash', suffixes.models), model.name, 'after', indexes);
    }
    let shelf = ofModel.get(account);
    if (!shelf) {
      shelf = this.#newShelf(model, account);
      ofModel.set(account, shelf);
      set(this.#target('set', suffixes.accounts(model.name)), account, 'after', unknown);
    }
    return shelf;
  }

  #newShelf(model: ReadModel<unknown>, account: string): Shelf {
    const { name } = model;
    return {
      model,
      account,
      rows: this.#target('hash', suffixes.rows(name, account)),
      keys: this.#target('set', suffixes.keys(name, account)),
      ids: calledById(model) ? undefined : this.#target('hash', suffixes.ids(name, account)),
      anywhere: model.anywhere ? this.#target('hash', suffixes.anywhere(name)) : undefined,
      filed: Object.entries(model.indexes).map(([index, valuesOf]) => [
        valuesOf,
        this.#target('set', suffixes.filed(name, account, index)),
      ]),
    };
  }

  #target(kind: Kind, suffix: string): Target {
    let target = this.#targets.get(suffix);
    if (!target) {
      target = { kind, suffix, entries: new Map() };
      this.#targets.set(suffix, target);
    }
    return target;
  }
}

function add({ model, account, rows, keys, ids, anywhere, filed }: Shelf, row: unknown, side: keyof Entry): void {
  const key = model.key(row);
  // What was there is only known to be another text.
  set(rows, key, side, side === 'before' ? unknown : JSON.stringify(row));
  set(keys, key, side, unknown);
  if (ids) set(ids, model.id(row), side, key);
  if (anywhere) set(anywhere, model.id(row), side, placeOf(account, key));
  for (const [valuesOf, target] of filed) {
    for (const value of valuesOf(row)) set(target, filedUnder(value) + key, side, unknown);
  }
}

function set({ entries }: Target, field: string, side: keyof Entry, value: string): void {
  const entry = entries.get(field);
  if (entry) entry[side] = value;
  else if (side === 'before') entries.set(field, { before: value, after: undefined });
  else entries.set(field, { before: undefined, after: value });
}

function write(all: Bytes[], command: string, suffix: string, args: readonly Bytes[]): void {
  for (let start = 0; start < args.length; start += argumentsAtOnce) {
    const some = args.slice(start, start + argumentsAtOnce);
    all.push(command, bytesOf(suffix), String(some.length));
    for (const arg of some) all.push(arg);
  }
}
