import { sixParts } from './arn.js';
import type { ContextLookup } from './context.js';
import type { PolicyElement } from './document.js';
import { fillPattern, readTemplate, type Template } from './variables.js';
import { compileText, matchesPattern, matchesText, type TextMatcher } from './wildcard.js';

/** One value of `Resource`, by the cheapest way to compare it. */
type ResourcePattern =
  | { readonly shape: 'any' }
  /** Partition to account are plain text: the ARN is compared from its start. */
  | { readonly shape: 'whole'; readonly whole: TextMatcher }
  | { readonly shape: 'head'; readonly head: string; readonly rest: TextMatcher | Template }
  | { readonly shape: 'parts'; readonly parts: readonly TextMatcher[]; readonly rest: TextMatcher | Template };

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
  return { negated, patterns: values.map(({ text }) => compilePattern(text, variables)).filter((pattern) => pattern !== undefined) };
}

const SERVICE = 2;

/**
 * Undefined for a text that covers nothing: fewer than six parts (ruling 22), or a wildcard where the service stands
 * (requirements-4 ARN-8). Variables count behind the fifth colon only (RES-3).
 */
function compilePattern(text: string, variables: boolean): ResourcePattern | undefined {
  if (text === '*') return { shape: 'any' };
  const six = sixParts(text);
  if (six?.[0] !== 'arn') return undefined;
  const parts = six.slice(0, 5).map(compileText);
  const last = six[5];
  const template = variables ? readTemplate(last) : undefined;
  if (parts[SERVICE]?.shape !== 'literal') return undefined;
  if (parts.some((part) => part.shape !== 'literal')) return { shape: 'parts', parts, rest: template ?? compileText(last) };
  if (template !== undefined) return { shape: 'head', head: text.slice(0, text.length - last.length), rest: template };
  const rest = compileText(last);
  if (rest.shape === 'pattern') return { shape: 'head', head: text.slice(0, text.length - last.length), rest };
  return { shape: 'whole', whole: compileText(text) };
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
      return matchesText(pattern.whole, text);
    case 'head':
      return pattern.head.length === offset && text.startsWith(pattern.head) && coversRest(pattern.rest, text, offset, context);
    case 'parts':
      return offset >= 0 && coversParts(pattern.parts, text) && coversRest(pattern.rest, text, offset, context);
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
function coversRest(rest: TextMatcher | Template, text: string, offset: number, context: ContextLookup): boolean {
  if ('shape' in rest) return matchesText(rest, text, offset);
  const pattern = fillPattern(rest, context);
  return pattern !== undefined && matchesPattern(pattern, text, offset);
}
