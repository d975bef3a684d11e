import type { ReadModels } from './ports/read-models.js';
import { idOf, pageSize, type Projection } from './projection.js';

/** Rows of this many accounts are kept in memory for folding; the least recently changed go first. */
const residentAccounts = 256;

/** A projection's states by account, made from the stored rows. */
export class ResidentStates {
  readonly #projection: Projection;
  readonly #readModels: ReadModels;
  readonly #states = new Map<string, unknown>();

  constructor(projection: Projection, readModels: ReadModels) {
    this.#projection = projection;
    this.#readModels = readModels;
  }

  async of(account: string): Promise<unknown> {
    const known = this.#states.get(account);
    if (known) return known;
    const state = this.#projection.empty(account);
    const rows = this.#readModels.rows(idOf(this.#projection));
    for (const [name, model] of Object.entries(this.#projection.models)) {
      const table = (state as Record<string, { set(row: unknown): void; track(): void }>)[name];
      if (!table) continue;
      for (let after: string | undefined; ; ) {
        const page = await rows.list(model, account, { limit: pageSize, ...(after === undefined ? {} : { after }) });
        for (const row of page) table.set(row);
        if (page.length < pageSize) break;
        after = model.key(page[page.length - 1]);
      }
      table.track();
    }
    this.#states.set(account, state);
    return state;
  }

  known(account: string): unknown {
    return this.#states.get(account);
  }

  forget(account: string): void {
    this.#states.delete(account);
  }

  clear(): void {
    this.#states.clear();
  }

  /** Lets the oldest go, which these are not. */
  forgetOldest(touched: Iterable<string>): void {
    for (const account of touched) {
      const state = this.#states.get(account);
      if (!this.#states.delete(account)) continue;
      this.#states.set(account, state);
    }
    for (const account of this.#states.keys()) {
      if (this.#states.size <= residentAccounts) return;
      this.#states.delete(account);
    }
  }
}
