import { actionOf } from './action.js';
import { resourceOffset } from './arn.js';
import type { CompiledPolicy, CompiledStatement, PolicyType, StatementRef } from './compile.js';
import { type Condition, holds, isNull } from './condition/condition.js';
import { readOperator } from './condition/operators.js';
import type { ContextValue } from './context.js';
import type { Decision } from './decision.js';
import type { ConditionEntry, Effect, PolicyElement, PolicyStatement, PolicyVersion } from './document.js';
import { type AuthorizationRequest, evaluate, type PolicySet, settled } from './evaluate.js';
import type { Position } from './json/tree.js';
import { type Contribution, minimalStatements } from './minimal.js';
import { HIT } from './principal.js';
import { covers } from './resource.js';
import { Run } from './run.js';
import { fillText, readTemplate } from './variables.js';
import { matchesWildcard } from './wildcard.js';

/**
 * Whether an element matched, and the value that did it: under `NotAction` and `NotResource` the value that spared.
 *
 * @example
 * const action: ElementTrace = { matched: true, by: 's3:Get*' };
 */
export interface ElementTrace {
  readonly matched: boolean;
  readonly by: string | undefined;
}

/**
 * In which ways a statement names the principal: by its account, by the role or user behind a session, by itself, by
 * `*`.
 *
 * @example
 * const naming: PrincipalTrace = { matched: true, as: ['account', 'origin'] };
 */
export interface PrincipalTrace {
  readonly matched: boolean;
  readonly as: readonly ('account' | 'origin' | 'exact' | 'everyone')[];
}

/**
 * One key under one operator: what the policy wants, what the request has, and what came of it.
 *
 * @example
 * const condition: ConditionTrace = {
 *   operator: 'StringEquals', key: 'aws:PrincipalTag/Team', values: ['${aws:RequestTag/Team}'], resolved: ['blue'],
 *   given: 'red', holds: false, because: 'value',
 * };
 */
export interface ConditionTrace {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
  /** The values with their variables filled in; undefined where one has no value. */
  readonly resolved: readonly (string | undefined)[];
  /** What the request, or the principal itself, has under the key. */
  readonly given: ContextValue | undefined;
  readonly holds: boolean;
  /** The value decided, or that the key is missing or has no value. */
  readonly because: 'value' | 'missing' | 'empty';
}

/**
 * One statement of a policy that was considered.
 *
 * @example
 * trace.statements.filter(({ matched, effect }) => matched && effect === 'Deny').map(({ ref }) => ref.sid);
 */
export interface StatementTrace {
  readonly ref: StatementRef;
  readonly effect: Effect;
  readonly position: Position;
  readonly end: Position;
  /** Principal, action, resource and all conditions match. */
  readonly matched: boolean;
  /** Undefined where statements do not say whom they are for. */
  readonly principal: PrincipalTrace | undefined;
  readonly action: ElementTrace;
  /** Undefined where the statement is about the resource that it is attached to. */
  readonly resource: ElementTrace | undefined;
  readonly conditions: readonly ConditionTrace[];
}

/**
 * One policy that was considered, with all its statements.
 *
 * @example
 * const boundary = explanation.policies.find(({ type }) => type === 'boundary');
 */
export interface PolicyTrace {
  readonly policy: string;
  readonly type: PolicyType;
  /** Of the organization's policies: which level, counted from the root. */
  readonly level: number | undefined;
  /** Empty for a policy that was compiled with `explainable: false`. */
  readonly statements: readonly StatementTrace[];
}

/**
 * A decision and everything that led to it.
 *
 * @example
 * const { decision, minimal } = explain(request, policies);
 * minimal.map(({ policy, sid, index }) => `${policy} ${sid ?? index}`);
 */
export interface Explanation {
  readonly decision: Decision;
  /**
   * The smallest set of statements that makes this decision: with all others taken out of their policies, it is still the
   * same effect, for the same reason.
   */
  readonly minimal: readonly StatementRef[];
  readonly policies: readonly PolicyTrace[];
}

interface Considered {
  readonly policy: CompiledPolicy;
  readonly level: number | undefined;
}

