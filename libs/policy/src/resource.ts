import { resourceOffset } from './arn.js';
import type { PolicyElement } from './document.js';
import { Interned } from './interned.js';
import type { Run } from './run.js';
import { compileTemplate, matchesTemplate, readTemplate, type TemplateMatcher } from './variables.js';
import { compileText, hasAt, matchesText, type TextMatcher } from './wildcard.js';

/** One value of `Resource`, by the cheapest way to compare it. One type of object for all, so that looking is fast. */
export interface ResourcePattern {
  readonly text: string;
  /**
   * `whole`: partition to account are plain text and the ARN is compared from its start. `head`: they are plain text and
   * compared apart, since a variable follows. `parts`: they have wildcards of their own. `none`: covers nothing.
   */
  readonly shape: 'any' | 'none' | 'whole' | 'head' | 'parts';
  /** What is plain text from the start: under `head` up to the fifth colon, under `parts` up to the first wildcard's part. */
  readonly head: string;
  /** Under `parts`: the parts from the first with a wildcard to the last before the resource that is not just `*`. */
  readonly parts: readonly TextMatcher[];
  /** What covers the part behind the fifth colon; under `whole` all of it. */
  readonly rest: TextMatcher;
  /** In place of `rest`, when there are variables. */
  readonly template: TemplateMatcher | undefined;
  /** The request that was answered last, and what the answer was. */
  stamp: number;
  answer: boolean;
}

/** There is one pattern for each text, however many statements say it, and it is compared once for each request. */
const withVariables = new Interned<ResourcePattern>();
const withoutVariables = new Interned<ResourcePattern>();

/** Numbers of requests begin anew: no answer may look as if it belonged to one of them. */
export function forgetResources(): void {
  for (const patterns of [withVariables, withoutVariables]) {
    patterns.forEach((pattern) => {
      pattern.stamp = 0;
    });
  }
}

/** `Resource` or `NotResource`. */
export interface ResourceMatcher {
  readonly negated: boolean;
  readonly patterns: readonly ResourcePattern[];
}

export function compileResource({ negated, values }: PolicyElement, variables: boolean): ResourceMatcher {
  const known = variables ? withVariables : withoutVariables;
  return {
    negated,
    patterns: values.map(({ text }) => known.get(text, () => ({ text, ...compilePattern(text, variables) }))),
  };
}

const SERVICE = 2;
const NO_PARTS: readonly TextMatcher[] = [];
const ANYTHING = compileText('*');

function pattern(
  shape: ResourcePattern['shape'],
  head: string,
  rest: TextMatcher,
  template?: TemplateMatcher,
  parts = NO_PARTS,
): Omit<ResourcePattern, 'text'> {
  return { shape, head, parts, rest, template, stamp: 0, answer: false };
}

/**
 * A text covers nothing that has fewer than six parts (ruling 22), or a wildcard where the service stands (requirements-4
 * ARN-8). Variables count behind the fifth colon only (RES-3).
 */
function compilePattern(text: string, variables: boolean): Omit<ResourcePattern, 'text'> {
  if (text === '*') return pattern('any', '', ANYTHING);
  const offset = resourceOffset(text);
  if (offset < 0) return pattern('none', '', ANYTHING);
  const head = text.slice(0, offset);
  const read = variables ? readTemplate(text.slice(offset)) : undefined;
  const template = read && compileTemplate(read);
  if (head.includes('*') || head.includes('?')) return compileParts(head, compileText(text.slice(offset)), template);
  return template === undefined ? pattern('whole', '', compileText(text)) : pattern('head', head, ANYTHING, template);
}

function compileParts(
  head: string,
  rest: TextMatcher,
  template: TemplateMatcher | undefined,
): Omit<ResourcePattern, 'text'> {
  const texts = head.slice(0, -1).split(':');
  const parts = texts.map((part) => compileText(part));
  if (parts[SERVICE]?.shape !== 'literal') return pattern('none', '', ANYTHING);
  const first = parts.findIndex(({ shape }) => shape !== 'literal');
  const count = parts.findLastIndex(({ shape }) => shape !== 'any') + 1;
  const plain = texts.slice(0, first).map((part) => `${part}:`);
  return pattern('parts', plain.join(''), rest, template, parts.slice(first, count));
}

/** Whether the element covers the request's resource. */
export function matchesResource(matcher: ResourceMatcher, run: Run): boolean {
  for (const one of matcher.patterns) if (covers(one, run)) return !matcher.negated;
  return matcher.negated;
}

/** Whether one value covers the request's resource. */
export function covers(one: ResourcePattern, run: Run): boolean {
  if (one.stamp !== run.stamp) {
    one.answer = compares(one, run);
    one.stamp = run.stamp;
  }
  return one.answer;
}

function compares(one: ResourcePattern, run: Run): boolean {
  const { resource, offset } = run;
  switch (one.shape) {
    case 'any':
      return true;
    case 'none':
      return false;
    case 'whole':
      return matchesText(one.rest, resource);
    case 'head':
      return one.head.length === offset && hasAt(resource, one.head, 0) && coversRest(one, run);
    case 'parts':
      return offset >= 0 && hasAt(resource, one.head, 0) && coversParts(one, resource) && coversRest(one, run);
  }
}

function coversParts({ head, parts }: ResourcePattern, text: string): boolean {
  let from = head.length;
  for (const part of parts) {
    const colon = text.indexOf(':', from);
    if (part.shape !== 'any' && !matchesText(part, text.slice(from, colon))) return false;
    from = colon + 1;
  }
  return true;
}

/** An unfilled variable covers nothing, so that in `NotResource` it spares nothing (requirements-4 VAR-6). */
function coversRest({ rest, template }: ResourcePattern, run: Run): boolean {
  const { resource, offset } = run;
  return template === undefined
    ? matchesText(rest, resource, offset)
    : matchesTemplate(template, resource, offset, run);
}
