/** Codes that any operation may answer with, whatever its model declares (requirements-4 section 4, common errors). */
export type CommonFaultCode =
  | 'AccessDenied'
  | 'ValidationError'
  | 'MalformedInput'
  | 'InvalidParameterValue'
  | 'InvalidParameterCombination'
  | 'MissingParameter'
  | 'InvalidClientTokenId'
  | 'Throttling'
  | 'ServiceUnavailable'
  | 'InternalFailure'
  | 'InvalidAction';

export type FaultDetails = Readonly<Record<string, unknown>>;

/** An error that AWS declares: code and text go to the client as they are. */
export class Fault extends Error {
  readonly code: string;
  /** HTTP status where the operation's model does not declare one. */
  readonly status: number | undefined;
  /** What the error carries besides its text, as its model has it (`Reason`). */
  readonly details: FaultDetails | undefined;

  constructor(code: string, message: string, status?: number, details?: FaultDetails) {
    super(message);
    this.name = 'Fault';
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** Statuses of the codes that no model declares. */
export const commonStatus: Readonly<Record<CommonFaultCode, number>> = {
  AccessDenied: 403,
  ValidationError: 400,
  MalformedInput: 400,
  InvalidParameterValue: 400,
  InvalidParameterCombination: 400,
  MissingParameter: 400,
  InvalidClientTokenId: 403,
  Throttling: 400,
  ServiceUnavailable: 503,
  InternalFailure: 500,
  InvalidAction: 400,
};
