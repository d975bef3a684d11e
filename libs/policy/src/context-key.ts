import { type ContextValue, type Given, PRINCIPAL_KEYS } from './context.js';
import { Interned } from './interned.js';
import type { Principal } from './principal.js';

/**
 * A condition key that policies ask for. There is one object for each key, and it holds the key's value in the request
 * that is being decided: conditions find it without a look-up. `stamp` says which request that is.
 */
export interface ContextKey {
  /** In lower case. */
  readonly name: string;
  /** What the key is when the request does not say it. */
  readonly ofPrincipal: ((principal: Principal) => ContextValue | undefined) | undefined;
  stamp: number;
  value: ContextValue | undefined;
  given: Given | undefined;
}

const keys = new Interned<ContextKey>();

/** Keys by all the ways requests spell them; null for those that no policy asks for. */
const spelled = new Map<string, ContextKey | null>();
const mostSpellings = 4096;

/** The key of a name in whatever spelling. */
export function contextKey(name: string): ContextKey {
  const lower = name.toLowerCase();
  return keys.get(lower, () => {
    // What was nobody's key until now may have been noted as such.
    spelled.clear();
    return {
      name: lower,
      ofPrincipal: PRINCIPAL_KEYS.get(lower),
      stamp: 0,
      value: undefined,
      given: undefined,
    };
  });
}

/** The key that a request spells so, if any policy asks for it. Requests bring any number of tags, so only so many are kept. */
export function keySpelled(name: string): ContextKey | null {
  const known = spelled.get(name);
  if (known !== undefined) return known;
  const key = keys.find(name.toLowerCase()) ?? null;
  if (spelled.size >= mostSpellings) spelled.clear();
  spelled.set(name, key);
  return key;
}

/** Numbers of requests begin anew: no key may look as if it belonged to one of them. */
export function forgetStamps(): void {
  keys.forEach((key) => {
    key.stamp = 0;
  });
}
