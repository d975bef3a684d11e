import type { Awaitable, Page, ReadModel } from '@muniment/kernel';
import type { Following } from './following.js';
import { mustNotBeParked, nobodyParked, parkedBy } from './parked.js';
import { ReadModelsUnavailable, type Rows } from './ports/read-models.js';

/** What is known of rows by who keeps them. */
export interface Keeper extends Pick<Following, 'parked'> {
  /** They say less than they once did: they were lost, or an older copy is in their place. */
  readonly behind: boolean;
}

/**
 * Rows that answer nothing of a state that is over: not for accounts that stand still, and not while they say less than
 * they once did. That may turn out while a question is under way, which is why it is looked at after the answer, too.
 */
export interface GuardedRows extends Rows {
  keeper: Keeper;
}

/** Rows that nobody keeps are taken as they are. */
const nobody: Keeper = { behind: false, parked: nobodyParked };

export const guard = (rows: Rows): GuardedRows => new Guarded(rows);

class Guarded implements GuardedRows {
  readonly #rows: Rows;
  keeper: Keeper = nobody;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  find<Row>(model: ReadModel<Row>, account: string, key: string): Awaitable<Row | undefined> {
    mustNotBeParked(this.keeper.parked, account);
    return this.#whole(this.#rows.find(model, account, key));
  }

  findById<Row>(model: ReadModel<Row>, account: string, id: string): Awaitable<Row | undefined> {
    mustNotBeParked(this.keeper.parked, account);
    return this.#whole(this.#rows.findById(model, account, id));
  }

  anywhere<Row>(model: ReadModel<Row>, id: string): Awaitable<{ account: string; row: Row } | undefined> {
    const found = this.#whole(this.#rows.anywhere(model, id));
    return this.keeper.parked.size === 0 ? found : this.#foundAnywhere(found);
  }

  list<Row>(model: ReadModel<Row>, account: string, page?: Page): Awaitable<readonly Row[]> {
    mustNotBeParked(this.keeper.parked, account);
    return this.#whole(this.#rows.list(model, account, page));
  }

  filed<Row>(
    model: ReadModel<Row>,
    account: string,
    index: string,
    value: string,
    page?: Page,
  ): Awaitable<readonly Row[]> {
    mustNotBeParked(this.keeper.parked, account);
    return this.#whole(this.#rows.filed(model, account, index, value, page));
  }

  count<Row>(model: ReadModel<Row>, account: string): Awaitable<number> {
    mustNotBeParked(this.keeper.parked, account);
    return this.#whole(this.#rows.count(model, account));
  }

  async *everything<Row>(
    model: ReadModel<Row>,
  ): AsyncGenerator<readonly { readonly account: string; readonly row: Row }[]> {
    for await (const batch of this.#rows.everything(model)) {
      mustBeWhole(this.keeper);
      yield batch;
    }
  }

  #whole<Answer>(answer: Awaitable<Answer>): Awaitable<Answer> {
    if (answer instanceof Promise) return this.#wholeWhenItCame(answer);
    mustBeWhole(this.keeper);
    return answer;
  }

  async #wholeWhenItCame<Answer>(coming: Promise<Answer>): Promise<Answer> {
    const answer = await coming;
    mustBeWhole(this.keeper);
    return answer;
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

function mustBeWhole({ behind }: Keeper): void {
  if (behind) throw new ReadModelsUnavailable('they say less than they did, and are being made again');
}
