import type { Position } from './tree.js';

/** Raised inside the reader only; `readJson` turns it into a value. */
export class ScanFault extends Error {
  readonly position: Position;

  constructor(message: string, position: Position) {
    super(message);
    this.position = position;
  }
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x22, '"'],
  [0x5c, '\\'],
  [0x2f, '/'],
  [0x62, '\b'],
  [0x66, '\f'],
  [0x6e, '\n'],
  [0x72, '\r'],
  [0x74, '\t'],
]);

/** Walks a text once, from left to right; knows tokens, not structure. */
export class Scanner {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get position(): Position {
    return { line: this.#line, column: this.#at - this.#lineStart + 1, offset: this.#at };
  }

  /** Skips white space and returns the next code unit without consuming it; NaN at the end. */
  peek(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) return code;
      this.#at += 1;
      const endsLine = code === 0x0a || (code === 0x0d && this.#text.charCodeAt(this.#at) !== 0x0a);
      if (endsLine) {
        this.#line += 1;
        this.#lineStart = this.#at;
      }
    }
  }

  /** Consumes one code unit, seen before with `peek`. */
  skip(): void {
    this.#at += 1;
  }

  fail(message: string): never {
    throw new ScanFault(message, this.position);
  }

  word(): string {
    for (const word of ['true', 'false', 'null']) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return word;
    }
    return this.fail(Number.isNaN(this.peek()) ? 'the text ends too early' : 'a value is expected');
  }

  /** A number as written, by the grammar of RFC 8259: no leading zeros, no bare point, no plus sign in front. */
  number(): string {
    const from = this.#at;
    if (this.#text[this.#at] === '-') this.#at += 1;
    const zero = this.#text[this.#at] === '0';
    const whole = this.#digits();
    if (zero && whole > 1) this.fail('a number has a leading zero');
    if (this.#text[this.#at] === '.') {
      this.#at += 1;
      this.#digits();
    }
    if (this.#text[this.#at] === 'e' || this.#text[this.#at] === 'E') {
      this.#at += 1;
      if (this.#text[this.#at] === '+' || this.#text[this.#at] === '-') this.#at += 1;
      this.#digits();
    }
    return this.#text.slice(from, this.#at);
  }

  #digits(): number {
    const from = this.#at;
    while (isDigit(this.#text.charCodeAt(this.#at))) this.#at += 1;
    if (this.#at === from) this.fail('a digit is expected');
    return this.#at - from;
  }

  /** A string's value. Lone surrogates are kept as they are: comparing is by code unit. */
  string(): string {
    this.#at += 1;
    let value = '';
    let from = this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 0x22) {
        value += this.#text.slice(from, this.#at);
        this.#at += 1;
        return value;
      }
      if (code === 0x5c) {
        value += this.#text.slice(from, this.#at) + this.#escape();
        from = this.#at;
      } else if (code >= 0x20) {
        this.#at += 1;
      } else {
        this.fail(Number.isNaN(code) ? 'a string does not end' : 'a control character stands in a string');
      }
    }
  }

  #escape(): string {
    const code = this.#text.charCodeAt(this.#at + 1);
    const plain = ESCAPES.get(code);
    if (plain !== undefined) {
      this.#at += 2;
      return plain;
    }
    if (code !== 0x75) this.fail('an unknown escape stands in a string');
    let unit = 0;
    for (let index = this.#at + 2; index < this.#at + 6; index += 1) {
      const digit = hexDigit(this.#text.charCodeAt(index));
      if (digit < 0) this.fail('an unknown escape stands in a string');
      unit = unit * 16 + digit;
    }
    this.#at += 6;
    return String.fromCharCode(unit);
  }
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** The value of a hexadecimal digit, or -1. */
export function hexDigit(code: number): number {
  if (isDigit(code)) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return -1;
}
