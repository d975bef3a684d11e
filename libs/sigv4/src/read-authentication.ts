import type { Authentication } from './authentication.js';
import { type AuthenticationHeaders, authenticationHeaders } from './authentication-headers.js';
import { readAuthorization, unsupportedAlgorithm } from './authorization-header.js';
import {
  credentialFault,
  readCredential,
  readSignedHeaders,
  signedHeadersFault,
  timestampFault,
} from './credential.js';
import { fault, incomplete, type SignatureFault } from './fault.js';
import { readQuery } from './query.js';
import {
  queryFault,
  type QueryAuthentication,
  readExpiry,
  readQueryAuthentication,
  SECURITY_TOKEN,
} from './query-authentication.js';
import type { RequestHead } from './request.js';
import { readHttpDate, readTimestamp, timestampOf } from './timestamp.js';

/** What {@link readAuthentication} finds. */
export type ReadAuthentication =
  | { readonly ok: true; readonly authentication: Authentication }
  | { readonly ok: false; readonly fault: SignatureFault };

/**
 * Reads who signed a request and how, from its head alone. Nothing is verified: follow with {@link checkScopeAndTime},
 * the look-up of the key, and {@link verifySignature}.
 *
 * A request carries its signature in one place, the `Authorization` header or the query; both together are refused, and
 * so is any repeat of a header or parameter that takes part in authentication.
 *
 * @returns the authentication, or one of the faults `MissingAuthenticationToken` (no signature at all),
 *   `IncompleteSignature` (malformed, ambiguous, or a scheme other than `AWS4-HMAC-SHA256`), `MalformedQueryString`.
 * @example
 * ```ts
 * const read = readAuthentication({ method: 'POST', path: '/', query: '', headers: incoming.rawHeaders });
 * if (!read.ok) return refuse(read.fault);
 * read.authentication.accessKeyId; // 'AKIAIOSFODNN7EXAMPLE'
 * ```
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
 */
export function readAuthentication(request: RequestHead): ReadAuthentication {
  const found = read(request);
  return 'code' in found ? { ok: false, fault: found } : { ok: true, authentication: found };
}

function read(request: RequestHead): Authentication | SignatureFault {
  const headers = authenticationHeaders(request.headers);
  const parameters = readQuery(request.query);
  if (parameters === undefined) return malformedQuery();
  const query = parameters.length > 0 ? readQueryAuthentication(parameters) : NO_QUERY;
  if (headers.authorization === undefined && !query.signs) {
    return query.version2 ? unsupportedAlgorithm() : missing();
  }
  const ambiguity = findAmbiguity(headers, query);
  if (ambiguity) return incomplete(ambiguity);
  return headers.authorization === undefined
    ? fromQuery(headers, query.values)
    : fromHeader(headers.authorization, headers, query.values);
}

/** The fault of a query whose escapes cannot be read. */
export function malformedQuery(): SignatureFault {
  return fault('MalformedQueryString', 'query string has a malformed percent escape');
}

const NO_QUERY: QueryAuthentication = { values: new Map(), signs: false, version2: false };

function missing(): SignatureFault {
  return fault('MissingAuthenticationToken', 'Request is missing Authentication Token');
}

function findAmbiguity(headers: AuthenticationHeaders, query: QueryAuthentication): string | undefined {
  if (headers.authorization !== undefined && query.signs) {
    return (
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter ' +
      'or the Authorization header should be specified'
    );
  }
  if (headers.repeated !== undefined) return `header \`${headers.repeated}\` is given more than once`;
  if (query.repeated !== undefined) return `query parameter \`${query.repeated}\` is given more than once`;
  if (headers.securityToken !== undefined && query.values.has(SECURITY_TOKEN)) {
    return `\`${SECURITY_TOKEN}\` is given both as a header and as a query parameter`;
  }
  return undefined;
}

function fromHeader(authorization: string, headers: AuthenticationHeaders, query: ReadonlyMap<string, string>) {
  const dated = headers.amzDate ?? headers.date;
  const parts = readAuthorization(authorization, dated !== undefined);
  if ('code' in parts) return parts;
  const moment = readMoment(headers.amzDate, headers.date);
  if (!moment) return timestampFault(dated ?? '');
  return compose('header', parts, moment, headers.securityToken ?? query.get(SECURITY_TOKEN));
}

function fromQuery(headers: AuthenticationHeaders, values: ReadonlyMap<string, string>) {
  const wrong = queryFault(values);
  if (wrong) return wrong;
  const value = (name: string): string => values.get(name) ?? '';
  const expiresIn = readExpiry(values);
  if (typeof expiresIn === 'object') return expiresIn;
  const moment = readMoment(values.get('X-Amz-Date'), undefined);
  if (!moment) return timestampFault(value('X-Amz-Date'));
  const parts = {
    credential: value('X-Amz-Credential'),
    signedHeaders: value('X-Amz-SignedHeaders'),
    signature: value('X-Amz-Signature'),
  };
  return compose('query', parts, moment, headers.securityToken ?? values.get(SECURITY_TOKEN), expiresIn);
}

/** `X-Amz-Date` wins over `Date`, even when it cannot be read; only `Date` may be an HTTP date. */
function readMoment(amzDate: string | undefined, date: string | undefined) {
  const timestamp = amzDate ?? date;
  if (timestamp === undefined) return undefined;
  const time = readTimestamp(timestamp);
  if (time !== undefined) return { timestamp, time };
  const httpTime = amzDate === undefined ? readHttpDate(timestamp) : undefined;
  return httpTime === undefined ? undefined : { timestamp: timestampOf(httpTime), time: httpTime };
}

function compose(
  placement: Authentication['placement'],
  parts: { credential: string; signedHeaders: string; signature: string },
  { timestamp, time }: { timestamp: string; time: number },
  sessionToken: string | undefined,
  expiresIn?: number,
): Authentication | SignatureFault {
  const credential = readCredential(parts.credential);
  if (!credential) return credentialFault(parts.credential);
  const signedHeaders = readSignedHeaders(parts.signedHeaders);
  if (!signedHeaders) return signedHeadersFault(parts.signedHeaders);
  const { accessKeyId, scope } = credential;
  const { signature } = parts;
  return { placement, accessKeyId, scope, signedHeaders, signature, timestamp, time, expiresIn, sessionToken };
}
