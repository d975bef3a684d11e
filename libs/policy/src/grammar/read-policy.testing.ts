import type { PolicyKind } from '../document.js';
import { readPolicy, type ReadPolicyOptions } from './read-policy.js';

/** A statement of an identity policy with all that it has to have. */
export const BASE = { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::bucket' };

/** `undefined` when the document is accepted. */
export function message(
  document: unknown,
  kind: PolicyKind = 'identity',
  options: ReadPolicyOptions = {},
): string | undefined {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const reading = readPolicy(text, kind, options);
  return reading.ok ? undefined : reading.error.message;
}

/** The same of a document with this statement. */
export function ofStatement(
  statement: unknown,
  kind: PolicyKind = 'identity',
  options: ReadPolicyOptions = {},
): string | undefined {
  return message({ Version: '2012-10-17', Statement: statement }, kind, options);
}
