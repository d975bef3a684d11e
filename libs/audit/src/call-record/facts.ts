import type { Operation, Service } from '@muniment/aws-model';
import type { Caller } from '@muniment/kernel';

/** What the gateway knows of one call when it has been answered; audit makes the call record of it. */
export interface CallFacts {
  readonly eventId: string;
  readonly requestId: string;
  /** When the call arrived, ISO 8601. */
  readonly at: string;
  /** Absent when the request named no service that there is. */
  readonly service?: Service;
  readonly operation?: Operation;
  /** What the request called its operation, when there is no such operation. */
  readonly operationName?: string;
  /** The verified caller; absent when the caller could not be verified. */
  readonly caller?: Caller;
  /** The key id that an unverified request claims, and whose key it is when it is somebody's. */
  readonly claimed?: { readonly accessKeyId?: string; readonly account?: string };
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly region: string;
  readonly secureTransport: boolean;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly fault?: { readonly code: string; readonly message: string };
  /** Resources that were asked for; those of other accounts get a record of their own there. */
  readonly touched: readonly { readonly action: string; readonly resource: string }[];
}
