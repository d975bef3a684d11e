import type { PolicyType, StatementRef } from './compile.js';
import type { Effect } from './document.js';

/**
 * The outcome of an evaluation, as a value.
 *
 * @example
 * const decision: Decision = { effect: 'Deny', explicit: false, by: 'boundary', statements: [] };
 */
export interface Decision {
  readonly effect: Effect;
  /** True for a matching Deny statement, and for an organization's policies without an Allow (requirements-4 8.1, step 2). */
  readonly explicit: boolean;
  /** The type of policy that denied; undefined when allowed, or when the request itself makes no sense. */
  readonly by: PolicyType | undefined;
  /** The statements that decided: the Deny statements of the denying type, or every Allow that was needed. */
  readonly statements: readonly StatementRef[];
}

const NO_STATEMENTS: readonly StatementRef[] = Object.freeze([]);

function implicitly(by: PolicyType | undefined): Decision {
  return Object.freeze({ effect: 'Deny', explicit: false, by, statements: NO_STATEMENTS });
}

/** No policy of a type allows; shared, since it carries nothing of the request. */
export const IMPLICIT_DENY: Readonly<Record<PolicyType, Decision>> = {
  identity: implicitly('identity'),
  boundary: implicitly('boundary'),
  session: implicitly('session'),
  resource: implicitly('resource'),
  trust: implicitly('trust'),
  // A missing Allow of the organization's policies is reported as an explicit deny.
  scp: Object.freeze({ effect: 'Deny', explicit: true, by: 'scp', statements: NO_STATEMENTS }),
  rcp: Object.freeze({ effect: 'Deny', explicit: true, by: 'rcp', statements: NO_STATEMENTS }),
};

/** The request names no resource that could exist; nobody is allowed anything on it. */
export const SENSELESS_REQUEST: Decision = implicitly(undefined);

export function explicitDeny(by: PolicyType, statements: readonly StatementRef[]): Decision {
  return { effect: 'Deny', explicit: true, by, statements };
}

export function allowed(statements: readonly StatementRef[]): Decision {
  return { effect: 'Allow', explicit: false, by: undefined, statements };
}
