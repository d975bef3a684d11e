import { ALGORITHM } from './authentication.js';
import { digestForFault, incomplete, type SignatureFault } from './fault.js';

/** The three parts of an `Authorization` header. */
export interface AuthorizationParts {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
}

/** In the order in which AWS misses them. */
const KEYS = ['Credential', 'Signature', 'SignedHeaders'];

/** Reads `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`; any other scheme is refused. */
export function readAuthorization(header: string, hasDate: boolean): AuthorizationParts | SignatureFault {
  const space = header.indexOf(' ');
  const algorithm = space < 0 ? header : header.slice(0, space);
  if (algorithm !== ALGORITHM) return unsupportedAlgorithm();
  const parts: (string | undefined)[] = [undefined, undefined, undefined];
  for (const pair of tokens(header, algorithm.length)) {
    const equals = pair.indexOf('=');
    if (equals < 0) return missingEqualSign(header);
    const key = KEYS.indexOf(pair.slice(0, equals));
    if (key < 0) return incomplete('Authorization header has a parameter that does not belong there');
    if (parts[key] !== undefined) return incomplete(`Authorization header has '${KEYS[key]}' more than once`);
    parts[key] = pair.slice(equals + 1);
  }
  const [credential, signature, signedHeaders] = parts;
  if (!credential || !signedHeaders || !signature || !hasDate) return missingParts(header, parts, hasDate);
  return { credential, signedHeaders, signature };
}

/**
 * Signature Version 2 (`AWS`), SigV4A (`AWS4-ECDSA-P256-SHA256`) and the schemes of others.
 * The text is S3's; IAM and STS have none for it.
 */
export function unsupportedAlgorithm(): SignatureFault {
  return incomplete(`The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`);
}

/** The stretches between commas and blanks. */
function tokens(text: string, from: number): string[] {
  const found: string[] = [];
  let start = -1;
  for (let i = from; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : COMMA;
    const separates = code === COMMA || code === SPACE || code === TAB;
    if (separates && start >= 0) {
      found.push(text.slice(start, i));
      start = -1;
    } else if (!separates && start < 0) start = i;
  }
  return found;
}

const COMMA = 0x2c;
const SPACE = 0x20;
const TAB = 0x09;

function missingEqualSign(header: string): SignatureFault {
  return incomplete(
    'Invalid key=value pair (missing equal-sign) in Authorization header ' +
      `(hashed with SHA-256 and encoded with Base64): '${digestForFault(header)}'.`,
  );
}

function missingParts(header: string, parts: readonly (string | undefined)[], hasDate: boolean): SignatureFault {
  const sentences = KEYS.filter((_, key) => !parts[key]).map(
    (key) => `Authorization header requires '${key}' parameter.`,
  );
  if (!hasDate) {
    sentences.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  return incomplete(
    `${sentences.join(' ')} (Hashed with SHA-256 and encoded with Base64) Authorization=${digestForFault(header)}`,
  );
}
