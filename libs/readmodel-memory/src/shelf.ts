import type { Page, ReadModel } from '@muniment/kernel';
import { SortedKeys } from './sorted-keys.js';

/** The rows of one read model of one account. */
export class Shelf {
  readonly #model: ReadModel<unknown>;
  readonly #rows = new Map<string, unknown>();
  readonly #keyOfId = new Map<string, string>();
  readonly #keys = new SortedKeys();
  readonly #filed = new Map<string, Map<string, SortedKeys>>();

  constructor(model: ReadModel<unknown>) {
    this.#model = model;
  }

  get size(): number {
    return this.#rows.size;
  }

  find(key: string): unknown {
    return this.#rows.get(key);
  }

  findById(id: string): unknown {
    const key = this.#keyOfId.get(id);
    return key === undefined ? undefined : this.#rows.get(key);
  }

  list({ after, limit }: Page = {}): unknown[] {
    return this.#keys.page(after, limit).map((key) => this.#rows.get(key));
  }

  filed(index: string, value: string, { after, limit }: Page = {}): unknown[] {
    const keys = this.#filed.get(index)?.get(value)?.page(after, limit) ?? [];
    return keys.map((key) => this.#rows.get(key));
  }

  put(row: unknown): void {
    const key = this.#model.key(row);
    this.#rows.set(key, row);
    this.#keyOfId.set(this.#model.id(row), key);
    this.#keys.add(key);
    for (const [index, value] of this.#valuesOf(row)) {
      const byValue = getOrMake(this.#filed, index, () => new Map<string, SortedKeys>());
      getOrMake(byValue, value, () => new SortedKeys()).add(key);
    }
  }

  remove(row: unknown): void {
    const key = this.#model.key(row);
    this.#rows.delete(key);
    this.#keyOfId.delete(this.#model.id(row));
    this.#keys.delete(key);
    for (const [index, value] of this.#valuesOf(row)) {
      const byValue = this.#filed.get(index);
      const keys = byValue?.get(value);
      keys?.delete(key);
      if (keys?.size === 0) byValue?.delete(value);
    }
  }

  *#valuesOf(row: unknown): Generator<[index: string, value: string]> {
    for (const [index, valuesOf] of Object.entries(this.#model.indexes)) {
      for (const value of valuesOf(row)) yield [index, value];
    }
  }
}

export function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
