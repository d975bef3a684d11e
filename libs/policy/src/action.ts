import type { PolicyElement } from './document.js';
import { compileText, isWild, matchesText, type TextMatcher } from './wildcard.js';

/** An action as policies compare it. */
export interface Action {
  /** In lower case. */
  readonly text: string;
  /** The part before the colon; the whole text when there is none. */
  readonly service: string;
  /** The service's bit: policies that do not have it are not about the service. */
  readonly bit: number;
}

/** One of 31 bits for each service; several services may share one. */
export function bitOf(service: string): number {
  let hash = 0;
  for (let at = 0; at < service.length; at += 1) hash = (hash * 31 + service.charCodeAt(at)) % 997;
  return 1 << (hash % 31);
}

/** Actions by all the ways requests spell them. Anybody may ask for anything, so only so many are kept. */
const actions = new Map<string, Action>();
const mostActions = 8192;

export function actionOf(spelled: string): Action {
  const known = actions.get(spelled);
  if (known !== undefined) return known;
  const text = spelled.toLowerCase();
  const service = serviceOf(text);
  const action: Action = { text, service, bit: bitOf(service) };
  if (actions.size >= mostActions) actions.clear();
  actions.set(spelled, action);
  return action;
}

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
    if (lower === '*' || lower === '*:*') everything = true;
    else if (isWild(lower)) wildcards.push(compileText(lower));
    else literals.add(lower);
    const service = serviceOf(lower);
    if (isWild(service)) anyService = true;
    services.add(service);
  }
  return { negated, everything, literals, wildcards, services: anyService ? undefined : services };
}

function serviceOf(action: string): string {
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
