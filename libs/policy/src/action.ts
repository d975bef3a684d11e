import type { PolicyElement } from './document.js';
import { compileText, matchesText, type TextMatcher } from './wildcard.js';

/** `Action` or `NotAction`, in lower case and sorted by how it is compared (requirements-4 ACT-1). */
export interface ActionMatcher {
  readonly negated: boolean;
  readonly everything: boolean;
  readonly literals: ReadonlySet<string>;
  readonly wildcards: readonly TextMatcher[];
  /** The service prefixes it can match at all; undefined when that cannot be said. */
  readonly services: ReadonlySet<string> | undefined;
}

export function compileAction({ negated, values }: PolicyElement): ActionMatcher {
  const literals = new Set<string>();
  const wildcards: TextMatcher[] = [];
  const services = new Set<string>();
  let everything = false;
  let anyService = negated;
  for (const { text } of values) {
    const lower = text.toLowerCase();
    const matcher = compileText(lower === '*:*' ? '*' : lower);
    if (matcher.shape === 'any') everything = true;
    else if (matcher.shape === 'literal') literals.add(lower);
    else wildcards.push(matcher);
    const service = serviceOf(lower);
    if (service.includes('*') || service.includes('?')) anyService = true;
    services.add(service);
  }
  return { negated, everything, literals, wildcards, services: anyService ? undefined : services };
}

/** The part before the colon; the whole text when there is none. */
export function serviceOf(action: string): string {
  const colon = action.indexOf(':');
  return colon < 0 ? action : action.slice(0, colon);
}

/** `action` must be in lower case. */
export function matchesAction(matcher: ActionMatcher, action: string): boolean {
  return listed(matcher, action) !== matcher.negated;
}

function listed({ everything, literals, wildcards }: ActionMatcher, action: string): boolean {
  if (everything || literals.has(action)) return true;
  for (const matcher of wildcards) if (matchesText(matcher, action)) return true;
  return false;
}
