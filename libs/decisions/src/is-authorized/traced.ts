import type { muniment } from '@muniment/aws-model';
import type {
  AuthorizationRequest,
  ConditionTrace,
  Explanation,
  PolicyTrace,
  PolicyType,
  StatementRef,
  StatementTrace,
} from '@muniment/policy';

export const policyTypes: Readonly<Record<PolicyType, muniment.PolicyType>> = {
  identity: 'IDENTITY_BASED_POLICY',
  boundary: 'PERMISSIONS_BOUNDARY',
  session: 'SESSION_POLICY',
  resource: 'RESOURCE_BASED_POLICY',
  trust: 'ROLE_TRUST_POLICY',
  scp: 'SERVICE_CONTROL_POLICY',
  rcp: 'RESOURCE_CONTROL_POLICY',
};

const statements = new WeakMap<StatementRef, muniment.Statement>();

/** The same for the same: statements of policies that stay decide again and again. */
export function statementOf(ref: StatementRef): muniment.Statement {
  const known = statements.get(ref);
  if (known) return known;
  const { policy, type, index, sid } = ref;
  const named = sid === undefined ? {} : { Sid: sid };
  const made = { PolicyId: policy, PolicyType: policyTypes[type], Index: index, ...named };
  statements.set(ref, made);
  return made;
}

const reasons: Readonly<Record<ConditionTrace['because'], muniment.ConditionReason>> = {
  value: 'VALUE',
  missing: 'MISSING',
  empty: 'EMPTY',
};

const textOf = (value: string | number | boolean | Date): string =>
  value instanceof Date ? value.toISOString() : String(value);

const textsOf = (given: NonNullable<ConditionTrace['given']>): string[] =>
  Array.isArray(given) ? given.map(textOf) : [textOf(given as string)];

const conditionOf = ({
  operator,
  key,
  values,
  resolved,
  given,
  holds,
  because,
}: ConditionTrace): muniment.ConditionTrace => ({
  Operator: operator,
  Key: key,
  Values: [...values],
  Resolved: resolved.map((value) => value ?? ''),
  ...(given !== undefined && { Given: textsOf(given) }),
  Holds: holds,
  Because: reasons[because],
});

function statementTraceOf(trace: StatementTrace): muniment.StatementTrace {
  const { ref, effect, position, matched, principal, action, resource, conditions } = trace;
  return {
    Index: ref.index,
    ...(ref.sid !== undefined && { Sid: ref.sid }),
    Effect: effect,
    Line: position.line,
    Column: position.column,
    Matched: matched,
    ...(principal && { PrincipalMatched: principal.matched, PrincipalAs: [...principal.as] }),
    ActionMatched: action.matched,
    ...(action.by !== undefined && { ActionBy: action.by }),
    ...(resource && { ResourceMatched: resource.matched }),
    ...(resource?.by !== undefined && { ResourceBy: resource.by }),
    Conditions: conditions.map(conditionOf),
  };
}

const policyTraceOf = ({ policy, type, level, statements }: PolicyTrace): muniment.PolicyTrace => ({
  PolicyId: policy,
  PolicyType: policyTypes[type],
  ...(level !== undefined && { Level: level }),
  Statements: statements.map(statementTraceOf),
});

/** What `explain` tells, as the API says it. */
export const traceOf = (
  { action, resource }: AuthorizationRequest,
  { decision, minimal, policies }: Explanation,
): muniment.Trace => ({
  Action: action,
  Resource: resource,
  Decision: decision.effect === 'Allow' ? 'ALLOW' : 'DENY',
  Minimal: minimal.map(statementOf),
  Policies: policies.map(policyTraceOf),
});
