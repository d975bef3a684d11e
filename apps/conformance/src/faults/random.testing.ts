/** Chance that can be had again: every run of a fault test says its seed. */
export class Random {
  readonly seed: number;
  #state: number;

  constructor(seed = seedOfRun()) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  /** Below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  chance(of: number): boolean {
    return this.next() < of;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** As many times each as fits, in an order of its own. */
  spread<Item>(items: readonly Item[], count: number): Item[] {
    const drawn = Array.from({ length: count }, (_, index) => items[index % items.length] as Item);
    for (let index = drawn.length - 1; index > 0; index--) {
      const other = this.below(index + 1);
      [drawn[index], drawn[other]] = [drawn[other] as Item, drawn[index] as Item];
    }
    return drawn;
  }

  /** Another sequence: who draws from it does not disturb the others. */
  branch(): Random {
    return new Random(Math.floor(this.next() * 2 ** 32));
  }
}

/** MUNIMENT_TEST_SEED, else a new one. */
function seedOfRun(): number {
  const given = process.env['MUNIMENT_TEST_SEED'];
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}
