import { belongsElsewhere, resourceOffset } from './arn.js';

/**
 * Whether a resource belongs to an account. Where nobody says whose it is and its ARN names no account, or the `aws` of
 * managed policies, it counts as the principal's.
 */
export function isAtHome(
  account: string,
  resource: string,
  resourceAccount: string | undefined,
  offset = resourceOffset(resource),
): boolean {
  return resourceAccount === undefined ? !belongsElsewhere(resource, offset, account) : resourceAccount === account;
}
