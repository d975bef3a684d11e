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

/** Whether a text has wildcards in it. */
export function isWild(text: string): boolean {
  return text.includes('*') || text.includes('?');
}

/** A text compiled for matching: most patterns in policies are `*`, a plain text or a plain text with a star behind. */
export interface TextMatcher {
  /** `pieces`: plain texts with stars between them. `pattern`: anything that has a `?` in it. */
  readonly shape: 'any' | 'literal' | 'prefix' | 'pieces' | 'pattern';
  /** The literal text, or what stands before the first star. */
  readonly text: string;
  /** Under `pieces`: the texts between stars, and what stands behind the last one. */
  readonly middles: readonly string[];
  readonly tail: string;
  readonly pattern: Pattern;
}

const NO_PATTERN: Pattern = new Int32Array(0);
const NO_MIDDLES: readonly string[] = [];

function matcher(shape: TextMatcher['shape'], text: string, pattern: Pattern = NO_PATTERN): TextMatcher {
  return { shape, text, middles: NO_MIDDLES, tail: '', pattern };
}

const ANYTHING = matcher('any', '');

export function compileText(text: string): TextMatcher {
  if (text === '*') return ANYTHING;
  if (text.includes('?')) return matcher('pattern', '', patternOf(text));
  const star = text.indexOf('*');
  if (star < 0) return matcher('literal', text);
  if (star === text.length - 1) return matcher('prefix', text.slice(0, -1));
  const pieces = text.split('*');
  const middles = pieces.slice(1, -1).filter((piece) => piece !== '');
  return { shape: 'pieces', text: pieces[0] ?? '', middles, tail: pieces.at(-1) ?? '', pattern: NO_PATTERN };
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
    case 'pieces':
      return matchesPieces(matcher, text, from);
    case 'pattern':
      return matchesPattern(matcher.pattern, text, from);
  }
}

/** Each text between stars is taken where it comes first: whatever follows has the most room then. */
function matchesPieces({ text: head, middles, tail }: TextMatcher, text: string, from: number): boolean {
  const end = text.length - tail.length;
  let at = from + head.length;
  if (at > end || !hasAt(text, tail, end) || !hasAt(text, head, from)) return false;
  for (const middle of middles) {
    at = text.indexOf(middle, at) + middle.length;
    if (at < middle.length || at > end) return false;
  }
  return true;
}

/**
 * Whether `part` stands in `text` at `from`. ARNs begin alike and differ towards the end, so the last character is
 * looked at first: most comparisons end there. Cutting out and comparing is several times as fast as `startsWith`,
 * which walks character by character in today's engines.
 */
export function hasAt(text: string, part: string, from: number): boolean {
  const last = part.length - 1;
  if (last < 0) return true;
  return text.charCodeAt(from + last) === part.charCodeAt(last) && text.slice(from, from + part.length) === part;
}

/** Whether a wildcard text covers another text; compiles each time, so meant for checks that happen once. */
export function matchesWildcard(wildcards: string, text: string): boolean {
  return matchesText(compileText(wildcards), text);
}
