import { fold, type Principal, type Tag } from '@muniment/kernel';
import {
  type AuthorizationRequest,
  type CompiledPolicy,
  compilePolicy,
  type Decision,
  evaluate,
  type PolicySet,
  readPolicy,
  type RequestContext,
  type StatementRef,
} from '@muniment/policy';
import { isControlled, isServiceLinked, type Place } from '../place.js';
import { contextOf, serviceOf, ownerOf, type Subject } from '../request-context.js';
import type { Entries } from './context-entries.js';
import { idOfInput } from './policy-name.js';

export type Verdict = 'allowed' | 'explicitDeny' | 'implicitDeny';

/** Everything that decides all pairs of action and resource alike. */
export interface Grounds {
  readonly principal: Principal;
  readonly partition: string;
  readonly now: Date;
  /** Of the principal, as they are stored; those that only a name could give are in `entries`. */
  readonly tags: readonly Tag[];
  /** Where the principal's account stands; undefined also when nobody asks. */
  readonly home: Place | undefined;
  readonly entries: Entries;
  readonly identity: readonly CompiledPolicy[];
  readonly boundary: CompiledPolicy | undefined;
  /** Levels of the organization; undefined: none bind the account. */
  readonly scps: PolicySet['scps'];
  readonly rcps: PolicySet['rcps'];
  /** Whether the answer tells of an organization at all. */
  readonly organized: boolean;
  /** The policy of every resource, as the request says. */
  readonly resourcePolicy: CompiledPolicy | undefined;
  /** Of resources whose ARNs name no account. */
  readonly resourceOwner: string | undefined;
  /** Trust policies of roles that somebody wants to assume, by ARN. */
  readonly trusts: ReadonlyMap<string, CompiledPolicy>;
  /** Keys that the policies depend on. */
  readonly keys: readonly string[];
}

/** What is simulated of one action on one resource. */
export interface Outcome {
  readonly verdict: Verdict;
  readonly matched: readonly StatementRef[];
  readonly missing: readonly string[];
  readonly byBoundary: boolean | undefined;
  readonly byOrganizations: boolean | undefined;
  /** What each side says, where two accounts have a say. */
  readonly details: Readonly<Record<string, Verdict>> | undefined;
}

const everythingText = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}';

const everythingId = idOfInput('everything');

function compiledEverything(): CompiledPolicy {
  const reading = readPolicy(everythingText, 'identity');
  if (!reading.ok) throw new Error('the policy that allows everything cannot be read');
  return compilePolicy(reading.policy, { id: everythingId, type: 'identity' });
}

/** Leaves the decision to the policies beside it. */
const everything = [compiledEverything()];

/** Stands for an account in the ARNs of AWS's own policies. */
const ofAws = 'aws';

/** AWS calls a missing Allow of an organization what it is. */
const verdictOf = ({ effect, explicit, statements }: Decision): Verdict =>
  effect === 'Allow' ? 'allowed' : explicit && statements.length > 0 ? 'explicitDeny' : 'implicitDeny';

/** An account that is nobody's: there both sides have to allow, so that a resource's policy is heard by itself. */
const elsewhere = 'elsewhere';

const trusting = /^sts:(assumerole|tagsession$|setsourceidentity$)/i;

/** What the decision of each kind of policy would be by itself. */
interface Layers {
  readonly identity: Decision;
  readonly boundary: Decision | undefined;
  readonly resource: Decision | undefined;
}

/** The policy of a resource, if it has any here. */
const policyOfResource = ({ resourcePolicy, trusts }: Grounds, action: string, resource: string) =>
  resourcePolicy ?? (trusting.test(action) ? trusts.get(resource) : undefined);

/** The keys that a simulation knows without being told; when a call would come, and from where, it does not know. */
function contextFor(grounds: Grounds, action: string, resource: string, ownerAccount: string): RequestContext {
  const { principal, tags, home, now, partition, entries } = grounds;
  const subject: Subject = { account: principal.account, principal };
  const owner = ownerAccount === principal.account ? home : undefined;
  const {
    'aws:CurrentTime': _now,
    'aws:EpochTime': _seconds,
    ...known
  } = contextOf(subject, { tags, ownerAccount, home, owner }, now, serviceOf(action), undefined, partition);
  return Object.fromEntries([...Object.entries(known).filter(([key]) => !entries.has(fold(key))), ...entries]);
}

/** Keys that follow from who the principal is, if it is known who that is. */
const ofPrincipal = new Map<string, (principal: Principal) => boolean>([
  ['aws:principalarn', ({ arn }) => arn !== undefined],
  ['aws:principaltype', () => true],
  ['aws:principalaccount', () => true],
  ['aws:principalisawsservice', () => true],
  ['aws:userid', () => true],
  ['aws:username', (principal) => principal.type === 'User' && principal.userName !== undefined],
]);

