/**
 * Errors that every service answers and no model declares. The Query protocol's code is the one used inside; JSON
 * services have codes and statuses of their own for the same errors (requirements-4 section 4, AWS's common errors).
 */
export interface CommonError {
  readonly status: number;
  /** The code in JSON protocols, if another. */
  readonly json?: string;
  /** The status in REST-JSON, if another than in Query; JSON 1.1 answers 400 to all that is the sender's fault. */
  readonly rest?: number;
}

export const commonErrors: Readonly<Record<string, CommonError>> = {
  AccessDenied: { status: 403, json: 'AccessDeniedException' },
  ExpiredToken: { status: 403, json: 'ExpiredTokenException' },
  IncompleteSignature: { status: 400, json: 'IncompleteSignatureException' },
  InternalFailure: { status: 500 },
  InvalidAction: { status: 400, json: 'UnknownOperationException', rest: 404 },
  InvalidClientTokenId: { status: 403, json: 'UnrecognizedClientException' },
  InvalidParameterCombination: { status: 400 },
  InvalidParameterValue: { status: 400 },
  MalformedInput: { status: 400, json: 'SerializationException' },
  MalformedQueryString: { status: 404 },
  MissingAction: { status: 400, json: 'UnknownOperationException', rest: 404 },
  MissingAuthenticationToken: { status: 403, json: 'MissingAuthenticationTokenException' },
  MissingParameter: { status: 400 },
  OptInRequired: { status: 403 },
  RequestExpired: { status: 400 },
  RequestEntityTooLarge: { status: 413 },
  ServiceUnavailable: { status: 503, json: 'ServiceUnavailableException' },
  SignatureDoesNotMatch: { status: 403, json: 'InvalidSignatureException' },
  Throttling: { status: 400, json: 'ThrottlingException', rest: 429 },
  ValidationError: { status: 400, json: 'ValidationException' },
};
