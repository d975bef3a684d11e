/**
 * A second evaluator, plain and slow, written from requirements-4 sections 5 to 9 and rulings 20 to 40 to be checked by
 * reading. It takes policies as JSON texts and shares no code with the engine, which it is compared with.
 */
import type { AuthorizationRequest } from '../evaluate.js';
import type { Principal } from '../principal.js';
import { conditionHolds, valueOfKey, variableText } from './reference-conditions.testing.js';
import { actionFits, resourceFits } from './reference-patterns.testing.js';
import { isOfRoot, namingsOf, spares, type Naming, type WrittenPrincipal } from './reference-principals.testing.js';
import { arnOf } from './reference-values.testing.js';

/** The parts that policies play. */
export type PlainType = 'identity' | 'boundary' | 'session' | 'resource' | 'trust' | 'scp' | 'rcp';

export interface PolicyInText {
  readonly id: string;
  readonly type: PlainType;
  readonly text: string;
}

/** As `PolicySet`, in texts. */
export interface PoliciesInText {
  readonly identity: readonly PolicyInText[];
  readonly boundary?: PolicyInText | undefined;
  readonly session?: readonly PolicyInText[] | undefined;
  readonly resource?: PolicyInText | undefined;
  readonly scps?: readonly (readonly PolicyInText[])[] | undefined;
  readonly rcps?: readonly (readonly PolicyInText[])[] | undefined;
}

/** As `Decision`; statements are `policy#index`. */
export interface PlainDecision {
  readonly effect: 'Allow' | 'Deny';
  readonly explicit: boolean;
  readonly by: PlainType | undefined;
  readonly statements: ReadonlySet<string>;
}

type Many<Value> = Value | readonly Value[];

interface WrittenStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: WrittenPrincipal;
  readonly NotPrincipal?: WrittenPrincipal;
  readonly Action?: Many<string>;
  readonly NotAction?: Many<string>;
  readonly Resource?: Many<string>;
  readonly NotResource?: Many<string>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Many<string | number | boolean>>>>>;
}

interface WrittenPolicy {
  readonly Version?: string;
  readonly Statement: Many<WrittenStatement>;
}

/** A statement that matched, and how it named the principal. */
interface Match {
  readonly name: string;
  readonly effect: 'Allow' | 'Deny';
  readonly namings: ReadonlySet<Naming>;
}

function listOf<Value>(value: Many<Value> | undefined): readonly Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Value[]) : [value as Value];
}

const known = new WeakMap<PolicyInText, WrittenPolicy>();

/** Tests ask the same policies about many requests. */
function parsed(policy: PolicyInText): WrittenPolicy {
  const written = known.get(policy) ?? (JSON.parse(policy.text) as WrittenPolicy);
  known.set(policy, written);
  return written;
}

/** 8.3: principal and action and resource and all conditions. */
function matchesOf(request: AuthorizationRequest, policy: PolicyInText | undefined): readonly Match[] {
  if (policy === undefined) return [];
  const written = parsed(policy);
  const variables = written.Version === '2012-10-17';
  const matches: Match[] = [];
  for (const [index, statement] of listOf(written.Statement).entries()) {
    const namings = namingsIn(statement, request.principal);
    const all =
      namings !== undefined &&
      actionMatches(statement, request.action) &&
      resourceMatches(statement, request, variables) &&
      conditionsHold(statement, request, variables);
    if (all) matches.push({ name: `${policy.id}#${index}`, effect: statement.Effect, namings });
  }
  return matches;
}

const NOBODY_IN_PARTICULAR: ReadonlySet<Naming> = new Set();

/** How the statement names the principal; undefined when it is not for them. */
function namingsIn(
  { Principal: named, NotPrincipal: spared }: WrittenStatement,
  principal: Principal,
): ReadonlySet<Naming> | undefined {
  if (spared !== undefined) return spares(spared, principal) ? undefined : NOBODY_IN_PARTICULAR;
  // Policies of identities, boundaries, sessions and organizations name nobody (GRM-10).
  if (named === undefined) return NOBODY_IN_PARTICULAR;
  const namings = namingsOf(named, principal);
  return namings.size === 0 ? undefined : namings;
}

/** ACT-1 to ACT-6. */
function actionMatches({ Action: ones, NotAction: others }: WrittenStatement, action: string): boolean {
  if (others !== undefined) return !listOf(others).some((other) => actionFits(other, action));
  return listOf(ones).some((one) => actionFits(one, action));
}

/** RES-1 to RES-6; a statement without a resource is about the one that its policy is attached to (GRM-11). */
function resourceMatches(statement: WrittenStatement, request: AuthorizationRequest, variables: boolean): boolean {
  const { Resource: ones, NotResource: others } = statement;
  const lookUp = (key: string): string | undefined => variableText(valueOfKey(key, request.context, request.principal));
  const covered = (written: string): boolean => resourceFits(written, request.resource, variables, lookUp);
  if (others !== undefined) return !listOf(others).some(covered);
  return ones === undefined || listOf(ones).some(covered);
}

/** All operators and all keys (CND-1). */
function conditionsHold(
  { Condition: block = {} }: WrittenStatement,
  request: AuthorizationRequest,
  variables: boolean,
): boolean {
  return Object.entries(block).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      const entry = { operator, key, values: listOf(values).map(String) };
      return conditionHolds(entry, variables, request.context, request.principal);
    }),
  );
}

/** Every statement that matched, by type; the order is the one in which a denier is named (8.1, step 1). */
interface Found {
  readonly rcp: readonly (readonly Match[])[];
  readonly scp: readonly (readonly Match[])[];
  readonly resource: readonly Match[];
  readonly identity: readonly Match[];
  readonly boundary: readonly Match[];
  readonly session: readonly Match[];
}

