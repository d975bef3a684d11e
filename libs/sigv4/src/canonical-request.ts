import { hash } from 'node:crypto';
import { ALGORITHM, type CredentialScope, scopeText } from './authentication.js';
import { lowerName } from './authentication-headers.js';
import { canonicalPath } from './path.js';
import { byteString } from './percent.js';
import { canonicalQuery, readQuery } from './query.js';
import type { RequestHead, SignedRequest } from './request.js';

/** Parameter names that are never part of a canonical query. */
export const SIGNATURE_PARAMETER: ReadonlySet<string> = new Set(['X-Amz-Signature']);

const EMPTY_BODY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * The canonical request: the text both sides derive from a request, and whose hash is signed.
 *
 * One byte per character, as in {@link RequestHead}. `X-Amz-Signature` is left out of the query.
 *
 * @param signedHeaders lower-case names, sorted, without repeats.
 * @returns the text, or `undefined` when the query has a malformed escape.
 * @example
 * ```ts
 * canonicalRequest({ method: 'GET', path: '/', query: '', headers: ['Host', 'a.example'], body }, ['host']);
 * // 'GET\n/\n\nhost:a.example\n\nhost\ne3b0c442…'
 * ```
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string | undefined {
  const parameters = readQuery(request.query);
  if (parameters === undefined) return undefined;
  const { values } = headerValues(request.headers, signedHeaders);
  const query = canonicalQuery(parameters, SIGNATURE_PARAMETER);
  return assembleCanonicalRequest(request, query, signedHeaders, values, bodyHash(request.body));
}

/**
 * The text that is signed with the derived key.
 *
 * @example
 * ```ts
 * stringToSign('20150830T123600Z', scope, canonical);
 * // 'AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n816cd5b4…'
 * ```
 */
export function stringToSign(timestamp: string, scope: CredentialScope, canonical: string): string {
  return `${ALGORITHM}\n${timestamp}\n${scopeText(scope)}\n${hashText(canonical)}`;
}

/** Lower-case hexadecimal SHA-256 of a body. */
export function bodyHash(body: Uint8Array): string {
  return body.length === 0 ? EMPTY_BODY_HASH : hash('sha256', body, 'hex');
}

export function assembleCanonicalRequest(
  { method, path }: RequestHead,
  query: string,
  signedHeaders: readonly string[],
  values: readonly (string | undefined)[],
  payload: string,
): string {
  let block = '';
  for (let i = 0; i < signedHeaders.length; i++) {
    // A name without a header gets no line: no client signs such a text, so the signature cannot match.
    if (values[i] !== undefined) block += `${signedHeaders[i]}:${values[i]}\n`;
  }
  return `${method}\n${canonicalPath(path)}\n${query}\n${block}\n${signedHeaders.join(';')}\n${payload}`;
}

/** The canonical values of the signed headers, in their order, and what else one pass over the headers tells. */
export interface HeaderValues {
  readonly values: readonly (string | undefined)[];
  /** The first `x-amz-*` header that is not signed. */
  readonly unsigned: string | undefined;
  /** The `x-amz-content-sha256` header. */
  readonly declaredHash: string | undefined;
}

const CONTENT_SHA256 = 'x-amz-content-sha256';

export function headerValues(headers: readonly string[], signedHeaders: readonly string[]): HeaderValues {
  const values: (string | undefined)[] = new Array(signedHeaders.length).fill(undefined);
  let unsigned: string | undefined;
  let declaredHash: string | undefined;
  let authority: string | undefined;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = lowerName(headers[i] as string);
    const value = headers[i + 1] as string;
    const index = signedHeaders.indexOf(name);
    if (index >= 0) {
      const before = values[index];
      values[index] = before === undefined ? trimmed(value) : `${before},${trimmed(value)}`;
    }
    if (name === ':authority') authority = trimmed(value);
    else if (name === CONTENT_SHA256) declaredHash = trimmed(value);
    else if (index < 0 && name.startsWith('x-amz-')) unsigned ??= name;
  }
  const host = signedHeaders.indexOf('host');
  // HTTP/2 requests name their host in `:authority`; signers still call it `host`.
  if (host >= 0) values[host] ??= authority;
  return { values, unsigned, declaredHash };
}

/** Without blanks at the ends, and with single spaces inside. */
function trimmed(value: string): string {
  const text = value.trim();
  let afterSpace = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > SPACE) afterSpace = false;
    else if (code === SPACE && !afterSpace) afterSpace = true;
    else return text.replace(/[ \t\n\v\f\r]+/g, ' ');
  }
  return text;
}

const SPACE = 0x20;

/** SHA-256 of a text with one byte per character; text beyond Latin-1 is taken as UTF-8. */
function hashText(text: string): string {
  const ascii = Buffer.byteLength(text) === text.length;
  return hash('sha256', ascii ? text : Buffer.from(byteString(text), 'latin1'), 'hex');
}
