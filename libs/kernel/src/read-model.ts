/**
 * A kind of row: how one is told from another and what it is found by. The same definition serves the aggregate's
 * state (a `Table` in memory) and the stored read model (an adapter's keys), so the two cannot disagree.
 */
export interface ReadModel<Row> {
  readonly name: string;
  /** Stable for the row's life, unique in the account. */
  readonly id: (row: Row) => string;
  /** What the row is called and listed by; unique in the account, may change. */
  readonly key: (row: Row) => string;
  /** Further ways to find rows: value or values a row is filed under. */
  readonly indexes: Readonly<Record<string, (row: Row) => readonly string[]>>;
  /** Ids are unique over all accounts and can be found without knowing the account. */
  readonly anywhere: boolean;
}

/** Rows are data: replaced as a whole, never changed. */
export type RowOf<Model> = Model extends ReadModel<infer Row> ? Row : never;

export interface ReadModelOptions<Row> {
  readonly id: (row: Row) => string;
  readonly key?: (row: Row) => string;
  readonly indexes?: Readonly<Record<string, (row: Row) => readonly string[]>>;
  readonly anywhere?: boolean;
}

/** @example `readModel<User>('users', { id: (user) => user.userId, key: (user) => fold(user.userName) })` */
export const readModel = <Row>(name: string, options: ReadModelOptions<Row>): ReadModel<Row> => ({
  name,
  id: options.id,
  key: options.key ?? options.id,
  indexes: options.indexes ?? {},
  anywhere: options.anywhere ?? false,
});

/**
 * Another context's rows as this one needs them, where importing its contract would close a circle. Found by the
 * model's name and index; the composition refuses to start when no projection keeps them.
 *
 * @example `const accessKeys = foreign<{ accessKeyId: string }>('access-keys', ['user'])`
 */
export const foreign = <Row>(name: string, indexes: readonly string[] = []): ReadModel<Row> => {
  const unknown = () => {
    throw new Error(`rows of \`${name}\` belong to another context`);
  };
  return {
    name,
    id: unknown,
    key: unknown,
    indexes: Object.fromEntries(indexes.map((index) => [index, unknown])),
    anywhere: false,
  };
};

/** One row's change: what was there (undefined: new) and what is there now (undefined: gone). */
export interface Change<Row = unknown> {
  readonly model: ReadModel<Row>;
  readonly account: string;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

/** Names are unique regardless of case, the stored spelling stays (requirements-4 NAM-5). */
export const fold = (name: string): string => name.toLowerCase();
