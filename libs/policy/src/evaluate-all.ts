import { allowed, type Decision } from './decision.js';
import { type AuthorizationRequest, evaluate, type PolicySet } from './evaluate.js';

/**
 * The outcome of a call that needed several decisions.
 *
 * @example
 * const outcome: CombinedDecision = { decision: { effect: 'Allow', explicit: false, by: undefined, statements: [] }, denied: undefined };
 */
export interface CombinedDecision {
  /** The first denial; or an Allow by all the statements that allowed any of the requests. */
  readonly decision: Decision;
  /** The request that was denied. */
  readonly denied: AuthorizationRequest | undefined;
}

/**
 * Decides a call that does several things, or one thing to several resources: it is allowed when each is (requirements-4
 * CND-17). The first denial ends it. No request at all is a mistake of the asker's, and denied.
 *
 * @param policiesOf the policies that bear on a request; resources may have policies of their own
 * @example
 * const { decision, denied } = evaluateAll(
 *   buckets.map((resource) => ({ ...request, resource })),
 *   ({ resource }) => ({ identity, resource: policyOf(resource) }),
 * );
 */
export function evaluateAll(
  requests: readonly AuthorizationRequest[],
  policiesOf: (request: AuthorizationRequest) => PolicySet,
): CombinedDecision {
  const statements: Decision['statements'][number][] = [];
  for (const request of requests) {
    const decision = evaluate(request, policiesOf(request));
    if (decision.effect !== 'Allow') return { decision, denied: request };
    statements.push(...decision.statements);
  }
  if (requests.length === 0) {
    return { decision: { effect: 'Deny', explicit: false, by: undefined, statements: [] }, denied: undefined };
  }
  return { decision: allowed(distinct(statements)), denied: undefined };
}

function distinct(statements: Decision['statements']): Decision['statements'] {
  return [...new Set(statements)];
}
