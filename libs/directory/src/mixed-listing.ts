import { type Awaitable, type Call, type ListInput, type Page, page } from '@muniment/kernel';

/** One kind of row in a listing that has several: read page by page, in the order of its own keys. */
export interface Kind<Name extends string = string, Row = unknown> {
  readonly kind: Name;
  readonly key: (row: Row) => string;
  readonly read: (page: Page) => Awaitable<readonly Row[]>;
  readonly keep?: (row: Row) => boolean;
}

export type Mixed<K> = K extends Kind<infer Name, infer Row> ? { readonly kind: Name; readonly row: Row } : never;

/** Any kind, where kinds of unlike rows stand in one list. */
interface AnyKind extends Pick<Kind, 'kind' | 'read'> {
  readonly key: (row: never) => string;
  readonly keep?: (row: never) => boolean;
}

export interface MixedPage<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}

/** A page over several kinds of rows, one kind after the other; its marker says kind and key of the last row. */
export async function mixedPage<K extends AnyKind>(
  input: ListInput,
  kinds: readonly K[],
  call: Call,
): Promise<MixedPage<Mixed<K>>> {
  const named = new Map(kinds.map((each) => [each.kind, each]));
  const keyOf = ({ kind, row }: Mixed<K>): string => `${kind}:${named.get(kind)?.key(row as never)}`;
  const read = async ({ after = '', limit = Number.MAX_SAFE_INTEGER }: Page): Promise<Mixed<K>[]> => {
    const [last = ''] = after.split(':', 1);
    const start = after === '' ? 0 : kinds.findIndex(({ kind }) => kind === last);
    if (start < 0) return call.fault('ValidationError', 'Invalid Marker.');
    const rows: Mixed<K>[] = [];
    for (const each of kinds.slice(start)) {
      const from = each.kind === last ? { after: after.slice(last.length + 1) } : {};
      const part = await each.read({ ...from, limit: limit - rows.length });
      rows.push(...part.map((row) => ({ kind: each.kind, row }) as Mixed<K>));
      if (rows.length >= limit) break;
    }
    return rows;
  };
  const { rows, next } = await page(
    input,
    keyOf,
    read,
    ({ kind, row }) => named.get(kind)?.keep?.(row as never) ?? true,
  );
  return { items: rows, next };
}

/** Whether more follows, and where: what every paginated answer says beside its items. */
export const pagedOnWire = ({
  next,
}: {
  readonly next: string | undefined;
}): { IsTruncated: boolean; Marker?: string } =>
  next === undefined ? { IsTruncated: false } : { IsTruncated: true, Marker: next };