function missingOf({ keys, principal }: Grounds, context: RequestContext): string[] {
  const given = new Set<string>();
  for (const key in context) if (context[key] !== undefined) given.add(fold(key));
  return keys.filter((key) => !given.has(fold(key)) && !ofPrincipal.get(fold(key))?.(principal));
}

function layersOf(request: AuthorizationRequest, grounds: Grounds, resource: CompiledPolicy | undefined): Layers {
  const { identity, boundary, principal } = grounds;
  const home = { ...request, resourceAccount: principal.account };
  return {
    identity: evaluate(home, { identity }),
    boundary: boundary && evaluate(home, { identity: [boundary] }),
    resource: resource && evaluate({ ...request, resourceAccount: elsewhere }, { identity: everything, resource }),
  };
}

/** Statements of the layers that say what the whole says; an Allow of a boundary grants nothing. */
function matchedOf(verdict: Verdict, { identity, boundary, resource }: Layers): StatementRef[] {
  if (verdict === 'implicitDeny') return [];
  const layers = verdict === 'allowed' ? [identity, resource] : [identity, resource, boundary];
  return layers
    .filter((layer) => layer !== undefined)
    .filter((layer) => verdictOf(layer) === verdict)
    .flatMap(({ statements }) => statements)
    .filter(({ policy }) => policy !== everythingId);
}

function detailsOf({ identity, boundary, resource }: Layers): Readonly<Record<string, Verdict>> {
  return {
    'IAM Policy': verdictOf(identity),
    ...(resource && { 'Resource Policy': verdictOf(resource) }),
    ...(boundary && { 'Permissions Boundary Policy': verdictOf(boundary) }),
  };
}

/** One action on one resource, with everything that is known of it. */
interface Pair {
  readonly request: AuthorizationRequest;
  /** Of the resource, if it has any here. */
  readonly policy: CompiledPolicy | undefined;
  readonly organization: Pick<PolicySet, 'scps' | 'rcps'>;
}

function pairOf(grounds: Grounds, action: string, resource: string): Pair {
  const { principal, scps, rcps } = grounds;
  const policy = policyOfResource(grounds, action, resource);
  const owner = ownerOf({ resource }, { account: grounds.resourceOwner ?? principal.account, principal });
  // Without a policy of its own a resource counts as the principal's: what another account says of it nobody knows.
  const resourceAccount = policy && owner !== ofAws ? owner : principal.account;
  const free = isServiceLinked(principal);
  const controlled = !free && isControlled(action) && owner === principal.account;
  return {
    request: { principal, action, resource, resourceAccount, context: contextFor(grounds, action, resource, owner) },
    policy,
    organization: { scps: free ? undefined : scps, rcps: controlled ? rcps : undefined },
  };
}

/** Decides one action on one resource as a call would be decided; `about`: whether it can be about that at all. */
export function outcomeOf(grounds: Grounds, action: string, resource: string, about: boolean): Outcome {
  const { principal, identity, boundary, organized } = grounds;
  const { request, policy, organization } = pairOf(grounds, action, resource);
  const missing = (verdict: Verdict) => (verdict === 'implicitDeny' ? missingOf(grounds, request.context) : []);
  const { scps, rcps } = organization;
  const limits =
    scps || rcps
      ? evaluate({ ...request, resourceAccount: principal.account }, { identity: everything, scps, rcps })
      : undefined;
  const byOrganizations = organized ? limits?.effect !== 'Deny' : undefined;
  const denied = (verdict: Verdict, byBoundary: boolean | undefined): Outcome => ({
    verdict,
    matched: [],
    missing: missing(verdict),
    byBoundary,
    byOrganizations,
    details: undefined,
  });
  if (limits?.effect === 'Deny') return denied(verdictOf(limits), undefined);
  if (!about) return denied('implicitDeny', boundary && false);
  const verdict = verdictOf(evaluate(request, { identity, boundary, resource: policy, ...organization }));
  const atHome = request.resourceAccount === principal.account;
  if (verdict === 'implicitDeny' && atHome && !boundary) return denied(verdict, undefined);
  const layers = layersOf(request, grounds, policy);
  return {
    verdict,
    matched: matchedOf(verdict, layers),
    missing: missing(verdict),
    byBoundary: layers.boundary && layers.boundary.effect === 'Allow',
    byOrganizations,
    details: atHome ? undefined : detailsOf(layers),
  };
}
