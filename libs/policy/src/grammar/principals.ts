import { isAccountId, parseArn } from '../arn.js';
import type { PolicyKind, PrincipalElement, PrincipalNaming } from '../document.js';
import { isAlphanumeric } from './actions.js';
import { refuse } from './fault.js';

type Check = (text: string, partition: string) => boolean;

/**
 * What can be a principal, by service; a group never is (requirements-4 PRI-1, PRI-11, PRI-13). Any other text would name
 * nobody, and a Deny with it would never hold.
 */
const NAMED: ReadonlyMap<string, (resource: string) => boolean> = new Map([
  ['iam', (resource) => resource === 'root' || isOne('user', resource) || isOne('role', resource)],
  ['sts', (resource) => isSession(resource) || isOne('federated-user', resource)],
]);

const CHECKS: Readonly<Record<PrincipalNaming, Check>> = {
  AWS: (text, partition) => text === '*' || isAccountId(text) || isUniqueId(text) || isPrincipalArn(text, partition),
  Service: isName,
  Federated: isName,
  CanonicalUser: isName,
};

/** Whether each name could be a principal; whether it exists is the caller's to know (requirements-4 PRI-3). */
export function checkPrincipals({ names }: PrincipalElement, kind: PolicyKind, partition: string): void {
  for (const { naming, text, position } of names) {
    const known = naming !== 'CanonicalUser' || kind === 'resource';
    if (!known || !CHECKS[naming](text, partition)) refuse(invalidPrincipalText(naming, text), position);
  }
}

/**
 * AWS's text for a principal that is malformed or does not exist.
 *
 * @example
 * invalidPrincipalText('AWS', 'arn:aws:iam::111122223333:user/gone');
 * // Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/gone"
 */
export function invalidPrincipalText(naming: PrincipalNaming, text: string): string {
  return `Invalid principal in policy: "${naming.toUpperCase()}":"${text}"`;
}

function isName(text: string): boolean {
  return text !== '' && !isWild(text);
}

/** Unknown prefixes are fine (requirements-4 UID-5): capital letters and digits, 16 to 128 of them. */
function isUniqueId(text: string): boolean {
  if (text.length < 16 || text.length > 128) return false;
  return isAlphanumeric(text) && text === text.toUpperCase();
}

function isPrincipalArn(text: string, partition: string): boolean {
  const arn = parseArn(text);
  if (arn?.partition !== partition || isWild(text) || !isAccountId(arn.account) || arn.region !== '') return false;
  return NAMED.get(arn.service)?.(arn.resource) ?? false;
}

/** A kind, a path or none, and a name. */
function isOne(kind: string, resource: string): boolean {
  return resource.startsWith(`${kind}/`) && resource.length > kind.length + 1 && !resource.endsWith('/');
}

/** The role without its path, and the session. */
function isSession(resource: string): boolean {
  const [kind, role, session, ...more] = resource.split('/', 4);
  return kind === 'assumed-role' && !!role && !!session && more.length === 0;
}

function isWild(text: string): boolean {
  return text.includes('*') || text.includes('?');
}
