import type { Awaitable, Page, ReadModel } from '@muniment/kernel';
import { mustNotBeParked, nobodyParked, type Parked, parkedBy } from './parked.js';
import { ReadModelsUnavailable, type Rows } from './ports/read-models.js';

/** Rows that may not be asked for accounts that stand still: they would answer of a state that is over. */
export interface GuardedRows extends Rows {
  keeper: { readonly parked: Parked };
}

export const guard = (rows: Rows): GuardedRows => new Guarded(rows);

class Guarded implements GuardedRows {
  readonly #rows: Rows;
  keeper: { readonly parked: Parked } = { parked: nobodyParked };

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  find<Row>(model: ReadModel<Row>, account: string, key: string): Awaitable<Row | undefined> {
    mustNotBeParked(this.keeper.parked, account);
    return this.#rows.find(model, account, key);
  }

  findById<Row>(model: ReadModel<Row>, account: string, id: string): Awaitable<Row | undefined> {
    mustNotBeParked(this.keeper.parked, account);
    return this.#rows.findById(model, account, id);
  }

  anywhere<Row>(model: ReadModel<Row>, id: string): Awaitable<{ account: string; row: Row } | undefined> {
    const found = this.#rows.anywhere(model, id);
    return this.keeper.parked.size === 0 ? found : this.#foundAnywhere(found);
  }

  list<Row>(model: ReadModel<Row>, account: string, page?: Page): Awaitable<readonly Row[]> {
    mustNotBeParked(this.keeper.parked, account);
    return this.#rows.list(model, account, page);
  }

  filed<Row>(
    model: ReadModel<Row>,
    account: string,
    index: string,
    value: string,
    page?: Page,
  ): Awaitable<readonly Row[]> {
    mustNotBeParked(this.keeper.parked, account);
    return this.#rows.filed(model, account, index, value, page);
  }

  count<Row>(model: ReadModel<Row>, account: string): Awaitable<number> {
    mustNotBeParked(this.keeper.parked, account);
    return this.#rows.count(model, account);
  }

  everything<Row>(model: ReadModel<Row>): AsyncIterable<readonly { readonly account: string; readonly row: Row }[]> {
    return this.#rows.everything(model);
  }

  /** What is found nowhere may be what an account that stands still does not know yet. */
  async #foundAnywhere<Found extends { account: string }>(found: Awaitable<Found | undefined>) {
    const { parked } = this.keeper;
    const known = await found;
    if (known) mustNotBeParked(parked, known.account);
    const [first] = parked.values();
    if (!known && first) throw new ReadModelsUnavailable(parkedBy(first));
    return known;
  }
}
