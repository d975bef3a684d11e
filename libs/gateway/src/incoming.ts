import type { WireRequest } from '@muniment/aws-wire';
import { type SignedRequest, splitTarget } from '@muniment/sigv4';

/** One HTTP request as the host hands it over: nothing decoded, nothing joined. */
export interface Incoming {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly rawHeaders: readonly string[];
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly remoteAddress: string;
  readonly secure: boolean;
}

export interface Outgoing {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** The same request as the signature and as the codecs see it: one parse of the target for both. */
export function views({ method, target, rawHeaders, headers, body }: Incoming): {
  signed: SignedRequest;
  wire: WireRequest;
} {
  const { path, query } = splitTarget(target);
  return {
    signed: { method, path, query, headers: rawHeaders, body },
    wire: { method, path, query, headers, body },
  };
}

/** `::ffff:10.0.0.1` is 10.0.0.1: policies compare IPv4 addresses (rulings 37). */
export const sourceIp = (address: string): string => (address.startsWith('::ffff:') ? address.slice(7) : address);
