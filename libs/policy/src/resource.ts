import { resourceOffset } from './arn.js';
import { type ArnPattern, compileArnPattern, coversArn, coversHead } from './arn-pattern.js';
import type { PolicyElement } from './document.js';
import { Interned } from './interned.js';
import type { Run } from './run.js';
import { compileTemplate, matchesTemplate, readTemplate, type TemplateMatcher } from './variables.js';
import { hasAt, isWild } from './wildcard.js';

/** One value of `Resource`. One type of object for all, so that looking is fast. */
export interface ResourcePattern {
  readonly text: string;
  /** `some`: what `arn` covers. `filled`: a variable follows the five parts. `none`: covers nothing. */
  readonly shape: 'any' | 'some' | 'filled' | 'none';
  readonly arn: ArnPattern | undefined;
  /** Under `filled`: the five parts when they are plain text; else `arn` has them. */
  readonly head: string | undefined;
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
    patterns: values.map(({ text }) =>
      known.get(text, () => ({ text, ...compilePattern(text, variables), stamp: 0, answer: false })),
    ),
  };
}

type Compiled = Pick<ResourcePattern, 'shape' | 'arn' | 'head' | 'template'>;

const EVERY_RESOURCE: Compiled = { shape: 'any', arn: undefined, head: undefined, template: undefined };
const NO_RESOURCE: Compiled = { ...EVERY_RESOURCE, shape: 'none' };

/**
 * A text covers nothing that has fewer than six parts (ruling 22), or a wildcard where the service stands (requirements-4
 * ARN-8). Variables count behind the fifth colon only (RES-3).
 */
function compilePattern(text: string, variables: boolean): Compiled {
  if (text === '*') return EVERY_RESOURCE;
  const offset = resourceOffset(text);
  if (offset < 0 || isWild(text.split(':', 3)[2] ?? '')) return NO_RESOURCE;
  const arn = compileArnPattern(text);
  const template = variables ? readTemplate(text.slice(offset)) : undefined;
  if (template === undefined) return { shape: 'some', arn, head: undefined, template: undefined };
  const head = text.slice(0, offset);
  return { shape: 'filled', arn, head: isWild(head) ? undefined : head, template: compileTemplate(template) };
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

function compares({ shape, arn, head, template }: ResourcePattern, run: Run): boolean {
  const { resource, offset } = run;
  if (shape === 'any') return true;
  if (shape === 'none' || arn === undefined || offset < 0) return false;
  if (template === undefined) return coversArn(arn, resource, offset);
  const headCovered =
    head === undefined ? coversHead(arn, resource) : head.length === offset && hasAt(resource, head, 0);
  // An unfilled variable covers nothing, so that in `NotResource` it spares nothing (requirements-4 VAR-6).
  return headCovered && matchesTemplate(template, resource, offset, run);
}
