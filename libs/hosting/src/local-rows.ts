import type { Change, Position } from '@muniment/kernel';
import { openReadModels } from '@muniment/readmodel-lmdb';
import { patience, type Projection, Projector, type ReadModels, RowsOf } from '@muniment/runtime';
import type { Parts } from './parts.js';
import { watchProjection } from './projection-health.js';

/** Rows of this replica alone, on its own disk: what it answers with goes on without the log and without Redis. */
export class LocalRows {
  readonly readModels: ReadModels;
  readonly rows: RowsOf;
  readonly projectors: readonly Projector[];

  static async open(
    parts: Parts,
    projections: readonly Projection[],
    changed: (changes: readonly Change[]) => void = () => undefined,
  ): Promise<LocalRows> {
    const readModels = await openReadModels({ path: parts.directory.readModels, onFailure: parts.failed });
    return new LocalRows(parts, projections, readModels, changed);
  }

  private constructor(
    { log, metrics, failed }: Parts,
    projections: readonly Projection[],
    readModels: ReadModels,
    changed: (changes: readonly Change[]) => void,
  ) {
    this.readModels = readModels;
    this.projectors = projections.map((projection) => new Projector(projection, log, readModels, { changed, failed }));
    this.rows = new RowsOf(readModels, projections);
    for (const projector of this.projectors) watchProjection(metrics, projector);
  }

  /** Catches up before anything is answered: what is not folded yet would be taken for what is not there. */
  async start(): Promise<void> {
    await Promise.all(this.projectors.map((projector) => projector.start()));
  }

  /** True when all rows hold everything up to a position; false when they do not in time. */
  reached(position: Position): boolean | Promise<boolean> {
    if (this.projectors.every((projector) => projector.position >= position)) return true;
    return Promise.all(this.projectors.map(async (projector) => projector.reached(position, patience))).then((all) =>
      all.every(Boolean),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.projectors.map((projector) => projector.stop()));
    await this.readModels.close();
  }
}
