/** Random choices, from a seed or from a list of numbers; the smaller the numbers, the simpler what comes out. */
export class Draw {
  private readonly next: () => number;

  /** `next` gives whole numbers of 32 bits. */
  constructor(next: () => number) {
    this.next = next;
  }

  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)] as Value;
  }

  /** True in so many of a hundred cases. */
  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }

  /** From `least` to `most` of what `one` gives. */
  several<Value>(least: number, most: number, one: () => Value): Value[] {
    return Array.from({ length: least + this.below(most - least + 1) }, one);
  }

  /** One value, or a list, as policies may be written either way. */
  oneOrMore<Value>(most: number, one: () => Value): Value | Value[] {
    return this.chance(40) ? this.several(1, most, one) : one();
  }
}

/** The same choices for the same seed (mulberry32). */
export function seeded(seed: number): Draw {
  return new Draw(numbersOf(seed));
}

export function numbersOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Choices out of a list; when it is used up, the simplest ones. */
export function replayed(choices: ArrayLike<number>): Draw {
  let at = 0;
  return new Draw(() => choices[at++] ?? 0);
}
