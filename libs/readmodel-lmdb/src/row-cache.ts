/** Decoded rows by key, as they are on disk; the oldest go when there are too many. */
export class RowCache {
  readonly #limit: number;
  readonly #rows = new Map<string, unknown>();
  /** Keys that a transaction under way changes, and how many do: until it is done, the disk alone knows. */
  readonly #changing = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): unknown {
    return this.#rows.get(key);
  }

  add(key: string, row: unknown): void {
    if (this.#changing.has(key)) return;
    this.#rows.set(key, row);
    if (this.#rows.size <= this.#limit) return;
    for (const oldest of this.#rows.keys()) {
      this.#rows.delete(oldest);
      return;
    }
  }

  changing(keys: Iterable<string>): void {
    for (const key of keys) {
      this.#rows.delete(key);
      this.#changing.set(key, (this.#changing.get(key) ?? 0) + 1);
    }
  }

  changed(keys: Iterable<string>): void {
    for (const key of keys) {
      const others = (this.#changing.get(key) ?? 0) - 1;
      if (others > 0) this.#changing.set(key, others);
      else this.#changing.delete(key);
    }
  }
}
