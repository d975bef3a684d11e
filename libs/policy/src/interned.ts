const fewest = 1024;

/**
 * One object for each text, as long as anybody holds it: what many policies say in the same words is kept once, and what
 * no policy says any more is forgotten, at the latest when there are twice as many texts as there were.
 */
export class Interned<Value extends object> {
  private readonly values = new Map<string, WeakRef<Value>>();
  private sweepAt = fewest;

  get size(): number {
    return this.values.size;
  }

  find(text: string): Value | undefined {
    return this.values.get(text)?.deref();
  }

  /** The object of a text; `make` is asked when there is none. */
  get(text: string, make: () => Value): Value {
    const known = this.values.get(text)?.deref();
    if (known !== undefined) return known;
    const value = make();
    if (this.values.size >= this.sweepAt) this.sweep();
    this.values.set(text, new WeakRef(value));
    return value;
  }

  forEach(visit: (value: Value) => void): void {
    for (const reference of this.values.values()) {
      const value = reference.deref();
      if (value !== undefined) visit(value);
    }
  }

  private sweep(): void {
    for (const [text, reference] of this.values) if (reference.deref() === undefined) this.values.delete(text);
    this.sweepAt = Math.max(fewest, this.values.size * 2);
  }
}
