import { canonicalComponent, decodeComponent } from './percent.js';

/** A query parameter in its canonical spelling, as it stands in the canonical request. */
export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

/**
 * Reads a raw query once, for the canonical request and for those who look for parameters: both see the same thing.
 *
 * A parameter without `=` has the empty value; empty stretches between `&` are dropped; `+` is a space.
 *
 * @returns the parameters in the order sent, in canonical spelling, or `undefined` when an escape is malformed.
 * @example
 * ```ts
 * readQuery('b=%7e&a+c'); // [{ name: 'b', value: '~' }, { name: 'a%20c', value: '' }]
 * ```
 */
export function readQuery(raw: string): readonly QueryParameter[] | undefined {
  if (raw === '') return NO_PARAMETERS;
  const parameters: QueryParameter[] = [];
  for (let start = 0; start <= raw.length; ) {
    const ampersand = raw.indexOf('&', start);
    const end = ampersand < 0 ? raw.length : ampersand;
    if (end > start) {
      const equals = raw.indexOf('=', start);
      const middle = equals < 0 || equals > end ? end : equals;
      const name = canonicalComponent(raw.slice(start, middle));
      const value = canonicalComponent(raw.slice(middle + 1, end));
      if (name === undefined || value === undefined) return undefined;
      parameters.push({ name, value });
    }
    start = end + 1;
  }
  return parameters;
}

/** Joins parameters into the canonical query: sorted by name, then by value, without the ones to leave out. */
export function canonicalQuery(parameters: readonly QueryParameter[], leaveOut?: ReadonlySet<string>): string {
  if (parameters.length === 0) return '';
  const kept = leaveOut ? parameters.filter(({ name }) => !leaveOut.has(name)) : [...parameters];
  kept.sort((a, b) => compare(a.name, b.name) || compare(a.value, b.value));
  return kept.map(({ name, value }) => `${name}=${value}`).join('&');
}

/** The text of a parameter's value. */
export function textOf({ value }: QueryParameter): string {
  return decodeComponent(value);
}

const NO_PARAMETERS: readonly QueryParameter[] = [];

/** Canonical spellings are ASCII, so code units compare as bytes do. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
