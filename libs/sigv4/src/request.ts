/**
 * The head of a request as it came over the wire, before anything decoded or joined it.
 *
 * Every string holds one byte per character (Latin-1), as `node:http` hands them out, so that the signature covers the
 * bytes that were sent. Strings with characters above U+00FF are read as UTF-8 text.
 */
export interface RequestHead {
  readonly method: string;
  /** The raw path: everything before the first `?`. */
  readonly path: string;
  /** The raw query: everything after the first `?`, or `''`. */
  readonly query: string;
  /** Names and values in turn, repeats kept: `IncomingMessage.rawHeaders`. {@link flatHeaders} builds it from pairs. */
  readonly headers: readonly string[];
}

/**
 * A whole request: the head and the bytes of its body.
 *
 * @example
 * ```ts
 * const request = { method: incoming.method, ...splitTarget(incoming.url), headers: incoming.rawHeaders, body };
 * ```
 */
export interface SignedRequest extends RequestHead {
  readonly body: Uint8Array;
}

/**
 * Splits the target of a request line (`IncomingMessage.url`) at its first `?`.
 *
 * @example
 * ```ts
 * splitTarget('/path?Action=ListUsers'); // { path: '/path', query: 'Action=ListUsers' }
 * ```
 */
export function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/**
 * Turns header pairs into the flat list that {@link RequestHead} holds.
 *
 * @example
 * ```ts
 * flatHeaders([['Host', 'iam.amazonaws.com']]); // ['Host', 'iam.amazonaws.com']
 * flatHeaders(new Headers({ host: 'iam.amazonaws.com' }));
 * flatHeaders(Object.entries({ host: 'iam.amazonaws.com' }));
 * ```
 */
export function flatHeaders(pairs: Iterable<readonly [name: string, value: string]>): string[] {
  const flat: string[] = [];
  for (const [name, value] of pairs) flat.push(name, value);
  return flat;
}
