import type { Change, Position } from '@muniment/kernel';
import { CheckpointMoved, type ProjectionId, type ReadModels } from '@muniment/runtime';
import { Commits } from './commits.js';
import { Entries } from './entries.js';
import { Environment, type Texts } from './environment.js';
import { behind, part, prefix } from './keys.js';
import { LmdbRows } from './lmdb-rows.js';
import { PageCache } from './page-cache.js';
import { RowCache } from './row-cache.js';

export interface ReadModelsOptions {
  /** Directory; made when absent. One process at a time. */
  readonly path: string;
  /** Told once, when nothing may be written any more: the process should end and start anew. */
  readonly onFailure?: (error: unknown) => void;
  /** So many decoded rows stay in memory. */
  readonly cachedRows?: number;
}

/** Opens the read models in a directory, or makes them; sweeps what an interrupted `clear` has left. */
export async function openReadModels(options: ReadModelsOptions): Promise<LmdbReadModels> {
  const readModels = new LmdbReadModels(options);
  await readModels.sweep();
  return readModels;
}

/** A projection's record: where its rows are and how far they hold. */
interface Projected {
  readonly scope: string;
  readonly checkpoint: Position;
}

const sweptAtOnce = 5000;
/** Rows that remembered pages may hold; most are in the cache of rows as well. */
const rowsInPages = 10_000;

/** Read models in an LMDB environment: rows, indexes, counts and checkpoint change in one transaction. */
export class LmdbReadModels implements ReadModels {
  readonly #environment: Environment;
  readonly #commits: Commits;
  readonly #cache: RowCache;
  readonly #pages = new PageCache(rowsInPages);
  /** Scope of each projection that has rows or is about to. */
  readonly #scopes = new Map<string, string>();
  #newestScope = 0;

  constructor({ path, onFailure = () => undefined, cachedRows = 50_000 }: ReadModelsOptions) {
    this.#environment = new Environment(path);
    this.#commits = new Commits(this.#environment.root, onFailure);
    this.#cache = new RowCache(cachedRows);
    for (const name of this.#environment.projections.getKeys({ start: '\x01', end: '\xff' })) {
      const { scope } = this.#projected(name) as Projected;
      this.#scopes.set(name, scope);
      this.#newestScope = Math.max(this.#newestScope, Number.parseInt(scope, 36));
    }
  }

  checkpoint(projection: ProjectionId): Position | undefined {
    return this.#projected(nameOf(projection))?.checkpoint;
  }

  async apply(
    projection: ProjectionId,
    changes: readonly Change[],
    position: Position,
    after?: Position,
  ): Promise<void> {
    const name = nameOf(projection);
    const scope = this.#scopes.get(name) ?? this.#newScope(name);
    const projected: Projected = { scope, checkpoint: position };
    const entries = new Entries(scope, changes);
    const keys = [...entries.rows.keys()];
    const touched = [...entries.growth.keys()];
    let started = false;
    let moved: string | undefined;
    try {
      await this.#commits.run(() => {
        const stored = this.#projected(name)?.checkpoint;
        // What was cleared or replaced meanwhile is over.
        const over = this.#scopes.get(name) !== scope;
        if (after !== undefined && (over || after !== (stored ?? 0))) {
          moved = over ? 'they were replaced' : `they hold up to ${stored ?? 0}, not ${after}`;
          return;
        }
        // What comes again was applied: projections are idempotent by position. Who names the checkpoint knows better.
        if (over || (after === undefined && (stored ?? -1) >= position)) return;
        started = true;
        this.#cache.changing(keys);
        this.#pages.changing(touched);
        this.#write(entries);
        this.#environment.put(this.#environment.projections, name, JSON.stringify(projected));
      });
    } finally {
      if (started) {
        this.#cache.changed(keys);
        this.#pages.changed(touched);
      }
    }
    if (moved !== undefined) throw new CheckpointMoved(projection, moved);
  }

  async clear(projection: ProjectionId): Promise<void> {
    const name = nameOf(projection);
    this.#scopes.delete(name);
    await this.#commits.run(() => void this.#environment.projections.remove(name));
    await this.sweep();
  }

  async replace(live: ProjectionId, rebuilt: ProjectionId): Promise<void> {
    const [to, from] = [nameOf(live), nameOf(rebuilt)];
    const { projections } = this.#environment;
    await this.#commits.run(() => {
      const projected = this.#projected(from);
      if (projected) {
        this.#scopes.set(to, projected.scope);
        this.#environment.put(projections, to, JSON.stringify(projected));
      } else {
        this.#scopes.delete(to);
        void projections.remove(to);
      }
      this.#scopes.delete(from);
      void projections.remove(from);
    });
    await this.sweep();
  }

  lease(): boolean {
    return true;
  }

  rows(projection: ProjectionId): LmdbRows {
    const name = nameOf(projection);
    return new LmdbRows(this.#environment, this.#cache, this.#pages, () => this.#scopes.get(name));
  }

  async keep(name: string, content: string): Promise<void> {
    const { kept } = this.#environment;
    await this.#commits.run(() => this.#environment.put(kept, prefix(name), content));
  }

  kept(name: string): string | undefined {
    return this.#environment.get(this.#environment.kept, prefix(name));
  }

  async close(): Promise<void> {
    this.#commits.refuse('they are closed');
    await this.#environment.root.close();
  }

  /** Removes the rows that belong to no projection any more, piece by piece. */
  async sweep(): Promise<void> {
    const live = new Set(this.#scopes.values());
    for (const scope of this.#environment.scopes()) {
      if (live.has(scope)) continue;
      for (const database of Object.values(this.#environment.scoped)) await this.#empty(database, `${scope}\0`);
    }
  }

  async #empty(database: Texts, start: string): Promise<void> {
    for (;;) {
      const keys = Array.from(database.getKeys({ start, end: behind(start), limit: sweptAtOnce }));
      if (keys.length === 0) return;
      await this.#commits.run(() => {
        for (const key of keys) void database.remove(key);
      });
    }
  }

  #projected(name: string): Projected | undefined {
    const text = this.#environment.get(this.#environment.projections, name);
    return text === undefined ? undefined : (JSON.parse(text) as Projected);
  }

  /** Rows of an earlier life keep their own scope until they are swept: none can be taken for a new one. */
  #newScope(name: string): string {
    this.#newestScope++;
    const scope = this.#newestScope.toString(36);
    this.#scopes.set(name, scope);
    return scope;
  }

  #write(entries: Entries): void {
    const environment = this.#environment;
    const { counts, ...databases } = environment.scoped;
    for (const [name, database] of Object.entries(databases) as [keyof typeof databases, Texts][]) {
      for (const [key, { before, after }] of entries[name]) {
        if (after === undefined) void database.remove(key);
        else if (after !== before) environment.put(database, key, after);
      }
    }
    for (const [key, growth] of entries.growth) {
      if (growth !== 0) environment.put(counts, key, String(Number(environment.get(counts, key) ?? 0) + growth));
    }
  }
}

const nameOf = ({ name, version }: ProjectionId): string => part(`${name}@${version}`);
