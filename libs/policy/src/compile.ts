import { bitOf, compileAction, matchesAction, type Action, type ActionMatcher } from './action.js';
import { compileCondition, type Condition } from './condition/condition.js';
import type { PolicyDocument, PolicyStatement } from './document.js';
import { compilePrincipal, type PrincipalMatcher } from './principal.js';
import { compileResource, type ResourceMatcher } from './resource.js';

/**
 * The part a policy plays in a decision.
 *
 * @example
 * const type: PolicyType = 'boundary';
 */
export type PolicyType = 'identity' | 'boundary' | 'session' | 'resource' | 'trust' | 'scp' | 'rcp';

/**
 * Names one statement: the id given at compile time, the type, the place in the document, the Sid if there is one.
 *
 * @example
 * const reference: StatementRef = { policy: 'arn:aws:iam::aws:policy/ReadOnlyAccess', type: 'identity', index: 0, sid: undefined };
 */
export interface StatementRef {
  readonly policy: string;
  readonly type: PolicyType;
  readonly index: number;
  readonly sid: string | undefined;
}

/** A statement as matchers. */
export interface CompiledStatement {
  readonly ref: StatementRef;
  readonly allow: boolean;
  readonly action: ActionMatcher;
  readonly resource: ResourceMatcher | undefined;
  readonly principal: PrincipalMatcher | undefined;
  readonly conditions: readonly Condition[];
}

/** Statements that can match the actions of a service, and which of them do match the actions asked for so far. */
interface ActionIndex {
  readonly statements: readonly CompiledStatement[];
  readonly byAction: Map<string, readonly CompiledStatement[]>;
}

/**
 * A policy ready to be evaluated any number of times; to be kept and shared. Its inside may change from version to
 * version.
 *
 * @example
 * const policy: CompiledPolicy = compilePolicy(document, { id: 'arn:aws:iam::111122223333:policy/Readers', type: 'identity' });
 */
export interface CompiledPolicy {
  readonly id: string;
  readonly type: PolicyType;
  /** What it was made from, for `explain`; undefined when it was not to be kept. */
  readonly document: PolicyDocument | undefined;
  readonly statements: readonly CompiledStatement[];
  /** Bits of the services that it is about; all of them when some statement can match any. */
  readonly services: number;
  readonly byService: ReadonlyMap<string, ActionIndex>;
  /** Statements that can match an action of any other service. */
  readonly general: ActionIndex;
}

/**
 * What a policy is called, and what it is for.
 *
 * @example
 * const identity: PolicyIdentity = { id: 'arn:aws:iam::aws:policy/ReadOnlyAccess', type: 'boundary', explainable: false };
 */
export interface PolicyIdentity {
  /** ARN or name; comes back in decisions. */
  readonly id: string;
  readonly type: PolicyType;
  /** Keep the document, so that `explain` can tell of each statement; default true. It takes most of the memory. */
  readonly explainable?: boolean;
}

/**
 * Turns a document into matchers. Never throws; a statement that cannot be understood does not allow.
 *
 * @param document what `readPolicy` returned
 * @param identity the policy's ARN or name, which comes back in decisions, and its part in them
 * @example
 * const reading = readPolicy(text, 'identity');
 * if (reading.ok) const policy = compilePolicy(reading.policy, { id: 'Readers', type: 'identity' });
 */
export function compilePolicy(document: PolicyDocument, identity: PolicyIdentity): CompiledPolicy {
  const { id, type, explainable = true } = identity;
  // In a document of 2008-10-17, `${…}` is ordinary text (requirements-4 ELM-1).
  const variables = document.version === '2012-10-17';
  const statements = document.statements.map((statement) => compileStatement(statement, id, type, variables));
  const byService = new Map<string, ActionIndex>();
  for (const { action } of statements) {
    for (const service of action.services ?? []) {
      if (!byService.has(service)) byService.set(service, indexOf(statements, service));
    }
  }
  const general = indexOf(statements, undefined);
  let services = general.statements.length > 0 ? EVERY_BIT : 0;
  for (const service of byService.keys()) services |= bitOf(service);
  return { id, type, document: explainable ? document : undefined, statements, services, byService, general };
}

const EVERY_BIT = -1;

/** Statements for the actions of one service; without one, for those of services that no statement names. */
function indexOf(statements: readonly CompiledStatement[], service: string | undefined): ActionIndex {
  const concerned = statements.filter(
    ({ action: { services } }) => services === undefined || (service !== undefined && services.has(service)),
  );
  return { statements: concerned, byAction: new Map() };
}

function compileStatement(
  statement: PolicyStatement,
  policy: string,
  type: PolicyType,
  variables: boolean,
): CompiledStatement {
  const allow = statement.effect === 'Allow';
  return {
    ref: { policy, type, index: statement.index, sid: statement.sid },
    allow,
    action: compileAction(statement.action),
    resource: statement.resource && compileResource(statement.resource, variables),
    principal: statement.principal && compilePrincipal(statement.principal),
    conditions: statement.condition.map((entry) => compileCondition(entry, variables, allow)),
  };
}

const NONE: readonly CompiledStatement[] = [];

/** Anybody may ask for any action, so an index keeps only so many. */
const mostIndexed = 128;

/** The statements about an action, in their order; the principal, resource and conditions are still to be asked. */
export function candidatesOf(policy: CompiledPolicy, action: Action): readonly CompiledStatement[] {
  if ((policy.services & action.bit) === 0) return NONE;
  const { statements, byAction } = policy.byService.get(action.service) ?? policy.general;
  if (statements.length === 0) return NONE;
  const known = byAction.get(action.text);
  if (known !== undefined) return known;
  const found = statements.filter((statement) => matchesAction(statement.action, action.text));
  const candidates = found.length === 0 ? NONE : found.length === statements.length ? statements : found;
  if (byAction.size >= mostIndexed) byAction.clear();
  byAction.set(action.text, candidates);
  return candidates;
}

/** The statements of several policies about an action, found at once. */
interface MergedIndex {
  readonly policies: readonly CompiledPolicy[];
  readonly byAction: Map<string, readonly CompiledStatement[]>;
}

let merged = new WeakMap<readonly CompiledPolicy[], MergedIndex>();
/** How many actions of all lists are remembered, and how many may be before all begin anew. */
let remembered = 0;
const mostRemembered = 100_000;

/** From so many policies on, an index over all of them is worth its memory. */
export const WORTH_MERGING = 8;

/** `candidatesOf` all policies of a list, which may be asked for again: the list itself remembers. */
export function candidatesOfAll(policies: readonly CompiledPolicy[], action: Action): readonly CompiledStatement[] {
  const { byAction } = mergedIndex(policies);
  const known = byAction.get(action.text);
  if (known !== undefined) return known;
  const found = policies.flatMap((policy) => candidatesOf(policy, action));
  byAction.set(action.text, found);
  remembered += 1;
  if (remembered === mostRemembered) {
    merged = new WeakMap();
    remembered = 0;
  }
  return found;
}

function mergedIndex(policies: readonly CompiledPolicy[]): MergedIndex {
  const known = merged.get(policies);
  if (known !== undefined && hasSame(known.policies, policies)) return known;
  const index: MergedIndex = { policies: [...policies], byAction: new Map() };
  merged.set(policies, index);
  return index;
}

/** A list is not meant to be changed, but if it was, the old answer must not live on. */
function hasSame(before: readonly CompiledPolicy[], now: readonly CompiledPolicy[]): boolean {
  if (before.length !== now.length) return false;
  for (let index = 0; index < now.length; index += 1) if (before[index] !== now[index]) return false;
  return true;
}
