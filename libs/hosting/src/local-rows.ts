import { setTimeout as sleep } from 'node:timers/promises';
import type { Awaitable, Position } from '@muniment/kernel';
import {
  type Catching,
  hasReached,
  patience,
  type Projection,
  Projector,
  type ProjectorOptions,
  type ReadModels,
  ReadModelsUnavailable,
  RowsOf,
  together,
} from '@muniment/runtime';
import { fromLastState } from './last-state.js';
import type { Parts } from './parts.js';
import { parkedLogged, stalledLogged, watchProjection } from './projection-health.js';
import type { Keeper } from './projection-work.js';

const retryMilliseconds = 250;

/** Name of what says up to where a projection's rows were once known to hold everything. */
const wholeAt = ({ name, version }: Projection): string => `whole-at:${name}@${version}`;

/** What is made of rows and kept: told when they change, and when they may have changed without a word. */
export type MadeOfRows = Required<Pick<ProjectorOptions, 'changed' | 'lost'>>;

/** Rows of this replica alone, on its own disk: what it answers with goes on without the log and without Redis. */
export class LocalRows {
  readonly readModels: ReadModels;
  readonly rows: RowsOf;
  readonly projectors: readonly Projector[];
  /** Anybody can make a service ask: one question at a time is enough for all. */
  readonly #head: () => Promise<Position>;
  #closed = false;

  static async open(parts: Parts, projections: readonly Projection[], made?: MadeOfRows): Promise<LocalRows> {
    // Loaded only where it is needed, as are all clients of engines: each costs every start its time.
    const { openReadModels } = await import('@muniment/readmodel-lmdb');
    const readModels = await openReadModels({ path: parts.directory.readModels, onFailure: parts.failed });
    return LocalRows.over(readModels, parts, projections, made);
  }

  static async over(
    readModels: ReadModels,
    parts: Pick<Parts, 'log' | 'logger' | 'metrics' | 'failed'>,
    projections: readonly Projection[],
    made?: MadeOfRows,
  ): Promise<LocalRows> {
    const unfinished = new Set<Projection>();
    for (const each of projections) {
      const whole = await readModels.kept(wholeAt(each));
      const stored = (await readModels.checkpoint(each)) ?? 0;
      if (whole === undefined || stored < Number(whole)) unfinished.add(each);
    }
    return new LocalRows(parts, projections, unfinished, readModels, made);
  }

  private constructor(
    { log, logger, metrics, failed }: Pick<Parts, 'log' | 'logger' | 'metrics' | 'failed'>,
    projections: readonly Projection[],
    unfinished: ReadonlySet<Projection>,
    readModels: ReadModels,
    made?: MadeOfRows,
  ) {
    this.readModels = readModels;
    this.#head = together(() => log.head());
    this.projectors = projections.map((projection) => {
      const parked = parkedLogged(logger, projection.name);
      const projector: Projector = new Projector(projection, log, readModels, {
        ...made,
        failed,
        parked,
        stalled: stalledLogged(logger, () => projector),
        unfinished: unfinished.has(projection),
      });
      return projector;
    });
    this.rows = new RowsOf(readModels, projections);
    this.rows.keptBy(this.projectors);
    for (const projector of this.projectors) watchProjection(metrics, projector, log);
  }

  /**
   * Catches up before anything is answered: what is not folded yet would be taken for what is not there. With the log
   * away rows that were whole before will do; those that were being made when an earlier process ended will not.
   */
  async start(): Promise<void> {
    await Promise.all(this.projectors.map((projector) => projector.start()));
    while (!this.holds(0)) {
      if (this.#closed) throw new Error('the rows were closed before they were whole');
      await sleep(retryMilliseconds);
    }
    for (const { projection } of this.projectors) {
      const stored = (await this.readModels.checkpoint(projection)) ?? 0;
      await this.readModels.keep(wholeAt(projection), String(stored));
    }
  }

  /** True when all rows hold everything up to a position, as far as the log can be asked. */
  reached(position: Position): Awaitable<boolean> {
    const behind = this.projectors.filter((projector) => !hasReached(projector, position));
    if (behind.length === 0) return true;
    return Promise.all(behind.map(async (each) => fromLastState(each).reached(position, patience))).then((all) =>
      all.every(Boolean),
    );
  }

  /** The same for a context's operations. */
  get prompt(): readonly Catching[] {
    return [{ reached: (position) => this.reached(position) }];
  }

  /** Waits until all rows hold what is written by now, as far as the log can be asked; rejects when they do not in time. */
  async caughtUp(): Promise<void> {
    const head = await this.#head().catch(() => 0);
    if (!(await this.reached(head))) throw new ReadModelsUnavailable(`they do not hold everything up to ${head} yet`);
  }

  /** Whether all rows do hold everything up to a position. */
  holds(position: Position): boolean {
    return this.projectors.every((projector) => hasReached(projector, position));
  }

  /** For checks of these rows, and for making them again. */
  get keeper(): Keeper {
    return { place: 'own', readModels: this.readModels, projectors: this.projectors };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.projectors.map((projector) => projector.stop()));
    await this.readModels.close();
  }
}
