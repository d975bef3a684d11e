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
  RowsOf,
} from '@muniment/runtime';
import { fromLastState } from './last-state.js';
import type { Parts } from './parts.js';
import { parkedLogged, watchProjection } from './projection-health.js';
import type { Keeper } from './projection-work.js';

const retryMilliseconds = 250;

/** What is made of rows and kept: told when they change, and when they may have changed without a word. */
export type MadeOfRows = Required<Pick<ProjectorOptions, 'changed' | 'lost'>>;

/** Rows of this replica alone, on its own disk: what it answers with goes on without the log and without Redis. */
export class LocalRows {
  readonly readModels: ReadModels;
  readonly rows: RowsOf;
  readonly projectors: readonly Projector[];

  static async open(parts: Parts, projections: readonly Projection[], made?: MadeOfRows): Promise<LocalRows> {
    // Loaded only where it is needed, as are all clients of engines: each costs every start its time.
    const { openReadModels } = await import('@muniment/readmodel-lmdb');
    const readModels = await openReadModels({ path: parts.directory.readModels, onFailure: parts.failed });
    return new LocalRows(parts, projections, readModels, made);
  }

  private constructor(
    { log, logger, metrics, failed }: Parts,
    projections: readonly Projection[],
    readModels: ReadModels,
    made?: MadeOfRows,
  ) {
    this.readModels = readModels;
    this.projectors = projections.map((projection) => {
      const parked = parkedLogged(logger, projection.name);
      return new Projector(projection, log, readModels, { ...made, failed, parked });
    });
    this.rows = new RowsOf(readModels, projections);
    this.rows.keptBy(this.projectors);
    for (const projector of this.projectors) watchProjection(metrics, projector);
  }

  /** Catches up before anything is answered: what is not folded yet would be taken for what is not there. */
  async start(): Promise<void> {
    await Promise.all(this.projectors.map((projector) => projector.start()));
    while (this.projectors.some(({ position, stalled }) => position === 0 && stalled)) await sleep(retryMilliseconds);
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

  /** Whether all rows do hold everything up to a position. */
  holds(position: Position): boolean {
    return this.projectors.every((projector) => hasReached(projector, position));
  }

  /** For checks of these rows, and for making them again. */
  get keeper(): Keeper {
    return { place: 'own', readModels: this.readModels, projectors: this.projectors };
  }

  async close(): Promise<void> {
    await Promise.all(this.projectors.map((projector) => projector.stop()));
    await this.readModels.close();
  }
}