function considered(policies: PolicySet): Considered[] {
  const { identity, boundary, session, resource, scps, rcps } = policies;
  const levels = (all: PolicySet['scps']) =>
    (all ?? []).flatMap((level, index) => level.map((policy) => ({ policy, level: index })));
  const others = [resource, ...identity, boundary, ...(session ?? [])];
  return [
    ...levels(scps),
    ...levels(rcps),
    ...others.filter((policy) => policy !== undefined).map((policy) => ({ policy, level: undefined })),
  ];
}

/**
 * Decides as `evaluate` does and tells why: every policy, every statement, every condition with its value. Many times
 * slower than deciding, so ask on demand.
 *
 * @example
 * const { decision, policies } = explain(request, { identity: [policy] });
 */
export function explain(request: AuthorizationRequest, policies: PolicySet): Explanation {
  const plain: AuthorizationRequest = { ...request, context: settled(request.context) };
  const decision = evaluate(plain, policies);
  const { principal, action, resource, context } = plain;
  const run = new Run(principal, actionOf(action), resource, resourceOffset(resource), context);
  const contributions: Contribution[] = [];
  const traces = considered(policies).map(({ policy, level }): PolicyTrace => {
    const { id, type, document, statements } = policy;
    for (const statement of statements) {
      const hit = hitOf(statement, policy, run);
      if (hit !== HIT.none && run.concerns(statement)) contributions.push({ ...statement, type, level, hit });
    }
    const traced = (document?.statements ?? []).map((source, index) => {
      const statement = statements[index];
      return statement && traceStatement(source, statement, policy, run);
    });
    return { policy: id, type, level, statements: traced.filter((trace) => trace !== undefined) };
  });
  return { decision, minimal: minimalStatements(plain, policies, decision, contributions), policies: traces };
}

/** Policies without principals are about whoever has them. */
function hitOf(statement: CompiledStatement, { type }: CompiledPolicy, run: Run): number {
  const says = statement.principal !== undefined || type === 'resource' || type === 'trust';
  return says ? run.hitBy(statement) : HIT.everyone;
}

function traceStatement(
  source: PolicyStatement,
  statement: CompiledStatement,
  policy: CompiledPolicy,
  run: Run,
): StatementTrace {
  const version = policy.document?.version ?? '2008-10-17';
  const hit = hitOf(statement, policy, run);
  const { position, end, effect } = source;
  return {
    ref: statement.ref,
    effect,
    position,
    end,
    matched: hit !== HIT.none && run.concerns(statement),
    principal: statement.principal && { matched: hit !== HIT.none, as: waysOf(hit) },
    action: traceAction(source.action, run),
    resource: source.resource && traceResource(statement, run),
    conditions: source.condition.map((entry, index) =>
      traceCondition(entry, statement.conditions[index], version, run),
    ),
  };
}

const WAYS = ['account', 'origin', 'exact', 'everyone'] as const;

function waysOf(hit: number): PrincipalTrace['as'] {
  return WAYS.filter((way) => (hit & HIT[way]) !== 0);
}

function traceAction({ negated, values }: PolicyElement, { action }: Run): ElementTrace {
  const lower = (text: string) => (text === '*:*' ? '*' : text.toLowerCase());
  const by = values.find(({ text }) => matchesWildcard(lower(text), action.text))?.text;
  return { matched: (by !== undefined) !== negated, by };
}

function traceResource({ resource }: CompiledStatement, run: Run): ElementTrace {
  const by = resource?.patterns.find((pattern) => covers(pattern, run))?.text;
  return { matched: (by !== undefined) !== (resource?.negated ?? false), by };
}

function traceCondition(
  { operator, key, values }: ConditionEntry,
  condition: Condition | undefined,
  version: PolicyVersion,
  run: Run,
): ConditionTrace {
  const texts = values.map(({ text }) => text);
  const variables = version === '2012-10-17' && readOperator(operator)?.operator.variables === true;
  const given = condition && run.valueOf(condition.key);
  return {
    operator,
    key,
    values: texts,
    resolved: variables ? texts.map((text) => resolve(text, run)) : texts,
    given: given === undefined ? undefined : condition?.key.value,
    holds: condition !== undefined && holds(condition, run),
    because: given === undefined ? 'missing' : isNull(given) ? 'empty' : 'value',
  };
}

function resolve(text: string, run: Run): string | undefined {
  const template = readTemplate(text);
  return template === undefined ? text : fillText(template, run);
}
