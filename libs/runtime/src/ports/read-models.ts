import type { Awaitable, Change, Page, Position, ReadModel } from '@muniment/kernel';

/** Which projection's rows: a new version starts empty beside the old one. */
export interface ProjectionId {
  readonly name: string;
  readonly version: number;
}

/**
 * Where projections keep their rows. Rows and checkpoint change in one atomic step or not at all; rows can be thrown
 * away at any time and made again from the log. Listings are in key order (byte order of UTF-8).
 */
export interface ReadModels {
  /** Position up to which the projection's rows hold; undefined before the first `apply`. */
  checkpoint(projection: ProjectionId): Awaitable<Position | undefined>;
  /**
   * Stores changes and the position that they bring the rows to. `after`: the checkpoint that they build on, 0 for
   * none; rows that are elsewhere, or that another process has leased, are left alone: `CheckpointMoved`. Without it
   * what comes again is passed over; with it the position may be the checkpoint itself.
   */
  apply(projection: ProjectionId, changes: readonly Change[], position: Position, after?: Position): Promise<void>;
  /** Removes all rows and the checkpoint of a projection. */
  clear(projection: ProjectionId): Promise<void>;
  /** Puts rows and checkpoint of `rebuilt` in the place of `live`'s, in one step; `rebuilt` is empty then. */
  replace(live: ProjectionId, rebuilt: ProjectionId): Promise<void>;
  /**
   * Where several processes share rows, one of them folds: true when it is this one from now on for so long. 0 gives
   * the lease back. Always true where nobody else can write.
   */
  lease(projection: ProjectionId, milliseconds: number): Awaitable<boolean>;
  /** The rows of a projection, for questions. */
  rows(projection: ProjectionId): Rows;
  /** Blobs that may be lost: snapshots of aggregates. */
  keep(name: string, content: string): Promise<void>;
  kept(name: string): Awaitable<string | undefined>;
  close(): Promise<void>;
}

export interface Rows {
  find<Row>(model: ReadModel<Row>, account: string, key: string): Awaitable<Row | undefined>;
  findById<Row>(model: ReadModel<Row>, account: string, id: string): Awaitable<Row | undefined>;
  /** For models that are `anywhere`. */
  anywhere<Row>(model: ReadModel<Row>, id: string): Awaitable<{ account: string; row: Row } | undefined>;
  /** Rows after `page.after`, in key order. */
  list<Row>(model: ReadModel<Row>, account: string, page?: Page): Awaitable<readonly Row[]>;
  /** Rows filed under a value of an index, in key order. */
  filed<Row>(
    model: ReadModel<Row>,
    account: string,
    index: string,
    value: string,
    page?: Page,
  ): Awaitable<readonly Row[]>;
  count<Row>(model: ReadModel<Row>, account: string): Awaitable<number>;
  /** All rows of all accounts, batch by batch, in order of account and key. */
  everything<Row>(model: ReadModel<Row>): AsyncIterable<readonly { readonly account: string; readonly row: Row }[]>;
}

/** The rows are away, or turned out to be older than they were: ask again later. Nothing is said about any row. */
export class ReadModelsUnavailable extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(`the read models cannot be used: ${reason}`, options);
    this.name = 'ReadModelsUnavailable';
  }
}

/** Rows are not where the writer thinks they are: another process has written them, or they were lost. Look again. */
export class CheckpointMoved extends Error {
  constructor({ name, version }: ProjectionId, reason: string) {
    super(`rows of projection \`${name}\` version ${version} have moved: ${reason}`);
    this.name = 'CheckpointMoved';
  }
}
