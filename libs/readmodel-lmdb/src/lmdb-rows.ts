import type { Page, ReadModel } from '@muniment/kernel';
import { ReadModelsUnavailable, type Rows } from '@muniment/runtime';
import { ReadModelsCorrupted } from './checked.js';
import { calledById, places } from './entries.js';
import type { Environment, Texts } from './environment.js';
import { behind, bytesOf, longestKey, part, prefix, textOf } from './keys.js';
import type { PageCache } from './page-cache.js';
import type { RowCache } from './row-cache.js';

const readAtOnce = 1000;

/** Reads one projection's rows. Each question is answered from one snapshot, without waiting. */
export class LmdbRows implements Rows {
  readonly #environment: Environment;
  readonly #cache: RowCache;
  readonly #pages: PageCache;
  /** Undefined while the projection has no rows. */
  readonly #scope: () => string | undefined;

  constructor(environment: Environment, cache: RowCache, pages: PageCache, scope: () => string | undefined) {
    this.#environment = environment;
    this.#cache = cache;
    this.#pages = pages;
    this.#scope = scope;
  }

  find<Row>(model: ReadModel<Row>, account: string, key: string): Row | undefined {
    const scope = this.#scope();
    const bytes = bytesOf(key);
    if (scope === undefined || bytes.length > longestKey) return undefined;
    return this.#row(places.rows(scope, account, model.name) + bytes) as Row | undefined;
  }

  findById<Row>(model: ReadModel<Row>, account: string, id: string): Row | undefined {
    if (calledById(model)) return this.find(model, account, id);
    const scope = this.#scope();
    if (scope === undefined) return undefined;
    const place = places.id(scope, account, model.name, id);
    const key = this.#environment.get(this.#environment.scoped.ids, place);
    return key === undefined ? undefined : this.#filed<Row>(places.rows(scope, account, model.name) + key, place);
  }

  anywhere<Row>(model: ReadModel<Row>, id: string): { account: string; row: Row } | undefined {
    const scope = this.#scope();
    if (scope === undefined) return undefined;
    const place = places.anywhere(scope, model.name, id);
    const found = this.#environment.get(this.#environment.scoped.anywhere, place);
    if (found === undefined) return undefined;
    const [account, key] = JSON.parse(found) as [string, string];
    return { account, row: this.#filed<Row>(places.rows(scope, account, model.name) + key, place) };
  }

  list<Row>(model: ReadModel<Row>, account: string, page?: Page): readonly Row[] {
    const scope = this.#scope();
    if (scope === undefined) return [];
    const start = places.rows(scope, account, model.name);
    const known = page && this.#pages.get(start, page);
    if (known) return known as readonly Row[];
    const rows = this.#keys(this.#environment.scoped.rows, start, page).map((key) => this.#filed<Row>(key, key));
    if (page) this.#pages.add(start, page, rows);
    return rows;
  }

  filed<Row>(model: ReadModel<Row>, account: string, index: string, value: string, page?: Page): readonly Row[] {
    const scope = this.#scope();
    if (scope === undefined) return [];
    const start = places.filed(scope, account, model.name, index, value);
    const rows = places.rows(scope, account, model.name);
    return this.#keys(this.#environment.scoped.filed, start, page).map((key) =>
      this.#filed<Row>(rows + key.slice(start.length), key),
    );
  }

  count<Row>(model: ReadModel<Row>, account: string): number {
    const scope = this.#scope();
    if (scope === undefined) return 0;
    const place = places.count(scope, account, model.name);
    return Number(this.#environment.get(this.#environment.scoped.counts, place) ?? 0);
  }

  async *everything<Row>(model: ReadModel<Row>): AsyncGenerator<readonly { account: string; row: Row }[]> {
    const scope = this.#scope();
    if (scope === undefined) return;
    for (const account of this.#accounts(scope, model.name)) {
      const all = places.rows(scope, account, model.name);
      for (let start = all; ; ) {
        if (this.#scope() !== scope) throw new ReadModelsUnavailable('rows were replaced while they were read');
        const keys = pageOfKeys(this.#environment.scoped.rows, all, start);
        const last = keys.at(-1);
        if (last === undefined) break;
        yield keys.map((key) => ({ account, row: this.#filed<Row>(key, key) }));
        start = last;
      }
    }
  }

  /** Accounts that have, or had, rows of a model: each has a count. */
  *#accounts(scope: string, model: string): Generator<string> {
    const all = prefix(scope);
    for (let start = all; ; ) {
      const keys = pageOfKeys(this.#environment.scoped.counts, all, start);
      for (const key of keys) {
        const [, account, ofModel] = key.split('\0');
        if (ofModel === part(model)) yield textOf(account as string);
      }
      const last = keys.at(-1);
      if (last === undefined) return;
      start = last;
    }
  }

  #keys(database: Texts, start: string, { after, limit }: Page = {}): string[] {
    const from = after === undefined ? start : start + bytesOf(after).slice(0, longestKey);
    const range = { start: from, exclusiveStart: after !== undefined, end: behind(start) };
    return Array.from(database.getKeys(limit === undefined ? range : { ...range, limit }));
  }

  #row(key: string): unknown {
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const text = this.#environment.get(this.#environment.scoped.rows, key);
    if (text === undefined) return undefined;
    const row = JSON.parse(text) as unknown;
    this.#cache.add(key, row);
    return row;
  }

  /** The row that an index points at. */
  #filed<Row>(key: string, place: string): Row {
    const row = this.#row(key);
    if (row === undefined) throw new ReadModelsCorrupted(place, 'the row is missing');
    return row as Row;
  }
}

/** The next keys behind `start`, which itself is none or has been read, of those that begin with `all`. */
const pageOfKeys = (database: Texts, all: string, start: string): string[] =>
  Array.from(database.getKeys({ start, exclusiveStart: start !== all, end: behind(all), limit: readAtOnce }));
