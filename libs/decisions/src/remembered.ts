interface Entry<Value> {
  readonly value: Value;
  readonly sources: ReadonlySet<string>;
  /** When it was last put at the end of the row of those that go. */
  moved: number;
}

const nothing: ReadonlySet<string> = new Set();

/**
 * What was worked out from sources, as long as they stay as they were; the least recently used goes first. Which that is
 * is known to within an eighth of them: to move an entry at every use costs more than all else that a decision looks up.
 */
export class Remembered<Value> {
  readonly #limit: number;
  readonly #entries = new Map<string, Entry<Value>>();
  /** Keys of the entries that were made from a source. */
  readonly #madeFrom = new Map<string, Set<string>>();
  /** Uses and entries so far. */
  #time = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const time = this.#time++;
    if (time - entry.moved > this.#limit >> 3) {
      entry.moved = time;
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return entry.value;
  }

  keep(key: string, value: Value, sources: ReadonlySet<string> = nothing): void {
    this.#forget(key);
    this.#entries.set(key, { value, sources, moved: this.#time++ });
    for (const source of sources) {
      const keys = this.#madeFrom.get(source);
      if (keys) keys.add(key);
      else this.#madeFrom.set(source, new Set([key]));
    }
    if (this.#entries.size <= this.#limit) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#forget(oldest);
  }

  /** Forgets everything that was made from a source. */
  drop(source: string): void {
    for (const key of this.#madeFrom.get(source) ?? nothing) this.#forget(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#madeFrom.clear();
  }

  #forget(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    for (const source of entry.sources) {
      const keys = this.#madeFrom.get(source);
      keys?.delete(key);
      if (keys?.size === 0) this.#madeFrom.delete(source);
    }
  }
}
