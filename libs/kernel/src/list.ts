import type { Operation } from '@muniment/aws-model';
import type { Asks } from './ask.js';
import type { Call } from './call.js';
import { type Page, type Query, type Sources, query } from './operation.js';
import type { ReadModel } from './read-model.js';

/** Members of a list's page that AWS names alike everywhere. */
export interface ListInput {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

type Item<Output> = NonNullable<
  { [K in keyof Output]: NonNullable<Output[K]> extends readonly (infer T)[] ? T : never }[keyof Output]
>;

export interface Listed<Row> {
  readonly rows: readonly Row[];
  /** Key of the last row, when more follow. */
  readonly next: string | undefined;
}

/** IAM's own page size (every paginated operation's `MaxItems` says so). */
export const defaultPage = 100;

/**
 * Reads one page that `keep` lets through, asking the source for more until the page is full or the rows end. One row
 * beyond the page is looked for, so that `next` is only given when something follows.
 */
export async function page<Row>(
  { Marker, MaxItems = defaultPage }: ListInput,
  key: (row: Row) => string,
  read: (page: Page) => ReturnType<Sources['list']> | Promise<readonly Row[]> | readonly Row[],
  keep: (row: Row) => boolean = () => true,
): Promise<Listed<Row>> {
  const rows: Row[] = [];
  const limit = MaxItems + 1;
  let after = Marker;
  for (;;) {
    const batch = (await read({ ...(after === undefined ? {} : { after }), limit })) as readonly Row[];
    for (const row of batch) {
      if (!keep(row)) continue;
      if (rows.length === MaxItems) return { rows, next: key(rows[rows.length - 1] as Row) };
      rows.push(row);
    }
    if (batch.length < limit) return { rows, next: undefined };
    after = key(batch[batch.length - 1] as Row);
  }
}

export interface ListDefinition<Input, Output, Code extends string, Row> {
  readonly authorize: (input: Input, call: Call<Code>) => Asks;
  readonly item: (row: Row, call: Call<Code>) => Item<Output>;
  readonly keep?: (row: Row, input: Input) => boolean;
}

/** A plain listing of a read model, page by page; where the items go is the operation's own pagination data. */
export const list = <Input extends ListInput, Output, Code extends string, Row>(
  operation: Operation<Input, Output, Code, string>,
  model: ReadModel<Row>,
  { authorize, item, keep }: ListDefinition<NoInfer<Input>, NoInfer<Output>, NoInfer<Code>, Row>,
): Query<Input, Output> =>
  query<Input, Output, Code, Listed<Row>>(operation, {
    gather: (input, from) =>
      page(input, model.key, (part) => from.list(model, part), keep && ((row) => keep(row, input))),
    authorize: (input, _, call) => authorize(input, call),
    reply: (listed, _, call) => listing(operation, listed, (row) => item(row, call)),
  });

/** The reply of a paginated operation: items under the name that its model gives them. */
export function listing<Output, Row>(
  operation: Pick<Operation<unknown, Output, string, string>, 'name' | 'pagination' | 'output'>,
  { rows, next }: Listed<Row>,
  item: (row: Row) => Item<Output>,
): Output {
  const { results = [], more, output = [] } = operation.pagination ?? {};
  const [result] = results;
  const [marker] = output;
  if (result === undefined || marker === undefined) throw new Error(`operation \`${operation.name}\` is not paginated`);
  return {
    [result]: rows.map(item),
    ...(more === undefined ? {} : { [more]: next !== undefined }),
    ...(next === undefined ? {} : { [marker]: next }),
  } as Output;
}
