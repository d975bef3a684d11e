import type { Change, ReadModel, Sources } from '@muniment/kernel';
import type { Remembered } from './remembered.js';

/** The stored rows that decisions are made from. */
export type Reader = Pick<Sources, 'find' | 'findById'>;

const sourceOf = ({ name }: ReadModel<never>, account: string, called: string): string =>
  `${name} ${account} ${called}`;

interface Reading {
  readonly sources: Set<string>;
  outdated: boolean;
}

/** How often rows that change while they are read are read anew, before the newest try is used but not kept. */
const tries = 3;

/**
 * Reads rows, remembers what was made of them, and forgets exactly that when they change. What depends on which rows
 * is noted by reading: a row that was looked for and not there counts as well.
 */
export class Rows {
  readonly #from: Reader;
  readonly #caches: Remembered<unknown>[] = [];
  readonly #readings = new Set<Reading>();

  constructor(from: Reader) {
    this.#from = from;
  }

  /** From now on `cache` forgets what changed rows made outdated. */
  serve<Value>(cache: Remembered<Value>): Remembered<Value> {
    this.#caches.push(cache as Remembered<unknown>);
    return cache;
  }

  async recall<Value>(cache: Remembered<Value>, key: string, make: (from: Reader) => Promise<Value>): Promise<Value> {
    for (let attempt = 1; ; attempt++) {
      const reading: Reading = { sources: new Set(), outdated: false };
      this.#readings.add(reading);
      try {
        const value = await make(this.#noting(reading.sources));
        if (!reading.outdated) cache.keep(key, value, reading.sources);
        if (!reading.outdated || attempt === tries) return value;
      } finally {
        this.#readings.delete(reading);
      }
    }
  }

  /** Rows have changed: by what they were and by what they are now, id and key. */
  changed(changes: readonly Change[]): void {
    for (const { model, account, before, after } of changes) {
      for (const row of [before, after]) {
        if (row === undefined) continue;
        this.#drop(sourceOf(model, account, model.id(row)));
        this.#drop(sourceOf(model, account, model.key(row)));
      }
    }
  }

  /** Rows may be others in ways that nobody tells. */
  lost(): void {
    for (const cache of this.#caches) cache.clear();
    for (const reading of this.#readings) reading.outdated = true;
  }

  #drop(source: string): void {
    for (const cache of this.#caches) cache.drop(source);
    for (const reading of this.#readings) if (reading.sources.has(source)) reading.outdated = true;
  }

  #noting(sources: Set<string>): Reader {
    return {
      find: (model, key, account = '') => {
        sources.add(sourceOf(model as ReadModel<never>, account, key));
        return this.#from.find(model, key, account);
      },
      findById: (model, id, account = '') => {
        sources.add(sourceOf(model as ReadModel<never>, account, id));
        return this.#from.findById(model, id, account);
      },
    };
  }
}
