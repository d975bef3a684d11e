import type { iam } from '@muniment/aws-model';
import type { PolicyType, StatementRef } from '@muniment/policy';
import type { Considered } from './considered.js';
import type { Outcome, Verdict } from './outcome.js';
import { readPolicyName } from './policy-name.js';

/** What a policy is called in answers. The model has other words for it (`user-managed`) that AWS never gives. */
const sourceTypes: Readonly<Record<PolicyType, string>> = {
  identity: 'IAM Policy',
  boundary: 'Permissions Boundary Policy',
  session: 'Session Policy',
  resource: 'Resource Policy',
  trust: 'Resource Policy',
  scp: 'Service Control Policy',
  rcp: 'Resource Control Policy',
};

/** Whose inline policies they are that have no owner in their names. */
export interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** Managed policies are called by their names, inline ones by their owners as well: `user_alice_ReadOnly`. */
function sourceIdOf({ policy }: StatementRef, { kind, name: owner }: Owner): string {
  const read = readPolicyName(policy);
  if (read.from !== 'inline') return read.name;
  return read.group === undefined ? `${kind}_${owner}_${read.name}` : `group_${read.group}_${read.name}`;
}

const statementKey = ({ policy, type, index }: StatementRef): string => `${type} ${policy} ${index}`;

/** Puts outcomes into AWS's words. */
export class Answer {
  readonly #considered: Considered;
  readonly #owner: Owner;

  constructor(considered: Considered, owner: Owner) {
    this.#considered = considered;
    this.#owner = owner;
  }

  /** `resources`: as they were given; without any there is one outcome, of `*`. */
  of(
    action: string,
    name: string,
    resources: readonly string[] | undefined,
    outcomes: readonly Outcome[],
  ): iam.EvaluationResult {
    const verdict = strictest(outcomes.map((each) => each.verdict));
    // A Deny is told alone; else what allows a part of the resources is told as well.
    const telling = verdict === 'explicitDeny' ? outcomes.filter((each) => each.verdict === verdict) : outcomes;
    const boundary = all(outcomes.map(({ byBoundary }) => byBoundary));
    const organizations = all(outcomes.map(({ byOrganizations }) => byOrganizations));
    return {
      EvalActionName: action,
      EvalResourceName: name,
      EvalDecision: verdict,
      MatchedStatements: this.#statements(telling.flatMap(({ matched }) => matched)),
      MissingContextValues: [...new Set(outcomes.flatMap(({ missing }) => missing))],
      ...(organizations !== undefined && { OrganizationsDecisionDetail: { AllowedByOrganizations: organizations } }),
      ...(boundary !== undefined && { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: boundary } }),
      ...(resources && {
        EvalDecisionDetails: strictestOfEach(outcomes),
        ResourceSpecificResults: outcomes.map((each, at) => this.#specific(resources[at] ?? name, each)),
      }),
    };
  }

  #specific(resource: string, { verdict, matched, missing, byBoundary, details }: Outcome): iam.ResourceSpecificResult {
    return {
      EvalResourceName: resource,
      EvalResourceDecision: verdict,
      ...(matched.length > 0 && { MatchedStatements: this.#statements(matched) }),
      ...(missing.length > 0 && { MissingContextValues: [...missing] }),
      ...(details && { EvalDecisionDetails: { ...details } }),
      ...(byBoundary !== undefined && {
        PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: byBoundary },
      }),
    };
  }

  #statements(refs: readonly StatementRef[]): iam.Statement[] {
    const distinct = new Map(refs.map((ref) => [statementKey(ref), ref]));
    return Array.from(distinct.values(), (ref) => ({
      SourcePolicyId: sourceIdOf(ref, this.#owner),
      SourcePolicyType: sourceTypes[ref.type] as iam.PolicySourceType,
      ...this.#considered.spanOf(ref),
    }));
  }
}

const strictness: readonly Verdict[] = ['allowed', 'implicitDeny', 'explicitDeny'];

const strictest = (verdicts: readonly Verdict[]): Verdict =>
  strictness[Math.max(0, ...verdicts.map((verdict) => strictness.indexOf(verdict)))] as Verdict;

/** Undefined when it is said of none. */
function all(said: readonly (boolean | undefined)[]): boolean | undefined {
  const known = said.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : known.every(Boolean);
}

function strictestOfEach(outcomes: readonly Outcome[]): Record<string, Verdict> {
  const told = outcomes.flatMap(({ details }) => (details ? [details] : []));
  const names = new Set(told.flatMap((details) => Object.keys(details)));
  return Object.fromEntries(
    Array.from(names, (name) => [name, strictest(told.flatMap((details) => details[name] ?? []))]),
  );
}
