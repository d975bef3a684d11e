import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from '@nats-io/transport-node';

/** What a process tells of itself in answers to `nats micro info`. */
export interface ServiceDescription {
  /** Kind of service: letters, digits, `-` and `_`. */
  readonly name: string;
  /** SemVer. */
  readonly version: string;
  readonly description: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Further figures for `nats micro stats`: anything JSON can hold. */
  readonly stats?: () => unknown;
}

export interface NatsOptions {
  /** `nats://host:port`, or several servers of one cluster. */
  readonly url: string | readonly string[];
  /** Name of the connection, in NATS's own monitoring: service and instance. */
  readonly name: string;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** Files are read again with every connection: certificates change while a process runs. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  /** Where answers come to: a name that only this user may listen to. `_INBOX` when the server has no users. */
  readonly inboxPrefix?: string;
  /** How long an answer is waited for if the request says nothing. */
  readonly requestMilliseconds?: number;
  /** How long `close` waits for what is under way. */
  readonly drainMilliseconds?: number;
  readonly service?: ServiceDescription;
  readonly onUp?: () => void;
  readonly onDown?: (reason: string) => void;
  /** The bus will not come back; with an error when nobody has closed it. */
  readonly onClosed?: (error?: Error) => void;
  /** What nobody waits for has failed: a responder, a listener, a subscription that the server refuses. */
  readonly onError?: (error: Error) => void;
}

/**
 * Longer than the two seconds that a service may wait for its rows. Outages are noticed sooner, whatever stands here.
 */
export const usualRequestMilliseconds = 3000;
export const usualDrainMilliseconds = 5000;

export const dialMilliseconds = 1500;

export const serversOf = ({ url }: NatsOptions): readonly string[] => (typeof url === 'string' ? [url] : url);

/** The library makes single connections; when to make the next one is decided in `connection.ts`. */
export async function connectionOptions(
  options: NatsOptions,
  servers: readonly string[] = serversOf(options),
): Promise<ConnectionOptions> {
  const { name, user, password, token, tls, inboxPrefix } = options;
  return {
    servers: [...servers],
    name,
    reconnect: false,
    timeout: dialMilliseconds,
    // Each request would cost two stack traces.
    noAsyncTraces: true,
    ...(user !== undefined && { user, pass: password ?? '' }),
    ...(token !== undefined && { token }),
    ...(inboxPrefix !== undefined && { inboxPrefix }),
    ...(tls && { tls: await certificates(tls) }),
  };
}

async function certificates({ caFile, certFile, keyFile }: NonNullable<NatsOptions['tls']>) {
  const read = async (file: string | undefined) => (file === undefined ? undefined : readFile(file, 'utf8'));
  const [ca, cert, key] = await Promise.all([caFile, certFile, keyFile].map(read));
  return { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
}
