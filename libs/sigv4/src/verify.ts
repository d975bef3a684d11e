import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Authentication } from './authentication.js';
import {
  assembleCanonicalRequest,
  bodyHash,
  headerValues,
  type HeaderValues,
  SIGNATURE_PARAMETER,
  stringToSign,
} from './canonical-request.js';
import { fault, mismatch, type SignatureFault } from './fault.js';
import { canonicalQuery, type QueryParameter, readQuery, textOf } from './query.js';
import { CONTENT_SHA256, SECURITY_TOKEN } from './query-authentication.js';
import { malformedQuery } from './read-authentication.js';
import type { SignedRequest } from './request.js';

const SIGNATURE_AND_TOKEN: ReadonlySet<string> = new Set([...SIGNATURE_PARAMETER, SECURITY_TOKEN]);

/**
 * Verifies the signature of a request against the bytes that came.
 *
 * `host` and every `x-amz-*` header but `x-amz-content-sha256` have to be signed. The body is always hashed here; a
 * declared hash must be that hash, so `UNSIGNED-PAYLOAD` and streaming signatures, which only S3 knows, are refused.
 * A session token in the query may stand inside the signed query or outside it. Signatures are compared in constant
 * time; for a key id that is not known, verify with any key to spend the same time, then refuse.
 *
 * @param authentication what {@link readAuthentication} read from this very request.
 * @param signingKey the key of {@link deriveSigningKey}, for the scope of `authentication`.
 * @returns `undefined` when the signature holds, else a fault: `AccessDenied` (unsigned header), `SignatureDoesNotMatch`
 *   (whose message shows the canonical request and the string to sign), `XAmzContentSHA256Mismatch`.
 * @example
 * ```ts
 * const fault = verifySignature(request, authentication, deriveSigningKey(secret, authentication.scope));
 * if (fault) return refuse(fault);
 * ```
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function verifySignature(
  request: SignedRequest,
  authentication: Authentication,
  signingKey: Buffer | KeyObject,
): SignatureFault | undefined {
  const parameters = readQuery(request.query);
  if (parameters === undefined) return malformedQuery();
  const headers = headerValues(request.headers, authentication.signedHeaders);
  const payload = bodyHash(request.body);
  const refusal = checkHeaders(authentication, headers) ?? checkDeclaredHash(headers, parameters, payload);
  if (refusal) return refusal;
  const { scope, signedHeaders, signature, timestamp } = authentication;
  const sign = (leaveOut: ReadonlySet<string>) => {
    const query = canonicalQuery(parameters, leaveOut);
    const canonical = assembleCanonicalRequest(request, query, signedHeaders, headers.values, payload);
    return { canonical, toSign: stringToSign(timestamp, scope, canonical) };
  };
  const expected = sign(SIGNATURE_PARAMETER);
  if (signs(signingKey, expected.toSign, signature)) return undefined;
  if (authentication.placement === 'query' && parameters.some(({ name }) => name === SECURITY_TOKEN)) {
    if (signs(signingKey, sign(SIGNATURE_AND_TOKEN).toSign, signature)) return undefined;
  }
  return doesNotMatch(expected.canonical, expected.toSign);
}

function signs(signingKey: Buffer | KeyObject, text: string, signature: string): boolean {
  const expected = Buffer.from(createHmac('sha256', signingKey).update(text).digest('hex'));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function checkHeaders({ signedHeaders }: Authentication, { unsigned }: HeaderValues): SignatureFault | undefined {
  if (!signedHeaders.includes('host') && !signedHeaders.includes(':authority')) {
    return mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  if (unsigned === undefined) return undefined;
  return fault('AccessDenied', 'There were headers present in the request which were not signed');
}

function checkDeclaredHash(
  { declaredHash }: HeaderValues,
  parameters: readonly QueryParameter[],
  payload: string,
): SignatureFault | undefined {
  const inQuery = parameters.find(({ name }) => name === CONTENT_SHA256);
  for (const declared of [declaredHash, inQuery && textOf(inQuery)]) {
    if (declared === undefined || declared === payload) continue;
    if (/^[0-9a-f]{64}$/.test(declared)) {
      const text = "The provided 'x-amz-content-sha256' header does not match what was computed.";
      return fault('XAmzContentSHA256Mismatch', text);
    }
    return mismatch(`x-amz-content-sha256 must be the SHA-256 of the body in lower-case hexadecimal: \`${declared}\``);
  }
  return undefined;
}

function doesNotMatch(canonical: string, toSign: string): SignatureFault {
  const readable = Buffer.from(canonical, 'latin1').toString('utf8');
  return mismatch(
    'The request signature we calculated does not match the signature you provided. ' +
      'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\n' +
      `The Canonical String for this request should have been\n'${readable}'\n\n` +
      `The String-to-Sign should have been\n'${toSign}'\n`,
  );
}
