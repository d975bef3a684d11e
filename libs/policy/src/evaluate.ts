import { actionOf } from './action.js';
import { resourceOffset } from './arn.js';
import { isAtHome } from './at-home.js';
import type { CompiledPolicy } from './compile.js';
import type { ContextValue, RequestContext } from './context.js';
import { allowed, explicitDeny, IMPLICIT_DENY, SENSELESS_REQUEST, type Decision } from './decision.js';
import { Run } from './run.js';
import { FREEING, hasAccount, HIT, standsOnRoot, type AccountPrincipal, type Principal } from './principal.js';

/**
 * May this principal do this action on this resource, in these circumstances? A call that needs several actions or
 * resources is as many requests, and all of them must be allowed.
 *
 * @example
 * const request: AuthorizationRequest = {
 *   principal: { type: 'Root', account: '111122223333', arn: 'arn:aws:iam::111122223333:root' },
 *   action: 'iam:CreateUser',
 *   resource: 'arn:aws:iam::111122223333:user/alice',
 *   context: { 'aws:SourceIp': '203.0.113.7' },
 * };
 */
export interface AuthorizationRequest {
  readonly principal: Principal;
  /** `service:Name`, in any case. */
  readonly action: string;
  /** An ARN, or `*` for actions that have no resource of their own. */
  readonly resource: string;
  /** The account that owns the resource; by default the one in its ARN, else the principal's. */
  readonly resourceAccount?: string | undefined;
  readonly context: RequestContext;
}

/**
 * The policies that bear on a request, sorted by their part.
 *
 * @example
 * const policies: PolicySet = { identity: [userPolicy, groupPolicy], boundary, resource: bucketPolicy };
 */
export interface PolicySet {
  /** Of the user and its groups, of the role, or of the user who federated. */
  readonly identity: readonly CompiledPolicy[];
  readonly boundary?: CompiledPolicy | undefined;
  /** The session's own policies; none means that the session was started without any. */
  readonly session?: readonly CompiledPolicy[] | undefined;
  /** The policy of the resource, compiled as `resource`; as `trust` for a role, which then has to name the principal. */
  readonly resource?: CompiledPolicy | undefined;
  /** Levels of the organization from its root to the account; each needs an Allow. None means that none applies. */
  readonly scps?: readonly (readonly CompiledPolicy[])[] | undefined;
  /** The same of the resource's account: resource control policies, which bind whoever asks. */
  readonly rcps?: readonly (readonly CompiledPolicy[])[] | undefined;
}

/**
 * Decides a request (requirements-4 section 8). Never throws on the content of policies; whatever is in doubt is denied.
 *
 * @example
 * const decision = evaluate(request, { identity: [policy] });
 * if (decision.effect === 'Deny') throw new Error(denialText(request, decision));
 */
export function evaluate(request: AuthorizationRequest, policies: PolicySet): Decision {
  const { principal, resource, context } = request;
  const offset = resourceOffset(resource);
  if (offset < 0 && resource !== '*') return SENSELESS_REQUEST;
  const run = new Run(principal, actionOf(request.action), resource, offset, context);
  const decision = hasAccount(principal)
    ? decide(run, principal, policies, isAtHome(principal.account, resource, request.resourceAccount, offset))
    : byResourceAlone(run, policies);
  return run.disturbed ? evaluate({ ...request, context: settled(context) }, policies) : decision;
}

/** The context as plain values, so that asking for one runs nobody's code. */
export function settled(context: RequestContext): RequestContext {
  return Object.fromEntries(Object.keys(context).map((key) => [key, settledValue(context[key])]));
}

function settledValue(value: ContextValue | undefined): ContextValue | undefined {
  if (value instanceof Date) return new Date(Date.prototype.getTime.call(value));
  return typeof value === 'object' && value !== null ? Array.from(value) : value;
}

/** Services, web identities and strangers bring no policies: the resource's policy says all (requirements-4 8.1). */
function byResourceAlone(run: Run, { resource, rcps }: PolicySet): Decision {
  const rcpsAllow = everyLevelAllows(run, rcps);
  if (run.denies !== undefined) return explicitDeny('rcp', run.denies);
  if (resource !== undefined) run.lookAtResource(resource);
  if (run.denies !== undefined) return explicitDeny(resource?.type ?? 'resource', run.denies);
  if (!rcpsAllow) return IMPLICIT_DENY.rcp;
  if (resource === undefined) return IMPLICIT_DENY.resource;
  return run.hit === HIT.none ? IMPLICIT_DENY[resource.type] : allowed(run.allows);
}

/**
 * Asks every policy, type by type in the order of requirements-4 8.1, step 1; the first type with a matching Deny ends it.
 * Then the types have to allow (steps 2 to 6): naming frees a principal only within its own account (8.2).
 */
function decide(run: Run, principal: AccountPrincipal, policies: PolicySet, sameAccount: boolean): Decision {
  const { identity, boundary, session, resource, scps, rcps } = policies;
  const scpsAllow = everyLevelAllows(run, scps);
  if (run.denies !== undefined) return explicitDeny('scp', run.denies);
  const rcpsAllow = everyLevelAllows(run, rcps);
  if (run.denies !== undefined) return explicitDeny('rcp', run.denies);
  if (resource !== undefined) run.lookAtResource(resource);
  if (run.denies !== undefined) return explicitDeny(resource?.type ?? 'resource', run.denies);
  const { hit } = run;
  const untilResource = run.allows.length;
  const identityAllows = run.look(identity);
  if (run.denies !== undefined) return explicitDeny('identity', run.denies);
  const boundaryAllows = boundary === undefined || run.lookAt(boundary);
  if (run.denies !== undefined) return explicitDeny('boundary', run.denies);
  const sessionAllows = session !== undefined && run.look(session);
  if (run.denies !== undefined) return explicitDeny('session', run.denies);

  if (!scpsAllow) return IMPLICIT_DENY.scp;
  if (!rcpsAllow) return IMPLICIT_DENY.rcp;
  if (sameAccount && resource?.type === 'trust' && hit === HIT.none) return IMPLICIT_DENY.trust;
  const freed = principal.type === 'Root' || (hit & FREEING) !== 0;
  if (sameAccount && freed) return allowed(run.allows.slice(0, untilResource));
  const named = sameAccount && (hit & HIT.origin) !== 0;
  if (!identityAllows && !named && !standsOnRoot(principal)) return IMPLICIT_DENY.identity;
  if (!boundaryAllows) return IMPLICIT_DENY.boundary;
  if (!sessionAllows && sessionCounts(principal, policies)) return IMPLICIT_DENY.session;
  if (!sameAccount && hit === HIT.none) return IMPLICIT_DENY[resource?.type ?? 'resource'];
  return allowed(run.allows);
}

function everyLevelAllows(run: Run, levels: PolicySet['scps']): boolean {
  let allow = true;
  for (const level of levels ?? []) allow = run.look(level) && allow;
  return allow;
}

/** A federated session without policies has no rights of its user; a role's session has all of its role's. */
export function sessionCounts(principal: AccountPrincipal, { session }: PolicySet): boolean {
  return principal.type === 'FederatedUser' || (session !== undefined && session.length > 0);
}
