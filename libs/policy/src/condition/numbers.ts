import { isDigit } from '../json/scanner.js';

/**
 * Strict decimal reader: optional sign, digits, optional fraction, optional exponent, nothing around it; `05` is 5
 * (ruling 25). Undefined for anything else, also when the value leaves the range of a double.
 */
export function readNumber(text: string): number | undefined {
  let at = skipSign(text, 0);
  const whole = skipDigits(text, at);
  if (whole === at) return undefined;
  at = whole;
  if (text[at] === '.') {
    const fraction = skipDigits(text, at + 1);
    if (fraction === at + 1) return undefined;
    at = fraction;
  }
  if (text[at] === 'e' || text[at] === 'E') {
    // Without digits `Number` does not take it for one, either.
    at = skipDigits(text, skipSign(text, at + 1));
  }
  if (at !== text.length) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function skipSign(text: string, at: number): number {
  return text[at] === '-' || text[at] === '+' ? at + 1 : at;
}

function skipDigits(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at += 1;
  return at;
}

/** The value of `count` decimal digits at `from`; -1 when one of them is not a digit. */
export function fixedDigits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return -1;
    value = value * 10 + (code - 0x30);
  }
  return value;
}
