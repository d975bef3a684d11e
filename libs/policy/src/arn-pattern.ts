import { behindFifthColon } from './arn.js';
import { compileText, hasAt, isWild, matchesText, type TextMatcher } from './wildcard.js';

/**
 * An ARN with wildcards, by the cheapest way to compare it. Five parts are compared one by one, so that a `*` in them
 * never runs across a colon; what is behind the fifth colon is one text.
 */
export interface ArnPattern {
  /** `whole`: the five parts are plain text, so that the ARN can be compared from its start. */
  readonly shape: 'whole' | 'parts';
  /** Under `parts`: what is plain text up to the first part with a wildcard. */
  readonly head: string;
  /** Under `parts`: from the first part with a wildcard to the last of the five that is not just `*`. */
  readonly parts: readonly TextMatcher[];
  /** What covers the part behind the fifth colon; under `whole` all of it. */
  readonly rest: TextMatcher;
}

const NO_PARTS: readonly TextMatcher[] = [];

/** Undefined for a text with fewer than six parts. */
export function compileArnPattern(text: string): ArnPattern | undefined {
  const offset = behindFifthColon(text);
  if (offset < 0) return undefined;
  const head = text.slice(0, offset);
  if (!isWild(head)) {
    return { shape: 'whole', head: '', parts: NO_PARTS, rest: compileText(text) };
  }
  const texts = head.slice(0, -1).split(':');
  const parts = texts.map((part) => compileText(part));
  const first = parts.findIndex(({ shape }) => shape !== 'literal');
  const count = parts.findLastIndex(({ shape }) => shape !== 'any') + 1;
  const plain = texts.slice(0, first).map((part) => `${part}:`);
  return {
    shape: 'parts',
    head: plain.join(''),
    parts: parts.slice(first, count),
    rest: compileText(text.slice(offset)),
  };
}

/** Whether the pattern covers `text`, an ARN whose resource part starts at `offset`. */
export function coversArn(pattern: ArnPattern, text: string, offset: number): boolean {
  if (pattern.shape === 'whole') return matchesText(pattern.rest, text);
  return offset >= 0 && coversHead(pattern, text) && matchesText(pattern.rest, text, offset);
}

/** The same up to the fifth colon. */
export function coversHead({ shape, head, parts }: ArnPattern, text: string): boolean {
  if (shape === 'whole' || !hasAt(text, head, 0)) return false;
  let from = head.length;
  for (const part of parts) {
    const colon = text.indexOf(':', from);
    if (part.shape !== 'any' && !matchesText(part, text.slice(from, colon))) return false;
    from = colon + 1;
  }
  return true;
}
