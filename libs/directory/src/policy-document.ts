import type { Call } from '@muniment/kernel';
import { type PolicyKind, policySize, readPolicy } from '@muniment/policy';
import { type Quota, quotas } from './quotas.js';

/** Refuses a document that the policy grammar refuses, with the grammar's own text. */
export function checkDocument(document: string, kind: PolicyKind, call: Call): void {
  const read = readPolicy(document, kind, { partition: call.partition });
  if (!read.ok) call.fault('MalformedPolicyDocument' as never, read.error.message);
}

/** Inline policies of one row are measured together, white space not counted (requirements-4 section 2.2, LIM-10). */
export const checkInline =
  (noun: 'user' | 'group' | 'role', quota: Quota) =>
  (document: string, others: readonly string[], call: Call): void => {
    checkDocument(document, 'identity', call);
    const size = [document, ...others].reduce((sum, text) => sum + policySize(text), 0);
    if (size > quotas[quota]) {
      call.fault(
        'LimitExceeded' as never,
        `Maximum policy size of ${quotas[quota]} bytes exceeded for ${noun} inline policies`,
      );
    }
  };
