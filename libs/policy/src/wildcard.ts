/** Code of "any run of characters" in a pattern; characters themselves are their UTF-16 code units. */
export const STAR = -1;
/** Code of "exactly one character". */
export const ANY = -2;

/** A wildcard pattern as numbers, so that a `*` that is data can stand beside a `*` that is a wildcard. */
export type Pattern = Int32Array;

const ASTERISK = 0x2a;
const QUESTION = 0x3f;

/** The pattern a text spells, `*` and `?` being wildcards. */
export function patternOf(text: string): Pattern {
  const codes = new Int32Array(text.length);
  for (let index = 0; index < text.length; index += 1) codes[index] = wildcardCode(text.charCodeAt(index));
  return codes;
}

export function wildcardCode(code: number): number {
  if (code === ASTERISK) return STAR;
  return code === QUESTION ? ANY : code;
}

/**
 * Whether `pattern` covers `text` from offset `from` to its end.
 *
 * Two pointers and one place to come back to (the last star): time is at most length of pattern times length of text,
 * memory constant, whatever the number of stars. A regular expression made from the same text can take exponential time.
 */
export function matchesPattern(pattern: Pattern, text: string, from = 0): boolean {
  let at = from;
  let next = 0;
  let afterStar = -1;
  let retry = 0;
  while (at < text.length) {
    const code = next < pattern.length ? pattern[next] : undefined;
    if (code === STAR) {
      next += 1;
      afterStar = next;
      retry = at;
    } else if (code === ANY || code === text.charCodeAt(at)) {
      next += 1;
      at += 1;
    } else if (afterStar >= 0) {
      next = afterStar;
      retry += 1;
      at = retry;
    } else {
      return false;
    }
  }
  while (next < pattern.length && pattern[next] === STAR) next += 1;
  return next === pattern.length;
}

/** A text compiled for matching: most patterns in policies are `*`, a plain text or a plain text with a star behind. */
export interface TextMatcher {
  readonly shape: 'any' | 'literal' | 'prefix' | 'pattern';
  /** The literal text, or the prefix without its star. */
  readonly text: string;
  readonly pattern: Pattern;
}

const NO_PATTERN = new Int32Array(0);

export function compileText(text: string): TextMatcher {
  if (text === '*') return { shape: 'any', text: '', pattern: NO_PATTERN };
  const star = text.indexOf('*');
  const question = text.includes('?');
  if (star < 0 && !question) return { shape: 'literal', text: flat(text), pattern: NO_PATTERN };
  if (star === text.length - 1 && !question) {
    return { shape: 'prefix', text: flat(text.slice(0, -1)), pattern: NO_PATTERN };
  }
  return { shape: 'pattern', text: '', pattern: patternOf(text) };
}

/**
 * The same text, its characters in one place. What `slice` gives is a view into a longer string, slower to compare and
 * a reason for the whole document to stay in memory; a property's name is always a string of its own.
 */
function flat(text: string): string {
  return Object.keys({ [text]: true })[0] ?? text;
}

/** Whether the matcher covers `text` from offset `from` to its end. */
export function matchesText(matcher: TextMatcher, text: string, from = 0): boolean {
  switch (matcher.shape) {
    case 'any':
      return true;
    case 'literal':
      return text.length - from === matcher.text.length && hasAt(text, matcher.text, from);
    case 'prefix':
      return hasAt(text, matcher.text, from);
    case 'pattern':
      return matchesPattern(matcher.pattern, text, from);
  }
}

/**
 * Whether `part` stands in `text` at `from`. ARNs begin alike and differ towards the end, so the last character is
 * looked at first: most comparisons end there.
 */
export function hasAt(text: string, part: string, from: number): boolean {
  const last = part.length - 1;
  if (last < 0) return true;
  return text.charCodeAt(from + last) === part.charCodeAt(last) && text.startsWith(part, from);
}

/** Whether a wildcard text covers another text; compiles each time, so meant for checks that happen once. */
export function matchesWildcard(wildcards: string, text: string): boolean {
  return matchesText(compileText(wildcards), text);
}
