import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { presigned, read, signed, verify } from './example.fixture.js';
import { canonicalRequest, type SignedRequest } from './index.js';

const requests: readonly SignedRequest[] = [
  signed(),
  signed(
    { method: 'GET', path: '/a/../b c', query: 'Action=ListUsers&Version=2010-05-08&a=%2F+~' },
    { sessionToken: 't/+' },
  ),
  presigned({ query: 'Action=GetCallerIdentity&Version=2011-06-15' }),
  presigned({ query: 'b=1&a=2&a=1' }, { sessionToken: 't/+=' }, 604_800),
];

/** The places of a request a byte can change in: method, path, query, body, and the value of each header. */
const PLACES = 5;

function replaceAt(text: string, at: number, byte: number): string {
  const index = at % text.length;
  return text.slice(0, index) + String.fromCharCode(byte) + text.slice(index + 1);
}

function changeByte(request: SignedRequest, place: number, at: number, byte: number): SignedRequest {
  if (place === 0) return { ...request, method: replaceAt(request.method, at, byte) };
  if (place === 1) return { ...request, path: replaceAt(request.path, at, byte) };
  if (place === 2) return request.query === '' ? request : { ...request, query: replaceAt(request.query, at, byte) };
  if (place === 3) {
    if (request.body.length === 0) return { ...request, body: Uint8Array.of(byte) };
    const body = Uint8Array.from(request.body);
    body[at % body.length] = byte;
    return { ...request, body };
  }
  const index = at % request.headers.length;
  const text = request.headers[index] ?? '';
  return { ...request, headers: request.headers.with(index, replaceAt(text, Math.floor(at / 64), byte)) };
}

/** What a signature covers: two requests that agree in all of it are the same request, spelt differently. */
function meaning(request: SignedRequest): string {
  const { accessKeyId: _, ...authentication } = read(request);
  return JSON.stringify([authentication, canonicalRequest(request, authentication.signedHeaders)]);
}

test('a request with one byte changed is refused, unless it is the same request spelt differently (S6)', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...requests),
      fc.nat({ max: PLACES - 1 }),
      fc.nat({ max: 1 << 20 }),
      fc.integer({ min: 0, max: 255 }),
      (request, place, at, byte) => {
        const changed = changeByte(request, place, at, byte);
        if (verify(changed) !== undefined) return;
        expect(meaning(changed)).toBe(meaning(request));
      },
    ),
    { numRuns: 2000 },
  );
});

test('every single bit of a signed IAM request is covered (S6)', () => {
  const request = signed();
  const accepted: string[] = [];
  for (let index = 0; index < request.body.length * 8; index++) {
    const body = Uint8Array.from(request.body);
    body[index >> 3] = (body[index >> 3] ?? 0) ^ (1 << (index & 7));
    if (verify({ ...request, body }) === undefined) accepted.push(`body bit ${index}`);
  }
  for (const [at, value] of request.headers.entries()) {
    for (let index = 0; index < value.length; index++) {
      const flipped = replaceAt(value, index, value.charCodeAt(index) ^ 1);
      const changed = { ...request, headers: request.headers.with(at, flipped) };
      if (verify(changed) === undefined && meaning(changed) !== meaning(request)) accepted.push(`${value} at ${index}`);
    }
  }
  expect(accepted).toEqual([]);
});

test('whatever a client sends ends in a value, never in an exception', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 });
  const words = fc.constantFrom(
    'Authorization',
    'X-Amz-Date',
    'Date',
    'Host',
    'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=0',
    '20140325T143453Z',
    'X-Amz-Content-Sha256',
    'x-amz-security-token',
    '__proto__',
    'constructor',
  );
  const parameter = fc.tuple(
    fc.constantFrom(
      'X-Amz-Algorithm',
      'X-Amz-Credential',
      'X-Amz-Date',
      'X-Amz-Expires',
      'X-Amz-SignedHeaders',
      'a',
      '__proto__',
    ),
    fc.oneof(text, fc.constantFrom('AWS4-HMAC-SHA256', 'a/b/c/d/e', '20140325T143453Z', 'host', '60', '%', '%FF')),
  );
  const query = fc.oneof(
    text,
    fc.array(parameter).map((pairs) => pairs.map((pair) => pair.join('=')).join('&')),
  );
  const body = fc.uint8Array({ maxLength: 20 });
  const request = fc.record({ method: text, path: text, query, headers: fc.array(fc.oneof(text, words)), body });
  fc.assert(
    fc.property(request, (input) => expect(verify(input)).toHaveProperty('code')),
    { numRuns: 500 },
  );
});
