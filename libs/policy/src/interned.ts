/**
 * One object for each text, as long as anybody holds it: what many policies say in the same words is kept once, and what
 * no policy says any more is forgotten.
 */
export class Interned<Value extends object> {
  private readonly values = new Map<string, WeakRef<Value>>();
  private readonly gone = new FinalizationRegistry<string>((text) => {
    if (this.values.get(text)?.deref() === undefined) this.values.delete(text);
  });

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
    this.values.set(text, new WeakRef(value));
    this.gone.register(value, text);
    return value;
  }

  forEach(visit: (value: Value) => void): void {
    for (const reference of this.values.values()) {
      const value = reference.deref();
      if (value !== undefined) visit(value);
    }
  }
}
