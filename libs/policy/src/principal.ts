import { accountNamed } from './arn.js';
import type { PrincipalElement } from './document.js';

/**
 * Who asks. `account` and the ARNs are the caller's own; a role session names its role as well, a federated session
 * the user who federated.
 *
 * @example
 * const alice: Principal = {
 *   type: 'User',
 *   account: '111122223333',
 *   arn: 'arn:aws:iam::111122223333:user/alice',
 *   userId: 'AIDAEXAMPLEALICE',
 *   userName: 'alice',
 * };
 */
export type Principal =
  | { readonly type: 'Root'; readonly account: string; readonly arn: string; readonly partition?: string }
  | {
      readonly type: 'User';
      readonly account: string;
      readonly arn: string;
      readonly userId: string;
      readonly userName: string;
    }
  | {
      readonly type: 'AssumedRole';
      readonly account: string;
      /** The session's ARN, `arn:aws:sts::…:assumed-role/ROLE/SESSION`. */
      readonly arn: string;
      readonly roleArn: string;
      readonly roleId: string;
      readonly sessionName: string;
    }
  | {
      readonly type: 'FederatedUser';
      readonly account: string;
      /** The session's ARN, `arn:aws:sts::…:federated-user/NAME`. */
      readonly arn: string;
      /** The user, or the root user, who called GetFederationToken. */
      readonly userArn: string;
      readonly userId: string;
      readonly name: string;
    }
  | { readonly type: 'Service'; readonly names: readonly string[] }
  | { readonly type: 'Federated'; readonly provider: string }
  | { readonly type: 'Anonymous' };

/**
 * The principals that bring policies of their own into a decision; for the others only the resource's policy counts.
 *
 * @example
 * const root: AccountPrincipal = { type: 'Root', account: '111122223333', arn: 'arn:aws:iam::111122223333:root' };
 */
export type AccountPrincipal = Extract<Principal, { readonly account: string }>;

export function hasAccount(principal: Principal): principal is AccountPrincipal {
  return 'account' in principal;
}

/** Whether the rights at the bottom of the chain are those of an account's root user. */
export function standsOnRoot(principal: AccountPrincipal): boolean {
  if (principal.type === 'Root') return true;
  return principal.type === 'FederatedUser' && accountNamed(principal.userArn) === principal.account;
}

/** How closely a policy names a principal; flags, since one policy may name it in several ways. */
export const HIT = {
  none: 0,
  /** By its account: the account may delegate, its own policies still have to allow. */
  account: 1,
  /** By the role behind a role session, or the user behind a federated session. */
  origin: 2,
  /** By the very thing that calls: user, session, service, provider. */
  exact: 4,
  /** By `*`. */
  everyone: 8,
} as const;

/** Being named itself, or as part of everyone, frees a principal of what its own policies merely leave out. */
export const FREEING = HIT.exact | HIT.everyone;

/** A `Principal` or `NotPrincipal` element, sorted for look-up. */
export interface PrincipalMatcher {
  readonly negated: boolean;
  readonly everyone: boolean;
  readonly accounts: ReadonlySet<string>;
  /** ARNs and unique ids of users, roles and sessions. */
  readonly identities: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly providers: ReadonlySet<string>;
}

export function compilePrincipal(element: PrincipalElement): PrincipalMatcher {
  const accounts = new Set<string>();
  const identities = new Set<string>();
  const services = new Set<string>();
  const providers = new Set<string>();
  let everyone = false;
  for (const { naming, text } of element.names) {
    if (naming === 'Service') services.add(text);
    else if (naming === 'Federated') providers.add(text);
    else if (naming === 'AWS' && text === '*') everyone = true;
    else if (naming === 'AWS') {
      const account = accountNamed(text);
      if (account === undefined) identities.add(text);
      else accounts.add(account);
    }
  }
  return { negated: element.negated, everyone, accounts, identities, services, providers };
}

/** In which ways the element names the principal (requirements-4 8.3, `principalForms`). */
export function hitOf(matcher: PrincipalMatcher, principal: Principal): number {
  if (matcher.negated) return exempts(matcher, principal) ? HIT.none : HIT.exact;
  let hit: number = matcher.everyone ? HIT.everyone : HIT.none;
  switch (principal.type) {
    case 'Anonymous':
      return hit;
    case 'Service':
      return principal.names.some((name) => matcher.services.has(name)) ? hit | HIT.exact : hit;
    case 'Federated':
      return matcher.providers.has(principal.provider) ? hit | HIT.exact : hit;
    default:
      if (matcher.accounts.has(principal.account)) hit |= HIT.account;
      if (namesItself(matcher, principal)) hit |= HIT.exact;
      if (namesOrigin(matcher, principal)) hit |= HIT.origin;
      return hit;
  }
}

function namesItself({ identities }: PrincipalMatcher, principal: AccountPrincipal): boolean {
  if (identities.size === 0) return false;
  return identities.has(principal.arn) || (principal.type === 'User' && identities.has(principal.userId));
}

function namesOrigin({ identities }: PrincipalMatcher, principal: AccountPrincipal): boolean {
  if (identities.size === 0) return false;
  if (principal.type === 'AssumedRole') return identities.has(principal.roleArn) || identities.has(principal.roleId);
  if (principal.type === 'FederatedUser') return identities.has(principal.userArn) || identities.has(principal.userId);
  return false;
}

/**
 * Whether `NotPrincipal` lists the whole chain of a principal: session, role or user, and account. A level left out
 * is itself denied (requirements-4 NPR-4, strict reading).
 */
function exempts(matcher: PrincipalMatcher, principal: Principal): boolean {
  if (matcher.everyone) return true;
  switch (principal.type) {
    case 'Anonymous':
      return false;
    case 'Service':
      return principal.names.some((name) => matcher.services.has(name));
    case 'Federated':
      return matcher.providers.has(principal.provider);
    case 'Root':
      return matcher.accounts.has(principal.account);
    case 'User':
      return matcher.accounts.has(principal.account) && namesItself(matcher, principal);
    default:
      return (
        matcher.accounts.has(principal.account) && namesItself(matcher, principal) && originListed(matcher, principal)
      );
  }
}

function originListed(matcher: PrincipalMatcher, principal: AccountPrincipal): boolean {
  // The root user behind a federated session is named by its account, which is asked for anyway.
  return standsOnRoot(principal) || namesOrigin(matcher, principal);
}