const allowing = (matches: readonly Match[]): readonly Match[] => matches.filter(({ effect }) => effect === 'Allow');
const denying = (matches: readonly Match[]): readonly Match[] => matches.filter(({ effect }) => effect === 'Deny');
const names = (...groups: readonly (readonly Match[])[]): ReadonlySet<string> =>
  new Set(groups.flat().map(({ name }) => name));

const NONE: ReadonlySet<string> = new Set();
const implicitly = (by: PlainType | undefined): PlainDecision => ({
  effect: 'Deny',
  explicit: false,
  by,
  statements: NONE,
});
/** An organization that leaves something out denies it explicitly (8.1, step 2). */
const leftOut = (by: 'scp' | 'rcp'): PlainDecision => ({ effect: 'Deny', explicit: true, by, statements: NONE });
const allow = (statements: ReadonlySet<string>): PlainDecision => ({
  effect: 'Allow',
  explicit: false,
  by: undefined,
  statements,
});

/** `decide` of 8.1. */
export function plainly(request: AuthorizationRequest, policies: PoliciesInText): PlainDecision {
  const { principal } = request;
  const asked = arnOf(request.resource);
  // Neither everything nor an ARN: there is no such resource.
  if (asked === undefined && request.resource !== '*') return implicitly(undefined);
  const matches = (policy: PolicyInText): readonly Match[] => matchesOf(request, policy);
  const account = 'account' in principal ? principal.account : undefined;
  const found: Found = {
    rcp: (policies.rcps ?? []).map((level) => level.flatMap(matches)),
    scp: account === undefined ? [] : (policies.scps ?? []).map((level) => level.flatMap(matches)),
    resource: matchesOf(request, policies.resource),
    identity: account === undefined ? [] : policies.identity.flatMap(matches),
    boundary: account === undefined ? [] : matchesOf(request, policies.boundary),
    session: account === undefined ? [] : (policies.session ?? []).flatMap(matches),
  };
  const denied = explicitly(found, policies);
  if (denied !== undefined) return denied;
  if (found.scp.some((level) => allowing(level).length === 0)) return leftOut('scp');
  if (found.rcp.some((level) => allowing(level).length === 0)) return leftOut('rcp');
  const own = policies.resource?.type ?? 'resource';
  if (account === undefined) return byResourceAlone(found, own);
  const owner = request.resourceAccount ?? ownerIn(asked?.[4]) ?? account;
  return owner === account ? sameAccount(found, request, policies) : acrossAccounts(found, request, policies);
}

/** Some ARNs name no account, and that of managed policies is `aws`: the owner is then taken to be who asks (ARN-5). */
function ownerIn(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9]{12}$/.test(text) ? text : undefined;
}

/** Step 1, everywhere. */
function explicitly(found: Found, policies: PoliciesInText): PlainDecision | undefined {
  const types: readonly (readonly [PlainType, readonly Match[]])[] = [
    ['scp', found.scp.flat()],
    ['rcp', found.rcp.flat()],
    [policies.resource?.type ?? 'resource', found.resource],
    ['identity', found.identity],
    ['boundary', found.boundary],
    ['session', found.session],
  ];
  const first = types.find(([, matches]) => denying(matches).length > 0);
  return first && { effect: 'Deny', explicit: true, by: first[0], statements: names(denying(first[1])) };
}

/** Services, web identities and anonymous callers have no policies of their own. */
function byResourceAlone(found: Found, own: PlainType): PlainDecision {
  const granted = allowing(found.resource);
  return granted.length === 0 ? implicitly(own) : allow(names(allowing(found.rcp.flat()), granted));
}

/** Steps 3 to 6. */
function sameAccount(found: Found, { principal }: AuthorizationRequest, policies: PoliciesInText): PlainDecision {
  const granted = allowing(found.resource);
  const hit = new Set(granted.flatMap(({ namings }) => [...namings]));
  if (policies.resource?.type === 'trust' && granted.length === 0) return implicitly('trust');
  if (principal.type === 'Root' || hit.has('itself') || hit.has('everyone'))
    return allow(names(allowing(found.rcp.flat()), allowing(found.scp.flat()), granted));
  return missing(found, principal, policies, hit.has('origin')) ?? allow(everything(found));
}

/** `trusted` and `trusting`: the principal's side and the resource's side both have to allow. */
function acrossAccounts(found: Found, { principal }: AuthorizationRequest, policies: PoliciesInText): PlainDecision {
  const lacking = missing(found, principal, policies, false);
  if (lacking !== undefined) return lacking;
  return allowing(found.resource).length === 0
    ? implicitly(policies.resource?.type ?? 'resource')
    : allow(everything(found));
}

/** Steps 4 to 6; `granted` stands for the identity policies' Allow. */
function missing(
  found: Found,
  principal: Principal,
  policies: PoliciesInText,
  granted: boolean,
): PlainDecision | undefined {
  const root = principal.type === 'Root' || isOfRoot(principal);
  if (!granted && !root && allowing(found.identity).length === 0) return implicitly('identity');
  if (policies.boundary !== undefined && allowing(found.boundary).length === 0) return implicitly('boundary');
  const hasSession = policies.session !== undefined && policies.session.length > 0;
  const needed = hasSession || principal.type === 'FederatedUser';
  return needed && allowing(found.session).length === 0 ? implicitly('session') : undefined;
}

function everything(found: Found): ReadonlySet<string> {
  const { rcp, scp, resource, identity, boundary, session } = found;
  return names(...[rcp.flat(), scp.flat(), resource, identity, boundary, session].map(allowing));
}
