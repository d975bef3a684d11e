import type { Change, Page, Position, ReadModel } from '@muniment/kernel';
import { CheckpointMoved, type ProjectionId, type ReadModels, type Rows } from '@muniment/runtime';
import { getOrMake, Shelf } from './shelf.js';
import { compareByCodePoint } from './sorted-keys.js';

const rowsAtOnce = 1000;

/** Everything one projection has stored. */
class Projected {
  checkpoint: Position | undefined;
  readonly shelves = new Map<string, Map<string, Shelf>>();
  /** Account of each row of a model that can be found anywhere, by model and id. */
  readonly accounts = new Map<string, Map<string, string>>();

  shelf(model: string, account: string): Shelf | undefined {
    return this.shelves.get(model)?.get(account);
  }
}

/** Read models without a disk: gone with the process. */
export class MemoryReadModels implements ReadModels {
  readonly #projections = new Map<string, Projected>();
  readonly #kept = new Map<string, string>();

  checkpoint(projection: ProjectionId): Position | undefined {
    return this.#of(projection).checkpoint;
  }

  async apply(
    projection: ProjectionId,
    changes: readonly Change[],
    position: Position,
    after?: Position,
  ): Promise<void> {
    const projected = this.#of(projection);
    const { checkpoint = 0 } = projected;
    if (after !== undefined && after !== checkpoint)
      throw new CheckpointMoved(projection, `they hold up to ${checkpoint}, not ${after}`);
    // What comes again was applied: projections are idempotent by position. Who names the checkpoint knows better.
    if (after === undefined && projected.checkpoint !== undefined && position <= projected.checkpoint) return;
    // Through JSON as on disk: what would not survive there must not survive here.
    const rows = changes.map(({ after }) => after && JSON.parse(JSON.stringify(after)));
    // All removals first: one row may take a key that another gives up in the same step.
    for (const { model, account, before } of changes) {
      if (before === undefined) continue;
      projected.shelf(model.name, account)?.remove(before);
      projected.accounts.get(model.name)?.delete(model.id(before));
    }
    for (const [index, { model, account }] of changes.entries()) {
      const row = rows[index];
      if (row === undefined) continue;
      const ofModel = getOrMake(projected.shelves, model.name, () => new Map<string, Shelf>());
      getOrMake(ofModel, account, () => new Shelf(model)).put(row);
      if (!model.anywhere) continue;
      getOrMake(projected.accounts, model.name, () => new Map<string, string>()).set(model.id(row), account);
    }
    projected.checkpoint = position;
  }

  async clear(projection: ProjectionId): Promise<void> {
    this.#projections.delete(nameOf(projection));
  }

  async replace(live: ProjectionId, rebuilt: ProjectionId): Promise<void> {
    this.#projections.set(nameOf(live), this.#of(rebuilt));
    this.#projections.delete(nameOf(rebuilt));
  }

  lease(): boolean {
    return true;
  }

  rows(projection: ProjectionId): Rows {
    return new MemoryRows(() => this.#of(projection));
  }

  async keep(name: string, content: string): Promise<void> {
    this.#kept.set(name, content);
  }

  kept(name: string): string | undefined {
    return this.#kept.get(name);
  }

  async close(): Promise<void> {}

  #of(projection: ProjectionId): Projected {
    return getOrMake(this.#projections, nameOf(projection), () => new Projected());
  }
}

class MemoryRows implements Rows {
  readonly #projected: () => Projected;

  constructor(projected: () => Projected) {
    this.#projected = projected;
  }

  find<Row>(model: ReadModel<Row>, account: string, key: string): Row | undefined {
    return this.#shelf(model, account)?.find(key) as Row | undefined;
  }

  findById<Row>(model: ReadModel<Row>, account: string, id: string): Row | undefined {
    return this.#shelf(model, account)?.findById(id) as Row | undefined;
  }

  anywhere<Row>(model: ReadModel<Row>, id: string): { account: string; row: Row } | undefined {
    const account = this.#projected().accounts.get(model.name)?.get(id);
    return account === undefined ? undefined : { account, row: this.findById(model, account, id) as Row };
  }

  list<Row>(model: ReadModel<Row>, account: string, page?: Page): readonly Row[] {
    return (this.#shelf(model, account)?.list(page) ?? []) as Row[];
  }

  filed<Row>(model: ReadModel<Row>, account: string, index: string, value: string, page?: Page): readonly Row[] {
    return (this.#shelf(model, account)?.filed(index, value, page) ?? []) as Row[];
  }

  count<Row>(model: ReadModel<Row>, account: string): number {
    return this.#shelf(model, account)?.size ?? 0;
  }

  async *everything<Row>(model: ReadModel<Row>): AsyncGenerator<readonly { account: string; row: Row }[]> {
    const shelves = this.#projected().shelves.get(model.name);
    for (const account of [...(shelves?.keys() ?? [])].sort(compareByCodePoint)) {
      const rows = (shelves?.get(account)?.list() ?? []) as Row[];
      for (let start = 0; start < rows.length; start += rowsAtOnce)
        yield rows.slice(start, start + rowsAtOnce).map((row) => ({ account, row }));
    }
  }

  #shelf(model: ReadModel<never>, account: string): Shelf | undefined {
    return this.#projected().shelf(model.name, account);
  }
}

const nameOf = ({ name, version }: ProjectionId): string => `${name}@${version}`;
