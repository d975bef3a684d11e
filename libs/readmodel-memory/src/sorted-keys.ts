/**
 * Compares as the bytes of UTF-8 would: by code point. JavaScript's own `<` goes by UTF-16 units and puts characters
 * beyond U+FFFF before some that stand in front of them.
 */
export function compareByCodePoint(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let index = 0;
  while (index < shorter && a.charCodeAt(index) === b.charCodeAt(index)) index++;
  if (index === shorter) return a.length - b.length;
  const leading = index > 0 ? a.charCodeAt(index - 1) : 0;
  if (leading >= 0xd800 && leading <= 0xdbff) index--;
  return (a.codePointAt(index) as number) - (b.codePointAt(index) as number);
}

/** A set of keys in byte order. */
export class SortedKeys {
  readonly #keys: string[] = [];

  get size(): number {
    return this.#keys.length;
  }

  add(key: string): void {
    const index = this.#indexOf(key);
    if (this.#keys[index] !== key) this.#keys.splice(index, 0, key);
  }

  delete(key: string): void {
    const index = this.#indexOf(key);
    if (this.#keys[index] === key) this.#keys.splice(index, 1);
  }

  page(after: string | undefined, limit = this.#keys.length): readonly string[] {
    let start = 0;
    if (after !== undefined) {
      start = this.#indexOf(after);
      if (this.#keys[start] === after) start++;
    }
    return this.#keys.slice(start, start + limit);
  }

  /** Where the key is or would be. */
  #indexOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareByCodePoint(this.#keys[middle] as string, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
