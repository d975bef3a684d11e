import type { ReadModel } from '@muniment/kernel';
import type { ProjectionId } from '@muniment/runtime';

/** What Redis takes as a key, a member or a value: bytes. */
export type Bytes = string | Buffer;

const hasLone = /[\ud800-\udfff]/u;
const lone = /[\ud800-\udfff]/gu;

/** The bytes of a text, in an order that is that of its code points; no two texts have the same. */
export function bytesOf(text: string): Bytes {
  if (!hasLone.test(text)) return text;
  // Half a surrogate pair has no UTF-8; it gets the three bytes that it would have.
  const halves = text.match(lone) ?? [];
  return Buffer.concat(
    text.split(lone).flatMap((piece, index) => [Buffer.from(piece), Buffer.from(threeBytes(halves[index]))]),
  );
}

function threeBytes(half: string | undefined): number[] {
  if (half === undefined) return [];
  const code = half.charCodeAt(0);
  return [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
}

/**
 * Keys of one projection. All that belong to a name have one hash tag, so that a cluster keeps them together; the tag
 * is the name's first word, for rows that are rebuilt under a name like `directory@rebuilt`.
 */
export interface Places {
  /** Hash of `rows` (where the rows are: what their keys begin with) and `checkpoint`. */
  readonly record: string;
  /** Who may write, while it lives. */
  readonly lease: string;
  /** Set of the beginnings of rows that nobody needs any more. */
  readonly garbage: string;
  /** What all keys of rows begin with; each life of a projection adds a word of its own. */
  readonly rows: string;
}

export function placesOf(prefix: string, { name, version }: ProjectionId): Places {
  const tag = `{${prefix}:${/^[\w-]*/.exec(name)?.[0]}}`;
  const record = `${tag}:${name}@${version}`;
  return { record, lease: `${record}:lease`, garbage: `${tag}:garbage`, rows: `${tag}:` };
}

/** Blobs, each by itself. */
export const keptAt = (prefix: string, name: string): Bytes => bytesOf(`${prefix}:kept:${name}`);

/**
 * Behind the beginning of a projection's rows. Per model and account: `r` rows by key (hash), `k` keys in order (set of
 * equal scores), `i` keys by id (hash), `f` filed keys (set of equal scores). Per model: `a` places by id (hash), `n`
 * accounts (set of equal scores). `m`: names of indexes by model (hash).
 */
export const suffixes = {
  rows: (model: string, account: string) => `r:${model}\0${account}`,
  keys: (model: string, account: string) => `k:${model}\0${account}`,
  ids: (model: string, account: string) => `i:${model}\0${account}`,
  filed: (model: string, account: string, index: string) => `f:${model}\0${index}\0${account}`,
  anywhere: (model: string) => `a:${model}`,
  accounts: (model: string) => `n:${model}`,
  models: 'm',
};

/** A value as the beginning of members that are filed under it: none is the beginning of another. */
export const filedUnder = (value: string): string =>
  `${value.replace(/[\0\x01]/g, (character) => (character === '\0' ? '\x01\x01' : '\x01\x02'))}\0`;

/** Where a row is that can be found anywhere: the length of the account tells the two apart. */
export const placeOf = (account: string, key: string): string => `${Buffer.byteLength(account)}:${account}\0${key}`;

/** Rows that are called by their id need no second way to them. */
export const calledById = (model: ReadModel<never>): boolean => (model.key as unknown) === model.id;
