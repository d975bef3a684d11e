import { randomUUID } from 'node:crypto';
import { type SigningCredentials, signRequest } from '@muniment/sigv4';
import type { Target } from './lane.js';

/** One call of a Query API, IAM's or STS's. */
export interface QueryCall {
  readonly service: 'iam' | 'sts';
  readonly action: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

const versions: Readonly<Record<QueryCall['service'], string>> = { iam: '2010-05-08', sts: '2011-06-15' };

/**
 * The bytes of a signed request, as SDKs make them: with an id of its own, so that no two are alike. Signed ahead of
 * the load, but no longer than the five minutes that a signature lives.
 */
export function signedCall(
  { service, action, parameters = {} }: QueryCall,
  credentials: SigningCredentials,
  { host, port }: Target,
): Buffer {
  const body = Buffer.from(
    new URLSearchParams({ Action: action, Version: versions[service], ...parameters }).toString(),
  );
  const headers = {
    Host: `${host}:${port}`,
    'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
    'amz-sdk-invocation-id': randomUUID(),
  };
  const request = { method: 'POST', path: '/', query: '', headers: Object.entries(headers).flat(), body };
  const added = signRequest(request, credentials, { region: 'us-east-1', service, now: Date.now() });
  const unsigned = { 'User-Agent': 'muniment-bench/0.1.0', 'Content-Length': String(body.length) };
  const lines = Object.entries({ ...headers, ...added, ...unsigned }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST / HTTP/1.1\r\n${lines.join('')}\r\n`), body]);
}
