import { compileArnPattern, coversArn } from '../arn-pattern.js';
import type { GivenValue } from '../context.js';
import type { Run } from '../run.js';
import { compileTemplate, fillPattern, matchesTemplate, readTemplate, type Template } from '../variables.js';
import { matchesPattern, type Pattern } from '../wildcard.js';

/** Compares a value, known to be an ARN, with one value of an `Arn…` operator. */
export type ArnTest = (given: GivenValue, run: Run) => boolean;

const COLON = 0x3a;

/**
 * One value of an `Arn…` operator: six parts compared one by one, so that a `*` never runs across a colon that
 * separates (requirements-4 CND-9). `*` alone covers every ARN, any other text that is not an ARN none (ruling 23).
 */
export function compileArn(text: string, variables: boolean): ArnTest {
  const template = variables ? readTemplate(text) : undefined;
  if (template !== undefined) return templateTest(template);
  if (text === '*') return () => true;
  const pattern = compileArnPattern(text);
  return pattern === undefined ? () => false : (given) => coversArn(pattern, given.text, given.arnOffset);
}

/**
 * Parts are cut at the colons the policy's author wrote; only a value that is one variable and nothing else is cut
 * after filling. Otherwise a tag with colons in it could move the author's parts.
 */
function templateTest(template: Template): ArnTest {
  const written = cutTemplate(template)?.map(compileTemplate);
  if (written === undefined) {
    return ({ arnParts: parts }, run) => {
      const patterns = cutPattern(fillPattern(template, run));
      return patterns?.every((pattern, index) => matchesPattern(pattern, parts?.[index] ?? '')) ?? false;
    };
  }
  if (written.length !== 6) return () => false;
  return ({ arnParts: parts }, run) =>
    written.every((part, index) => matchesTemplate(part, parts?.[index] ?? '', 0, run));
}

/** The template's six parts; undefined when it has no colon of its own. */
function cutTemplate(template: Template): Template[] | undefined {
  const parts: Template[] = [];
  let part: Template[number][] = [];
  for (const piece of template) {
    if (piece.kind !== 'text') {
      part.push(piece);
      continue;
    }
    const texts = parts.length < 5 ? cut(piece.text, 5 - parts.length) : [piece.text];
    for (const [index, text] of texts.entries()) {
      if (index > 0) {
        parts.push(part);
        part = [];
      }
      part.push({ kind: 'text', text });
    }
  }
  if (parts.length === 0) return undefined;
  parts.push(part);
  return parts;
}

/** Cuts at no more than `count` colons. */
function cut(text: string, count: number): string[] {
  const texts: string[] = [];
  let from = 0;
  while (texts.length < count) {
    const colon = text.indexOf(':', from);
    if (colon < 0) break;
    texts.push(text.slice(from, colon));
    from = colon + 1;
  }
  texts.push(text.slice(from));
  return texts;
}

function cutPattern(pattern: Pattern | undefined): Pattern[] | undefined {
  if (pattern === undefined) return undefined;
  const parts: Pattern[] = [];
  let from = 0;
  while (parts.length < 5) {
    const colon = pattern.indexOf(COLON, from);
    if (colon < 0) return undefined;
    parts.push(pattern.subarray(from, colon));
    from = colon + 1;
  }
  parts.push(pattern.subarray(from));
  return parts;
}
