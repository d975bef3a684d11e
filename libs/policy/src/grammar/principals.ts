import { isAccountId, parseArn } from '../arn.js';
import type { PolicyKind, PrincipalElement, PrincipalNaming } from '../document.js';
import { isAlphanumeric } from './actions.js';
import { refuse } from './fault.js';

type Check = (text: string) => boolean;

/** `iam` and `sts` resources that can be principals; a group never is (requirements-4 PRI-1). */
const NAMED: readonly string[] = ['user/', 'role/', 'assumed-role/', 'federated-user/'];

const CHECKS: Readonly<Record<PrincipalNaming, Check>> = {
  AWS: (text) => text === '*' || isAccountId(text) || isUniqueId(text) || isPrincipalArn(text),
  Service: isName,
  Federated: isName,
  CanonicalUser: isName,
};

/** Whether each name could be a principal; whether it exists is the caller's to know (requirements-4 PRI-3). */
export function checkPrincipals({ names }: PrincipalElement, kind: PolicyKind): void {
  for (const { naming, text, position } of names) {
    const known = naming !== 'CanonicalUser' || kind === 'resource';
    if (!known || !CHECKS[naming](text)) refuse(invalidPrincipalText(naming, text), position);
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

function isPrincipalArn(text: string): boolean {
  const arn = parseArn(text);
  if (arn === undefined || isWild(text) || !isAccountId(arn.account) || arn.region !== '') return false;
  if (arn.service === 'iam' && arn.resource === 'root') return true;
  const named = NAMED.find((start) => arn.resource.startsWith(start));
  return named !== undefined && (arn.service === 'iam' || arn.service === 'sts') && arn.resource.length > named.length;
}

function isWild(text: string): boolean {
  return text.includes('*') || text.includes('?');
}
