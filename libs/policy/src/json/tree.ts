/**
 * A place in a text. Lines and columns count from 1, offsets from 0, all in UTF-16 code units.
 *
 * @example
 * const start: Position = { line: 1, column: 1, offset: 0 };
 */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** One `key: value` pair of an object. */
export interface JsonMember {
  readonly key: string;
  readonly keyPosition: Position;
  readonly value: JsonNode;
}

/** Members live in a Map: a key such as `__proto__` is data here, never behaviour. */
export interface JsonObject {
  readonly kind: 'object';
  readonly position: Position;
  /** Just behind the closing brace. */
  readonly end: Position;
  readonly members: ReadonlyMap<string, JsonMember>;
  /** Earlier members whose key came again; filled only when duplicates are kept. */
  readonly repeated: readonly JsonMember[];
}

export interface JsonArray {
  readonly kind: 'array';
  readonly position: Position;
  readonly items: readonly JsonNode[];
}

/** A string's value, a number as written, or the word `true`, `false` or `null`. */
export interface JsonScalar {
  readonly kind: 'string' | 'number' | 'boolean' | 'null';
  readonly position: Position;
  readonly text: string;
}

export type JsonNode = JsonObject | JsonArray | JsonScalar;

/** Why a text is not acceptable JSON, and where: `path` reads like `Statement[0].Effect`. */
export interface JsonFault {
  readonly reason: 'size' | 'depth' | 'duplicate' | 'syntax';
  readonly message: string;
  readonly path: string;
  readonly position: Position;
}
