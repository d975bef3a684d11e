import type { Caller, FaultDetails, Position } from '@muniment/kernel';

/** One API call on its way from the gateway to the service that owns the operation. Plain data: it crosses the bus. */
export interface Request {
  readonly operation: string;
  /** Whose operation it is, where one context answers two of one name; absent: the first. */
  readonly service?: string;
  readonly input: unknown;
  readonly caller: Caller;
  readonly requestId: string;
  /** The same for every try of one call: a write that happened is not done twice. */
  readonly commandId: string;
  /** When the call arrived, ISO 8601. */
  readonly at: string;
  /** The answer must know everything up to here. */
  readonly position: Position;
}

/** What was asked of the decisions service, for the call record. */
export interface Touched {
  readonly action: string;
  readonly resource: string;
}

export type Reply =
  | {
      readonly ok: true;
      readonly output: unknown;
      /** Position of the last event that the call wrote; absent when it wrote none. */
      readonly position?: Position;
      readonly touched: readonly Touched[];
    }
  | {
      readonly ok: false;
      readonly fault: {
        readonly code: string;
        readonly message: string;
        readonly status?: number;
        readonly details?: FaultDetails;
      };
      readonly touched: readonly Touched[];
    };

/** Subject of an operation on the bus: `muniment.directory.CreateUser`. */
export const subjectOf = (service: string, operation: string): string => `muniment.${service}.${operation}`;
