import { isAtHome } from './at-home.js';
import type { CompiledStatement, PolicyType, StatementRef } from './compile.js';
import type { Decision } from './decision.js';
import { type AuthorizationRequest, type PolicySet, sessionCounts } from './evaluate.js';
import { FREEING, HIT, hasAccount, standsOnRoot } from './principal.js';

/** A statement that matches a request: which policies it stands in, and how it names the principal. */
export interface Contribution extends Pick<CompiledStatement, 'ref' | 'allow'> {
  readonly type: PolicyType;
  readonly level: number | undefined;
  readonly hit: number;
}

/**
 * The fewest statements that make a decision. A Deny needs one statement that denies. Otherwise each type of policy that
 * was heard and allowed needs one, in the order in which they are heard (requirements-4 8.1), up to the one that did not.
 */
export function minimalStatements(
  request: AuthorizationRequest,
  policies: PolicySet,
  decision: Decision,
  contributions: readonly Contribution[],
): readonly StatementRef[] {
  const [denying] = decision.statements;
  if (decision.effect === 'Deny' && denying !== undefined) return [denying];
  if (decision.effect === 'Deny' && decision.by === undefined) return [];
  const allows = contributions.filter(({ allow }) => allow);
  const needs = needsOf(request, policies, allows);
  return distinct(decision.effect === 'Allow' ? needs : beforeTheFirstSilent(needs));
}

/** What a type of policies has to say; undefined where it does not. */
interface Need {
  readonly type: PolicyType;
  readonly ref: StatementRef | undefined;
}

/** Of the type that is silent nothing is needed, even where it has several levels and some of them allow. */
function beforeTheFirstSilent(needs: readonly Need[]): readonly Need[] {
  const silent = needs.find(({ ref }) => ref === undefined);
  return needs.slice(
    0,
    needs.findIndex(({ type }) => type === silent?.type),
  );
}

function needsOf(
  { principal, resource, resourceAccount }: AuthorizationRequest,
  policies: PolicySet,
  allows: readonly Contribution[],
): Need[] {
  const some = (type: PolicyType): Need => ({ type, ref: allows.find((one) => one.type === type)?.ref });
  const levels = (type: 'scp' | 'rcp') =>
    (policies[`${type}s`] ?? []).map((_, level): Need => {
      return { type, ref: allows.find((one) => one.type === type && one.level === level)?.ref };
    });
  const resourceType = policies.resource?.type ?? 'resource';
  const naming = (hit: number): Need => {
    const named = allows.find(({ type, hit: ways }) => type === resourceType && (ways & hit) !== 0);
    return { type: resourceType, ref: named?.ref };
  };
  if (!hasAccount(principal)) return [...levels('rcp'), naming(ANY_HIT)];

  const organization = [...levels('scp'), ...levels('rcp')];
  const trust = resourceType === 'trust' ? [naming(ANY_HIT)] : [];
  const limits = [
    ...(policies.boundary ? [some('boundary')] : []),
    ...(sessionCounts(principal, policies) ? [some('session')] : []),
  ];
  const own = [...(standsOnRoot(principal) ? [] : [some('identity')]), ...limits];
  if (!isAtHome(principal.account, resource, resourceAccount)) return [...organization, ...own, naming(ANY_HIT)];
  if (principal.type === 'Root') return [...organization, ...trust];
  if (naming(FREEING).ref !== undefined) return [...organization, naming(FREEING)];
  if (naming(HIT.origin).ref !== undefined) return [...organization, naming(HIT.origin), ...limits];
  return [...organization, ...trust, ...own];
}

const ANY_HIT = HIT.account | HIT.origin | FREEING;

/** One policy may stand on several levels of an organization. */
function distinct(needs: readonly Need[]): StatementRef[] {
  const found = new Map<string, StatementRef>();
  for (const { ref } of needs) {
    if (ref !== undefined) found.set(JSON.stringify([ref.type, ref.policy, ref.index]), ref);
  }
  return [...found.values()];
}
