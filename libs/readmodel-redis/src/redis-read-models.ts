import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Change, Position } from '@muniment/kernel';
import { CheckpointMoved, type ProjectionId, type ReadModels } from '@muniment/runtime';
import { Connection } from './connection.js';
import { bytesOf, keptAt, type Places, placesOf } from './layout.js';
import { type Lost, Positions } from './positions.js';
import { type Deadlines, Reads } from './reads.js';
import { RedisRows } from './redis-rows.js';
import { Steps } from './steps.js';
import { sweep } from './sweep.js';

export interface RedisOptions {
  /** `redis://[user:password@]host[:port][/database]`, or `rediss:` for TLS. */
  readonly url: string;
  /** What all keys begin with. */
  readonly prefix?: string;
  /** Names this process among those that share the rows; leases are held under it. */
  readonly holder?: string;
  /** So long a question may take, in milliseconds. */
  readonly readTimeout?: number;
  /** So long a change, or a question for everything, may take, in milliseconds. */
  readonly writeTimeout?: number;
  /** Told when rows are behind where they have been; they are refused until `checkpoint` was asked for. */
  readonly onLost?: (lost: Lost) => void;
}

/**
 * Read models in a Redis or Valkey that several processes share. Connects by itself, and again whenever it must; until
 * then, and whenever Redis does not answer in time, everything fails with `ReadModelsUnavailable`.
 *
 * @example `const readModels = openRedis({ url: 'redis://127.0.0.1:6379', holder: 'directory-1' });`
 */
export const openRedis = (options: RedisOptions): RedisReadModels => new RedisReadModels(options);

/** Rows, indexes and checkpoint change in one script; every read answers the checkpoint that its rows are of. */
export class RedisReadModels implements ReadModels {
  readonly #connection: Connection;
  readonly #prefix: string;
  readonly #holder: string;
  readonly #deadlines: Deadlines;
  readonly #positions: Positions;
  readonly #places = new Map<string, Places>();
  readonly #leased = new Set<string>();
  #sweeping: Promise<void> = Promise.resolve();

  constructor(options: RedisOptions) {
    this.#prefix = options.prefix ?? 'muniment';
    this.#holder = options.holder ?? `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
    this.#deadlines = { short: options.readTimeout ?? 250, long: options.writeTimeout ?? 900 };
    this.#connection = new Connection({ url: options.url, silentAtMost: this.#deadlines.long + 100 });
    this.#positions = new Positions(options.onLost ?? (() => undefined));
  }

  /** Whether Redis is there. */
  get connected(): boolean {
    return this.#connection.usable;
  }

  async checkpoint(projection: ProjectionId): Promise<Position | undefined> {
    const { record } = this.#of(projection);
    const reach = this.#positions.of(projection);
    const found = await this.#connection.run((redis) => redis.hget(record, 'checkpoint'), this.#deadlines.short);
    const checkpoint = found === null ? undefined : Number(found);
    if ((checkpoint ?? 0) < reach.position && this.#positions.of(projection) === reach) {
      this.#positions.reset(projection).saw(checkpoint ?? 0);
    } else reach.saw(checkpoint ?? 0);
    return checkpoint;
  }

  async apply(
    projection: ProjectionId,
    changes: readonly Change[],
    position: Position,
    after?: Position,
  ): Promise<void> {
    const { record, lease, rows } = this.#of(projection);
    const reach = this.#positions.of(projection);
    const args = [record, lease, this.#holder, after === undefined ? '' : String(after), String(position)];
    const newRows = `${rows}${randomBytes(9).toString('base64url')}:`;
    const [outcome, detail] = (await this.#connection.script(
      'muApply',
      [...args, newRows, ...new Steps(changes).toArguments()],
      this.#deadlines.long,
    )) as [outcome: string, detail: string];
    if (outcome === 'leased') throw new CheckpointMoved(projection, `\`${detail}\` holds the lease`);
    if (outcome === 'moved') throw new CheckpointMoved(projection, `they hold up to ${detail}, not ${after}`);
    reach.saw(Number(detail));
  }

  async clear(projection: ProjectionId): Promise<void> {
    const { record, garbage } = this.#of(projection);
    this.#positions.reset(projection);
    await this.#connection.script('muClear', [record, garbage], this.#deadlines.long);
    this.#sweep(garbage);
  }

  /** In a cluster both names have to begin with the same word, such as `directory` and `directory@rebuilt`. */
  async replace(live: ProjectionId, rebuilt: ProjectionId): Promise<void> {
    const { record, garbage } = this.#of(live);
    const reach = this.#positions.reset(live);
    this.#positions.reset(rebuilt);
    const keys = [record, garbage, this.#of(rebuilt).record];
    const checkpoint = await this.#connection.script('muReplace', keys, this.#deadlines.long);
    reach.saw(Number(checkpoint ?? 0));
    this.#sweep(garbage);
  }

  async lease(projection: ProjectionId, milliseconds: number): Promise<boolean> {
    const { lease, record, garbage } = this.#of(projection);
    const args = [lease, this.#holder, String(Math.ceil(milliseconds))];
    const held = (await this.#connection.script('muLease', args, this.#deadlines.short)) === 1;
    // Whoever folds from now on finishes what the one before may have left.
    if (held && !this.#leased.has(record)) this.#sweep(garbage);
    if (held) this.#leased.add(record);
    else this.#leased.delete(record);
    return held;
  }

  rows(projection: ProjectionId): RedisRows {
    const { record } = this.#of(projection);
    return new RedisRows(new Reads(this.#connection, projection, record, this.#positions, this.#deadlines));
  }

  /** A blob that could not be kept is one that was lost. */
  async keep(name: string, content: string): Promise<void> {
    const key = keptAt(this.#prefix, name);
    await this.#connection
      .run((redis) => redis.set(key, bytesOf(content)), this.#deadlines.long)
      .catch(() => undefined);
  }

  async kept(name: string): Promise<string | undefined> {
    const key = keptAt(this.#prefix, name);
    const kept = await this.#connection.run((redis) => redis.get(key), this.#deadlines.long).catch(() => null);
    return kept ?? undefined;
  }

  async close(): Promise<void> {
    this.#connection.close();
    await this.#sweeping;
  }

  #of(projection: ProjectionId): Places {
    const name = `${projection.name}@${projection.version}`;
    let places = this.#places.get(name);
    if (!places) {
      places = placesOf(this.#prefix, projection);
      this.#places.set(name, places);
    }
    return places;
  }

  /** In the background, one at a time; what fails is left for the next. */
  #sweep(garbage: string): void {
    this.#sweeping = this.#sweeping
      .then(() => sweep(this.#connection, garbage, this.#deadlines.long))
      .catch(() => undefined);
  }
}
