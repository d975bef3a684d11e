import { randomUUID } from 'node:crypto';
import { type SigningCredentials, signRequest } from '@muniment/sigv4';
import type { Target } from './lane.js';

const request = (path: string, headers: Readonly<Record<string, string>>, body: Buffer): Buffer => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), body]);
};

/** The bytes of a signed call of Muniment's own API. */
export function signedJsonCall(
  operation: string,
  input: object,
  credentials: SigningCredentials,
  { host, port }: Target,
): Buffer {
  const body = Buffer.from(JSON.stringify(input));
  const headers = {
    Host: `${host}:${port}`,
    'Content-Type': 'application/x-amz-json-1.1',
    'X-Amz-Target': `Muniment_20261122.${operation}`,
    'amz-sdk-invocation-id': randomUUID(),
  };
  const unsigned = { method: 'POST', path: '/', query: '', headers: Object.entries(headers).flat(), body };
  const added = signRequest(unsigned, credentials, { region: 'us-east-1', service: 'muniment', now: Date.now() });
  return request('/', { ...headers, ...added, 'Content-Length': String(body.length) }, body);
}

/** The same operation asked for with a token, at the decisions service's own port. */
export function tokenCall(operation: string, input: object, token: string, { host, port }: Target): Buffer {
  const body = Buffer.from(JSON.stringify(input));
  const headers = {
    Host: `${host}:${port}`,
    'Content-Type': 'application/json',
    Authorization: `Bearer ${token}`,
    'Content-Length': String(body.length),
  };
  return request(`/${operation}`, headers, body);
}
