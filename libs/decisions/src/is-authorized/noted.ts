const most = 2000;

/**
 * What was worked out of texts, which come again and again: names of actions and keys. Nothing is noted of a text that came
 * to nothing, and whoever thinks up new ones makes it begin anew.
 */
export class Noted<Value> {
  readonly #workOut: (text: string) => Value | undefined;
  readonly #notes = new Map<string, Value>();

  constructor(workOut: (text: string) => Value | undefined) {
    this.#workOut = workOut;
  }

  of(text: string): Value | undefined {
    const noted = this.#notes.get(text);
    if (noted !== undefined) return noted;
    const value = this.#workOut(text);
    if (value === undefined) return undefined;
    if (this.#notes.size >= most) this.#notes.clear();
    this.#notes.set(text, value);
    return value;
  }
}
