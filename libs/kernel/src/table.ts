import type { Change, ReadModel } from './read-model.js';

/** The rows of one read model of one account, in memory: what an aggregate's state is made of. */
export class Table<Row> {
  readonly #model: ReadModel<Row>;
  readonly #account: string;
  readonly #rows = new Map<string, Row>();
  readonly #idOfKey = new Map<string, string>();
  readonly #indexes = new Map<string, Map<string, Set<string>>>();
  /** Row before the first change since `track`, `takeChanges` or `settle`, by id. */
  #changed = new Map<string, Row | undefined>();
  /** Unchanged rows whose key another row took since then, by key: wrong in the end, but a fold may pass through it. */
  readonly #displaced = new Map<string, string>();
  #tracking = false;

  constructor(model: ReadModel<Row>, account: string) {
    this.#model = model;
    this.#account = account;
    for (const name of Object.keys(model.indexes)) this.#indexes.set(name, new Map());
  }

  get size(): number {
    return this.#rows.size;
  }

  byId(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  /** The row with this key, as the read model spells keys (names folded). */
  keyed(key: string): Row | undefined {
    const id = this.#idOfKey.get(key);
    return id === undefined ? undefined : this.#rows.get(id);
  }

  values(): IterableIterator<Row> {
    return this.#rows.values();
  }

  /** Rows that are filed under `value` in the named index. */
  indexed(index: string, value: string): Row[] {
    const ids = this.#indexes.get(index)?.get(value);
    return ids ? Array.from(ids, (id) => this.#rows.get(id) as Row) : [];
  }

  /** Puts a row in, replacing the one of the same id. */
  set(row: Row): void {
    const id = this.#model.id(row);
    const before = this.#rows.get(id);
    this.#note(id, before);
    if (before !== undefined) this.#unfile(id, before);
    this.#noteDisplaced(id, row);
    this.#file(id, row);
  }

  /** Replaces members of a row; an id that is not there is a broken log. */
  update(id: string, change: Partial<Row> | ((row: Row) => Row)): void {
    const row = this.#rows.get(id);
    if (row === undefined) throw new Error(`no row \`${id}\` in \`${this.#model.name}\` of account ${this.#account}`);
    this.set(typeof change === 'function' ? change(row) : { ...row, ...change });
  }

  remove(id: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#note(id, row);
    this.#unfile(id, row);
    this.#rows.delete(id);
  }

  /** From now on changes are remembered until `takeChanges` hands them over, `settle` keeps or `undo` reverts them. */
  track(): void {
    this.#tracking = true;
  }

  /** Rows that came and went in between have not changed. */
  takeChanges(): Change<Row>[] {
    const changes: Change<Row>[] = [];
    for (const [id, before] of this.#changed) {
      const after = this.#rows.get(id);
      if (before === undefined && after === undefined) continue;
      changes.push({ model: this.#model, account: this.#account, before, after });
    }
    this.#changed = new Map();
    this.settle();
    return changes;
  }

  /** What was changed stays: there is nothing to undo. */
  settle(): void {
    if (this.#changed.size > 0) this.#changed.clear();
    if (this.#displaced.size > 0) this.#displaced.clear();
  }

  /** Takes back what was changed since it was last settled, at the cost of the changes. */
  undo(): void {
    // All out before any goes in: names may have passed from one row to another.
    for (const id of this.#changed.keys()) {
      const row = this.#rows.get(id);
      if (row !== undefined) this.#unfile(id, row);
    }
    for (const [key, id] of this.#displaced) this.#idOfKey.set(key, id);
    for (const [id, before] of this.#changed) {
      if (before === undefined) this.#rows.delete(id);
      else this.#file(id, before);
    }
    this.settle();
  }

  #note(id: string, before: Row | undefined): void {
    if (this.#tracking && !this.#changed.has(id)) this.#changed.set(id, before);
  }

  #noteDisplaced(id: string, row: Row): void {
    if (!this.#tracking) return;
    const key = this.#model.key(row);
    const holder = this.#idOfKey.get(key);
    if (holder !== undefined && holder !== id && !this.#changed.has(holder)) this.#displaced.set(key, holder);
  }

  #file(id: string, row: Row): void {
    this.#rows.set(id, row);
    this.#idOfKey.set(this.#model.key(row), id);
    for (const [name, index] of this.#indexes) {
      for (const value of this.#valuesOf(name, row)) {
        const ids = index.get(value);
        if (ids) ids.add(id);
        else index.set(value, new Set([id]));
      }
    }
  }

  #unfile(id: string, row: Row): void {
    const key = this.#model.key(row);
    if (this.#idOfKey.get(key) === id) this.#idOfKey.delete(key);
    for (const [name, index] of this.#indexes) {
      for (const value of this.#valuesOf(name, row)) {
        const ids = index.get(value);
        ids?.delete(id);
        if (ids?.size === 0) index.delete(value);
      }
    }
  }

  #valuesOf(index: string, row: Row): readonly string[] {
    return this.#model.indexes[index]?.(row) ?? [];
  }
}
