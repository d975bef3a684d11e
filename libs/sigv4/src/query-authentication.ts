import { ALGORITHM } from './authentication.js';
import { unsupportedAlgorithm } from './authorization-header.js';
import { incomplete, type SignatureFault } from './fault.js';
import { type QueryParameter, textOf } from './query.js';

/** The longest life of a presigned request: seven days. */
export const LONGEST_EXPIRY_SECONDS = 604_800;

/** Parameters whose presence makes a request one that is signed in its query. */
const SIGNS = new Set(['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders']);
const REQUIRED = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-Date',
] as const;
export const SECURITY_TOKEN = 'X-Amz-Security-Token';
export const CONTENT_SHA256 = 'X-Amz-Content-Sha256';
const SINGLE: ReadonlySet<string> = new Set([...REQUIRED, 'X-Amz-Expires', SECURITY_TOKEN, CONTENT_SHA256]);

/** The authentication parameters of a query by name, as text. */
export interface QueryAuthentication {
  readonly values: ReadonlyMap<string, string>;
  /** Whether the query claims to carry a signature. */
  readonly signs: boolean;
  /** Whether it carries a Signature Version 2 one. */
  readonly version2: boolean;
  readonly repeated?: string;
}

export function readQueryAuthentication(parameters: readonly QueryParameter[]): QueryAuthentication {
  const values = new Map<string, string>();
  let repeated: string | undefined;
  let signs = false;
  let version2 = false;
  for (const parameter of parameters) {
    const { name } = parameter;
    if (name === 'AWSAccessKeyId') version2 = true;
    if (!SINGLE.has(name)) continue;
    if (values.has(name)) repeated ??= name;
    else values.set(name, textOf(parameter));
    signs ||= SIGNS.has(name);
  }
  return { values, signs, version2, ...(repeated !== undefined && { repeated }) };
}

/** What is wrong with the parameters as a set, before any one is read. */
export function queryFault(values: ReadonlyMap<string, string>): SignatureFault | undefined {
  const missing = REQUIRED.filter((name) => !values.get(name));
  if (missing.length > 0) {
    const names = missing.map((name) => `'${name}'`).join(', ');
    return incomplete(`AWS query-string parameters must include ${names}. Re-examine the query-string parameters.`);
  }
  return values.get('X-Amz-Algorithm') === ALGORITHM ? undefined : unsupportedAlgorithm();
}

/** `X-Amz-Expires` as seconds; `undefined` when absent. Wording after S3, the only service that documents limits. */
export function readExpiry(values: ReadonlyMap<string, string>): number | SignatureFault | undefined {
  const text = values.get('X-Amz-Expires');
  if (text === undefined) return undefined;
  if (/^-\d+$/.test(text)) return incomplete('X-Amz-Expires must be non-negative');
  if (!/^\d+$/.test(text)) return incomplete('X-Amz-Expires should be a number');
  const seconds = Number(text);
  if (seconds > LONGEST_EXPIRY_SECONDS) {
    return incomplete(
      'X-Amz-Expires must be less than a week (in seconds); ' +
        `that is, the given X-Amz-Expires must be less than ${LONGEST_EXPIRY_SECONDS} seconds`,
    );
  }
  return seconds >= 1 ? seconds : incomplete('X-Amz-Expires must be at least 1 second');
}
