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
  apply(projection: ProjectionId, changes: readonly Change[], position: Position): Promise<void>;
  /** Removes all rows and the checkpoint of a projection. */
  clear(projection: ProjectionId): Promise<void>;
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
}
