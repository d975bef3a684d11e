import { hash } from 'node:crypto';

/** The codes of this library's faults, with the HTTP status each travels under. */
export const FAULT_STATUS = {
  AccessDenied: 403,
  IncompleteSignature: 400,
  MalformedQueryString: 404,
  MissingAuthenticationToken: 403,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
} as const;

/** Code of a {@link SignatureFault}. */
export type SignatureFaultCode = keyof typeof FAULT_STATUS;

/**
 * Why a request is refused. A value, never thrown: whatever a client sends ends in one of these.
 *
 * @example
 * ```ts
 * { code: 'MissingAuthenticationToken', message: 'Request is missing Authentication Token', status: 403 }
 * ```
 */
export interface SignatureFault {
  readonly code: SignatureFaultCode;
  /** AWS's text where AWS has one; it holds nothing secret and may go to the client. */
  readonly message: string;
  readonly status: number;
}

/** Makes a fault with the status that belongs to its code. */
export function fault(code: SignatureFaultCode, message: string): SignatureFault {
  return { code, message, status: FAULT_STATUS[code] };
}

/** An authentication that cannot be read. */
export function incomplete(message: string): SignatureFault {
  return fault('IncompleteSignature', message);
}

/** A signature, scope or time that does not hold. */
export function mismatch(message: string): SignatureFault {
  return fault('SignatureDoesNotMatch', message);
}

/**
 * An `Authorization` header as faults show it. Only its digest: it may hold another scheme's password or token.
 * AWS does the same.
 */
export function digestForFault(authorization: string): string {
  return hash('sha256', authorization, 'base64');
}
