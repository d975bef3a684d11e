import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  deriveSigningKey,
  flatHeaders,
  readAuthentication,
  type SignedRequest,
  signRequest,
  verifySignature,
} from './index.js';

interface Suite {
  readonly region: string;
  readonly service: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly timestamp: string;
  readonly vectors: readonly Vector[];
}

interface Vector {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: readonly [name: string, value: string][];
  readonly body: string;
  readonly authorization: string;
}

const suite: Suite = JSON.parse(readFileSync(new URL('../vectors/aws-sig-v4-suite.json', import.meta.url), 'utf8'));

const requestOf = ({ method, path, query, headers, body }: Vector): SignedRequest => ({
  method,
  path,
  query,
  headers: flatHeaders(headers),
  body: Buffer.from(body),
});

describe("AWS's Signature Version 4 test suite", () => {
  it.each(suite.vectors.map((vector) => [vector.name, vector] as const))('%s is verified', (_, vector) => {
    const request = requestOf(vector);
    const signed = { ...request, headers: [...request.headers, 'Authorization', vector.authorization] };
    const read = readAuthentication(signed);
    if (!read.ok) throw new Error(read.fault.message);
    const key = deriveSigningKey(suite.secretAccessKey, read.authentication.scope);
    expect(verifySignature(signed, read.authentication, key)).toBeUndefined();
    const altered = { ...signed, path: `${signed.path}x` };
    expect(verifySignature(altered, read.authentication, key)?.code).toBe('SignatureDoesNotMatch');
  });

  it.each(suite.vectors.map((vector) => [vector.name, vector] as const))('%s is signed alike', (_, vector) => {
    const request = requestOf({ ...vector, headers: vector.headers.filter(([name]) => name !== 'x-amz-date') });
    const tokenAt = request.headers.indexOf('x-amz-security-token');
    const sessionToken = tokenAt < 0 ? undefined : request.headers[tokenAt + 1];
    const headers = tokenAt < 0 ? request.headers : request.headers.toSpliced(tokenAt, 2);
    const { accessKeyId, secretAccessKey, region, service } = suite;
    const credentials = { accessKeyId, secretAccessKey, sessionToken };
    const now = Date.UTC(2015, 7, 30, 12, 36, 0);
    const added = signRequest({ ...request, headers }, credentials, { region, service, now });
    expect(added).toMatchObject({ 'X-Amz-Date': suite.timestamp, Authorization: vector.authorization });
  });
});
