import { createHmac } from 'node:crypto';
import { ALGORITHM, type CredentialScope, scopeText, TERMINATOR } from './authentication.js';
import { canonicalRequest, stringToSign } from './canonical-request.js';
import { encodeComponent } from './percent.js';
import { LONGEST_EXPIRY_SECONDS, SECURITY_TOKEN } from './query-authentication.js';
import { flatHeaders, type SignedRequest } from './request.js';
import { deriveSigningKey } from './signing-key.js';
import { timestampOf } from './timestamp.js';

/** What a request is signed with. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** For whom and when a request is signed. */
export interface SigningScope {
  readonly region: string;
  readonly service: string;
  readonly now: Date | number;
}

/** Headers that proxies and HTTP clients change on the way; AWS's signers leave them unsigned. */
const NEVER_SIGNED: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-amzn-trace-id',
]);

/**
 * Signs a request in its headers. All headers of the request are signed but those that change on the way.
 *
 * @param request as it will be sent, with its `Host` header, without `Authorization` and `X-Amz-Date`.
 * @returns the headers to add.
 * @throws TypeError when the request has no host, is signed already, or has a malformed query.
 * @example
 * ```ts
 * const added = signRequest(request, { accessKeyId, secretAccessKey }, { region: 'us-east-1', service: 'iam', now });
 * await fetch(url, { method: 'POST', headers: { ...headers, ...added }, body });
 * ```
 */
export function signRequest(
  request: SignedRequest,
  credentials: SigningCredentials,
  scope: SigningScope,
): Record<string, string> {
  const timestamp = timestampOf(scope.now);
  const added: Record<string, string> = { 'X-Amz-Date': timestamp };
  if (credentials.sessionToken !== undefined) added['X-Amz-Security-Token'] = credentials.sessionToken;
  const names = headerNames(request);
  for (const name of ['authorization', ...Object.keys(added)]) {
    if (names.has(name.toLowerCase())) throw new TypeError(`request already has a header \`${name}\``);
  }
  const headers = [...request.headers, ...flatHeaders(Object.entries(added))];
  const { credential, signedHeaders, signature } = sign({ ...request, headers }, credentials, scope, timestamp);
  added['Authorization'] =
    `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return added;
}

/**
 * Signs a request in its query, so that the URL alone carries it.
 *
 * @param request as it will be sent; its headers, at least `Host`, have to be sent along unchanged.
 * @returns the whole query to send: the one of the request and the parameters of the signature.
 * @throws TypeError when the request has no host, is signed already, has a malformed query, or the life is not a whole
 *   number of seconds from 1 to 604800.
 * @example
 * ```ts
 * const query = presignRequest(request, credentials, { region: 'us-east-1', service: 'sts', now, expiresIn: 60 });
 * const url = `https://sts.amazonaws.com/?${query}`;
 * ```
 */
export function presignRequest(
  request: SignedRequest,
  credentials: SigningCredentials,
  scope: SigningScope & { readonly expiresIn: number },
): string {
  const { expiresIn } = scope;
  if (!Number.isInteger(expiresIn) || expiresIn < 1 || expiresIn > LONGEST_EXPIRY_SECONDS) {
    throw new TypeError(`expiresIn must be a whole number from 1 to ${LONGEST_EXPIRY_SECONDS}: \`${expiresIn}\``);
  }
  const timestamp = timestampOf(scope.now);
  const parameters: [name: string, value: string][] = [
    ['X-Amz-Algorithm', ALGORITHM],
    ['X-Amz-Credential', `${credentials.accessKeyId}/${scopeText(scopeOf(scope, timestamp))}`],
    ['X-Amz-Date', timestamp],
    ['X-Amz-Expires', String(expiresIn)],
    ['X-Amz-SignedHeaders', signedNames(request).join(';')],
  ];
  if (credentials.sessionToken !== undefined) parameters.push([SECURITY_TOKEN, credentials.sessionToken]);
  const added = parameters.map(([name, value]) => `${name}=${encodeComponent(value)}`).join('&');
  const query = request.query === '' ? added : `${request.query}&${added}`;
  return `${query}&X-Amz-Signature=${sign({ ...request, query }, credentials, scope, timestamp).signature}`;
}

function sign(request: SignedRequest, credentials: SigningCredentials, target: SigningScope, timestamp: string) {
  const scope = scopeOf(target, timestamp);
  const signedHeaders = signedNames(request);
  if (!signedHeaders.includes('host')) throw new TypeError('request has no `Host` header');
  const canonical = canonicalRequest(request, signedHeaders);
  if (canonical === undefined) throw new TypeError('query string has a malformed percent escape');
  const key = deriveSigningKey(credentials.secretAccessKey, scope);
  const signature = createHmac('sha256', key)
    .update(stringToSign(timestamp, scope, canonical))
    .digest('hex');
  return { credential: `${credentials.accessKeyId}/${scopeText(scope)}`, signedHeaders, signature };
}

function scopeOf({ region, service }: SigningScope, timestamp: string): CredentialScope {
  return { date: timestamp.slice(0, 8), region, service, terminator: TERMINATOR };
}

function signedNames(request: SignedRequest): string[] {
  return [...headerNames(request)].filter((name) => !NEVER_SIGNED.has(name)).sort();
}

function headerNames({ headers }: SignedRequest): Set<string> {
  return new Set(headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
}
