import { sixParts } from './arn.js';
import type { ContextLookup } from './context.js';
import type { PolicyElement } from './document.js';
import { compileTemplate, matchesTemplate, readTemplate, type TemplateMatcher } from './variables.js';
import { compileText, matchesText, type TextMatcher } from './wildcard.js';

/** One value of `Resource`, by the cheapest way to compare it. One type of object for all, so that looking is fast. */
interface ResourcePattern {
  /**
   * `whole`: partition to account are plain text and the ARN is compared from its start. `head`: they are plain text and
   * compared apart. `parts`: they have wildcards of their own.
   */
  readonly shape: 'any' | 'whole' | 'head' | 'parts';
  readonly head: string;
  readonly parts: readonly TextMatcher[];
  /** What covers the part behind the fifth colon; under `whole` all of it. */
  readonly rest: TextMatcher;
  /** In place of `rest`, when there are variables. */
  readonly template: TemplateMatcher | undefined;
}

/** `Resource` or `NotResource`. */
export interface ResourceMatcher {
  readonly negated: boolean;
  readonly patterns: readonly ResourcePattern[];
}

/** The resource of a request: its text and where the part behind the fifth colon starts, -1 for `*`. */
export interface RequestResource {
  readonly text: string;
  readonly offset: number;
}

export function compileResource({ negated, values }: PolicyElement, variables: boolean): ResourceMatcher {
  return {
    negated,
    patterns: values.map(({ text }) => compilePattern(text, variables)).filter((pattern) => pattern !== undefined),
  };
}

const SERVICE = 2;

/**
 * Undefined for a text that covers nothing: fewer than six parts (ruling 22), or a wildcard where the service stands
 * (requirements-4 ARN-8). Variables count behind the fifth colon only (RES-3).
 */
function compilePattern(text: string, variables: boolean): ResourcePattern | undefined {
  if (text === '*') return { shape: 'any', head: '', parts: [], rest: compileText('*'), template: undefined };
  const six = sixParts(text);
  if (six?.[0] !== 'arn') return undefined;
  const parts = six.slice(0, 5).map(compileText);
  if (parts[SERVICE]?.shape !== 'literal') return undefined;
  const last = six[5];
  const head = text.slice(0, text.length - last.length);
  const rest = compileText(last);
  const read = variables ? readTemplate(last) : undefined;
  const template = read && compileTemplate(read);
  if (parts.some((part) => part.shape !== 'literal')) return { shape: 'parts', head, parts, rest, template };
  if (template !== undefined || rest.shape === 'pattern') return { shape: 'head', head, parts, rest, template };
  return { shape: 'whole', head, parts, rest: compileText(text), template: undefined };
}

export function matchesResource(matcher: ResourceMatcher, resource: RequestResource, context: ContextLookup): boolean {
  for (const pattern of matcher.patterns) if (covers(pattern, resource, context)) return !matcher.negated;
  return matcher.negated;
}

function covers(pattern: ResourcePattern, { text, offset }: RequestResource, context: ContextLookup): boolean {
  switch (pattern.shape) {
    case 'any':
      return true;
    case 'whole':
      return matchesText(pattern.rest, text);
    case 'head':
      return (
        pattern.head.length === offset && coversRest(pattern, text, offset, context) && text.startsWith(pattern.head)
      );
    case 'parts':
      return offset >= 0 && coversRest(pattern, text, offset, context) && coversParts(pattern.parts, text);
  }
}

function coversParts(parts: readonly TextMatcher[], text: string): boolean {
  let from = 0;
  for (const part of parts) {
    const colon = text.indexOf(':', from);
    if (part.shape !== 'any' && !matchesText(part, text.slice(from, colon))) return false;
    from = colon + 1;
  }
  return true;
}

/** An unfilled variable covers nothing, so that in `NotResource` it spares nothing (requirements-4 VAR-6). */
function coversRest(
  { rest, template }: ResourcePattern,
  text: string,
  offset: number,
  context: ContextLookup,
): boolean {
  return template === undefined ? matchesText(rest, text, offset) : matchesTemplate(template, text, offset, context);
}
