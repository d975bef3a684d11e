import type { RecordedEvent } from '@muniment/kernel';
import { ConfigurationError } from '@muniment/nest';
import {
  hintedPosition,
  type Projection,
  projectedHint,
  type ReadModels,
  RowsOf,
  SharedProjector,
} from '@muniment/runtime';
import { promptProjections, relaxedProjections } from './contexts.js';
import type { Parts } from './parts.js';
import { parkedLogged, stalledLogged, watchProjection } from './projection-health.js';
import type { Keeper } from './projection-work.js';

export interface SharedRowsOptions {
  /** Names of the projections that this service folds; it reads those of other services as they are. */
  readonly folds: readonly string[];
  /** Called with new events of what it folds, before their rows are stored. */
  readonly storing?: (events: readonly RecordedEvent[]) => Promise<void>;
}

/** Rows in Redis that all replicas of the control plane share: one replica folds each projection, all read all. */
export class SharedRows {
  readonly readModels: ReadModels;
  readonly rows: RowsOf;
  /** Read models that answers wait for. */
  readonly prompt: readonly SharedProjector[];
  readonly projectors: readonly SharedProjector[];
  /** What this service folds: its replicas can check and make that again. */
  readonly keeper: Keeper;
  readonly #stops: (() => void)[] = [];

  static async open(parts: Parts, options: SharedRowsOptions): Promise<SharedRows> {
    const { redisUrl: url } = parts.configuration;
    if (url === undefined) {
      throw new ConfigurationError([`MUNIMENT_REDIS_URL: the service \`${parts.name}\` reads from Redis and needs it`]);
    }
    // Loaded only where it is needed, as are all clients of engines: each costs every start its time.
    const { openRedis } = await import('@muniment/readmodel-redis');
    return new SharedRows(parts, options, openRedis({ url, holder: `${parts.name}-${parts.replica}` }));
  }

  private constructor(parts: Parts, { folds, storing }: SharedRowsOptions, readModels: ReadModels) {
    this.readModels = readModels;
    const projector = (projection: Projection) => {
      const { name } = projection;
      const folding = folds.includes(name);
      const shared: SharedProjector = new SharedProjector(projection, parts.log, this.readModels, {
        folds: folding,
        failed: parts.failed,
        parked: parkedLogged(parts.logger, name),
        stalled: stalledLogged(parts.logger, () => shared),
        ...(folding && storing && { storing }),
        projected: (position) => parts.bus.publish(projectedHint(name), { position }),
      });
      this.#stops.push(parts.bus.subscribe(projectedHint(name), (hint) => shared.hinted(hintedPosition(hint) ?? 0)));
      watchProjection(parts.metrics, shared, parts.log);
      return shared;
    };
    this.prompt = promptProjections.map(projector);
    this.projectors = [...this.prompt, ...relaxedProjections.map(projector)];
    this.keeper = {
      place: 'shared',
      readModels: this.readModels,
      projectors: this.projectors.filter(({ projection }) => folds.includes(projection.name)),
    };
    this.rows = new RowsOf(this.readModels, [...promptProjections, ...relaxedProjections]);
    this.rows.keptBy(this.projectors);
  }

  async start(): Promise<void> {
    await Promise.all(this.projectors.map((projector) => projector.start()));
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await Promise.all(this.projectors.map((projector) => projector.stop()));
    await this.readModels.close();
  }
}
