import { compileAction, matchesAction, type ActionMatcher } from './action.js';
import { compileCondition, holds, type Condition } from './condition/condition.js';
import type { ContextLookup } from './context.js';
import type { PolicyDocument, PolicyStatement } from './document.js';
import { compilePrincipal, type PrincipalMatcher } from './principal.js';
import { compileResource, matchesResource, type RequestResource, type ResourceMatcher } from './resource.js';

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

/**
 * A policy ready to be evaluated any number of times; immutable, to be kept and shared. Its inside may change from
 * version to version.
 *
 * @example
 * const policy: CompiledPolicy = compilePolicy(document, { id: 'arn:aws:iam::111122223333:policy/Readers', type: 'identity' });
 */
export interface CompiledPolicy {
  readonly id: string;
  readonly type: PolicyType;
  /** Statements that can match an action of the service, in their order; undefined where all are looked at. */
  readonly byService: ReadonlyMap<string, readonly CompiledStatement[]> | undefined;
  /** Statements that can match an action of any other service. */
  readonly general: readonly CompiledStatement[];
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
export function compilePolicy(
  document: PolicyDocument,
  identity: { readonly id: string; readonly type: PolicyType },
): CompiledPolicy {
  const { id, type } = identity;
  // In a document of 2008-10-17, `${…}` is ordinary text (requirements-4 ELM-1).
  const variables = document.version === '2012-10-17';
  const statements = document.statements.map((statement) => compileStatement(statement, id, type, variables));
  if (statements.length < WORTH_SORTING) return { id, type, byService: undefined, general: statements };
  const services = new Set(statements.flatMap(({ action }) => [...(action.services ?? [])]));
  const byService = new Map<string, readonly CompiledStatement[]>();
  for (const service of services) {
    byService.set(
      service,
      statements.filter(({ action }) => action.services?.has(service) ?? true),
    );
  }
  return { id, type, byService, general: statements.filter(({ action }) => action.services === undefined) };
}

/** Below this, asking each statement is quicker than finding out which ones to ask. */
const WORTH_SORTING = 4;

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

/** Whether action, resource and conditions match; the principal is asked for apart, since it has degrees. */
export function matchesStatement(
  statement: CompiledStatement,
  action: string,
  resource: RequestResource,
  context: ContextLookup,
): boolean {
  if (!matchesAction(statement.action, action)) return false;
  if (statement.resource !== undefined && !matchesResource(statement.resource, resource, context)) return false;
  for (const condition of statement.conditions) if (!holds(condition, context)) return false;
  return true;
}
