import type { iam } from '@muniment/aws-model';
import type { PolicyStatement } from '@muniment/policy';

export type Span = Required<Pick<iam.Statement, 'StartPosition' | 'EndPosition'>>;

const isSpace = (text: string, at: number): boolean => /\s/.test(text.charAt(at));

/** Where the token ends that stands before an offset. */
function tokenBefore(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && isSpace(text, at - 1)) at -= 1;
  return at;
}

/** Line and column from 1; a carriage return ends a line, with or without a line feed behind it. */
function placeOf(text: string, offset: number): Required<iam.Position> {
  let line = 1;
  let start = 0;
  for (let at = 0; at < offset; at++) {
    const char = text[at];
    if (char === '\r' && text[at + 1] === '\n' && at + 1 < offset) at += 1;
    else if (char !== '\n' && char !== '\r') continue;
    line += 1;
    start = at + 1;
  }
  return { Line: line, Column: offset - start + 1 };
}

/** A statement of a list begins behind the token before it, a lone one behind its own opening brace. */
function startOf(text: string, offset: number): number {
  const before = tokenBefore(text, offset);
  switch (text[before - 1]) {
    case '[':
      return before;
    case ',':
      return tokenBefore(text, before - 1);
    default:
      return offset + 1;
  }
}

/** Where AWS says that a statement stands: as far as its parser had read before the statement, and behind it. */
export const spanOf = (text: string, { position, end }: Pick<PolicyStatement, 'position' | 'end'>): Span => ({
  StartPosition: placeOf(text, startOf(text, position.offset)),
  EndPosition: placeOf(text, end.offset),
});
