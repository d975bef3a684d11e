import { ErrorType, isCommandError, WrongExpectedVersionError } from '@kurrent/kurrentdb-client';

/** The server has not answered in time: what was asked of it may have happened. */
export class NoAnswer extends Error {
  constructor(milliseconds: number) {
    super(`no answer within ${Math.round(milliseconds)} ms`);
    this.name = 'NoAnswer';
  }
}

/**
 * What an error of the client says about the call.
 *
 * - `conflict`, `absent`: an answer, of a server that is well.
 * - `elsewhere`: nothing was done, another node is the leader now; the client goes there next.
 * - `refused`: nothing was done and trying again changes nothing.
 * - `denied`: nothing was done, and nothing will be until somebody changes a setting.
 * - `lost`: it may have been done or not, or may yet be.
 */
export type Kind = 'conflict' | 'absent' | 'elsewhere' | 'refused' | 'denied' | 'lost';

const kinds: { readonly [Type in ErrorType]?: Kind } = {
  [ErrorType.WRONG_EXPECTED_VERSION]: 'conflict',
  [ErrorType.STREAM_NOT_FOUND]: 'absent',
  [ErrorType.NO_STREAM]: 'absent',
  [ErrorType.NOT_LEADER]: 'elsewhere',
  [ErrorType.ACCESS_DENIED]: 'denied',
  [ErrorType.INVALID_ARGUMENT]: 'refused',
  [ErrorType.STREAM_DELETED]: 'refused',
  [ErrorType.STREAM_TOMBSTONED]: 'refused',
  [ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED]: 'refused',
  [ErrorType.TRANSACTION_MAX_SIZE_EXCEEDED]: 'refused',
  [ErrorType.APPEND_RECORD_SIZE_EXCEEDED]: 'refused',
};

/** What is not known to be harmless counts as lost. */
export function kindOf(error: unknown): Kind {
  if (!(error instanceof Error) || !isCommandError(error)) return 'lost';
  const { type } = error as unknown as { type: ErrorType };
  // Reads call everything unknown that they have no name for.
  if (type === ErrorType.UNKNOWN && /invalid argument/i.test(error.message)) return 'refused';
  return kinds[type] ?? 'lost';
}

/** The revision that the server says the stream is at. */
export function actualRevision(error: unknown): bigint | undefined {
  if (!(error instanceof WrongExpectedVersionError)) return undefined;
  return typeof error.actualState === 'bigint' ? error.actualState : -1n;
}

/** Some errors of the client have an empty message, one is only a name. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || error.name;
}
