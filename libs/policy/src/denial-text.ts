import type { PolicyType } from './compile.js';
import type { Decision } from './decision.js';
import type { AuthorizationRequest } from './evaluate.js';
import type { Principal } from './principal.js';

/** AWS's wording per type; articles and the word "policy" follow no rule (requirements-4 11.1, ERR-5; ruling 12). */
const REASONS: Readonly<
  Record<PolicyType, { readonly explicit: string; readonly implicit: (action: string) => string }>
> = {
  scp: {
    explicit: 'with an explicit deny in a service control policy',
    implicit: (action) => `because no service control policy allows the ${action} action`,
  },
  rcp: {
    explicit: 'with an explicit deny in a resource control policy',
    implicit: (action) => `because no resource control policy allows the ${action} action`,
  },
  boundary: {
    explicit: 'with an explicit deny in a permissions boundary',
    implicit: (action) => `because no permissions boundary allows the ${action} action`,
  },
  session: {
    explicit: 'with an explicit deny in a session policy',
    implicit: (action) => `because no session policy allows the ${action} action`,
  },
  resource: {
    explicit: 'with an explicit deny in a resource-based policy',
    implicit: (action) => `because no resource-based policy allows the ${action} action`,
  },
  trust: {
    explicit: 'with an explicit deny in the role trust policy',
    implicit: (action) => `because no role trust policy allows the ${action} action`,
  },
  identity: {
    explicit: 'with an explicit deny in an identity-based policy',
    implicit: (action) => `because no identity-based policy allows the ${action} action`,
  },
};

/**
 * AWS's text for a denied request (requirements-4 ERR-1 to ERR-5).
 *
 * @example
 * denialText(request, evaluate(request, { identity: [] }));
 * // User: arn:aws:iam::111122223333:user/alice is not authorized to perform: iam:ListUsers on resource: … because no
 * // identity-based policy allows the iam:ListUsers action
 */
export function denialText(request: AuthorizationRequest, decision: Decision): string {
  const { principal, action, resource } = request;
  // A web identity or SAML caller has no ARN to be named by (requirements-4 11.3).
  if (principal.type === 'Federated') return `Not authorized to perform ${action}`;
  const onResource = resource === '*' ? '' : ` on resource: ${resource}`;
  const base = `User: ${nameOf(principal)} is not authorized to perform: ${action}${onResource}`;
  if (decision.by === undefined) return base;
  const reason = REASONS[decision.by];
  return `${base} ${decision.explicit ? reason.explicit : reason.implicit(action)}`;
}

function nameOf(principal: Exclude<Principal, { readonly type: 'Federated' }>): string {
  if (principal.type === 'Anonymous') return 'anonymous';
  return principal.type === 'Service' ? (principal.names[0] ?? '') : principal.arn;
}
