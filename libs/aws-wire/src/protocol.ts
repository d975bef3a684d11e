import type { Operation, Service } from '@muniment/aws-model';

/** What a codec reads of an HTTP request. Header names are lower case; path and query are as received, undecoded. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** An error on its way to a client. Status and blame come from the model or the table of common errors if left out. */
export interface WireFault {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly senderFault?: boolean;
  /** Further members of the declared error. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export type Decoded<Input> =
  | { readonly ok: true; readonly input: Input }
  | { readonly ok: false; readonly fault: WireFault };

/** One wire protocol, bound to one service. */
export interface Protocol {
  decode<Input>(operation: Operation<Input>, request: WireRequest): Decoded<Input>;
  encode<Output>(operation: Operation<unknown, Output>, output: Output, requestId: string): WireResponse;
  encodeFault(service: Service, fault: WireFault, requestId: string, operation?: Operation): WireResponse;
}

/** Thrown inside a codec where a request cannot be read; never leaves it. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
  readonly code: string;

  constructor(message: string, code = 'MalformedInput') {
    super(message);
    this.code = code;
  }
}

/** What `read` returns, or the fault it ran into. */
export function decoded<Input>(read: () => unknown): Decoded<Input> {
  try {
    return { ok: true, input: read() as Input };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, fault: { code: error.code, message: error.message } };
    throw error;
  }
}

export function header(request: WireRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' || value === undefined ? value : value.join(',');
}
