import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  changeHeader,
  credentials,
  presigned,
  read,
  scope,
  signed,
  unsigned,
  verify,
  withHeaders,
} from './example.fixture.js';
import { deriveSigningKey, presignRequest, type SignedRequest, signRequest, verifySignature } from './index.js';

const UNSIGNED_TEXT = 'There were headers present in the request which were not signed';
const sha256OfBody = 'b6359072c78d70ebee1e81adcbab4f01bf2c23245fa365ef83fe8f1f955085e2';

describe('a signature that holds', () => {
  it('is accepted in the header and in the query (requirements-4 SIG-1)', () => {
    expect(verify(signed())).toBeUndefined();
    expect(verify(presigned({ query: 'Action=ListUsers&Version=2010-05-08' }))).toBeUndefined();
  });

  it('is accepted with a key of either kind', () => {
    const request = signed();
    const key = deriveSigningKey(credentials.secretAccessKey, read(request).scope);
    expect(verifySignature(request, read(request), createSecretKey(key))).toBeUndefined();
  });

  it('is accepted when proxies change headers that are not signed', () => {
    const request = signed();
    expect(
      verify({ ...request, headers: ['Via', '1.1 x', ...request.headers, 'Connection', 'close'] }),
    ).toBeUndefined();
  });

  it('is accepted over HTTP/2, where the host is :authority (requirements-4 SIG-3)', () => {
    const request = signed();
    expect(
      verify({ ...request, headers: [':authority', 'iam.amazonaws.com', ...request.headers.slice(2)] }),
    ).toBeUndefined();
  });
});

describe('a signature that does not hold', () => {
  it('is refused with the canonical request and the string to sign (requirements-4 3.5)', () => {
    const request = signed();
    expect(verify({ ...request, body: Buffer.from('Action=DeleteUser') })).toEqual({
      code: 'SignatureDoesNotMatch',
      status: 403,
      message:
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access ' +
        'Key and signing method. Consult the service documentation for details.\n\n' +
        'The Canonical String for this request should have been\n' +
        "'POST\n/\n\ncontent-type:application/x-www-form-urlencoded; charset=utf-8\nhost:iam.amazonaws.com\n" +
        'x-amz-date:20140325T143453Z\n\ncontent-type;host;x-amz-date\n' +
        "7d96de60777f4b7cdfb6ec452cc2a631902d8773403a9769e40d8d8ace9225e1'\n\n" +
        "The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20140325T143453Z\n" +
        "20140325/us-east-1/iam/aws4_request\n4feed703bb9accda75cb4d0509cf61b8908e4f613c4f8693032cb9f8a02c9699'\n",
    });
  });

  it('is refused with another key, and nothing secret is said', () => {
    const request = signed();
    const authentication = read(request);
    const key = deriveSigningKey('another', authentication.scope);
    const fault = verifySignature(request, authentication, key);
    expect(fault?.code).toBe('SignatureDoesNotMatch');
    const right = authentication.signature;
    for (const secret of [key.toString('hex'), right, credentials.secretAccessKey, 'another']) {
      expect(fault?.message).not.toContain(secret);
    }
  });

  it.each([
    ['is cut', (signature: string) => signature.slice(0, 63)],
    ['is longer', (signature: string) => `${signature}0`],
    ['is upper case', (signature: string) => signature.replace(/[a-f]/g, (letter) => letter.toUpperCase())],
    ['holds characters above U+00FF', (signature: string) => `${signature.slice(1)}\u0130`],
  ])('is refused when it %s', (_, change) => {
    const request = signed();
    const authentication = read(request);
    const key = deriveSigningKey(credentials.secretAccessKey, authentication.scope);
    const changed = { ...authentication, signature: change(authentication.signature) };
    expect(verifySignature(request, changed, key)?.code).toBe('SignatureDoesNotMatch');
  });

  it('is refused when a signed header is missing, even an empty one', () => {
    const request = signed({ headers: [...unsigned.headers, 'X-Empty', ''] });
    expect(verify(request)).toBeUndefined();
    expect(verify(changeHeader(request, 'x-empty', () => undefined))?.code).toBe('SignatureDoesNotMatch');
  });
});

describe('headers that have to be signed', () => {
  it('are all x-amz-* headers (rulings 11, requirements-4 SIG-13)', () => {
    for (const name of ['X-Amz-Target', 'x-amz-anything', 'X-AMZ-Security-Token']) {
      const request = signed();
      const fault = verify({ ...request, headers: [...request.headers, name, 'x'] });
      expect(fault).toEqual({ code: 'AccessDenied', status: 403, message: UNSIGNED_TEXT });
      const query = presigned();
      expect(verify({ ...query, headers: [...query.headers, name, 'x'] })?.code).toBe('AccessDenied');
    }
  });

  it('do not include x-amz-content-sha256 (rulings 11)', () => {
    const request = signed({ body: new Uint8Array() });
    const hash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(verify({ ...request, headers: [...request.headers, 'X-Amz-Content-Sha256', hash] })).toBeUndefined();
  });

  it('include the host (requirements-4 SIG-13)', () => {
    const request = changeHeader(signed(), 'authorization', (value) => value.replace('host;', ''));
    expect(verify(request)).toEqual({
      code: 'SignatureDoesNotMatch',
      status: 403,
      message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    });
  });
});

describe('the declared hash of the body (requirements-4 SIG-15, SIG-17)', () => {
  const declaring = (hash: string) => signed({ headers: [...unsigned.headers, 'X-Amz-Content-Sha256', hash] });

  it('may be the hash', () => {
    expect(verify(declaring(sha256OfBody))).toBeUndefined();
  });

  it('is never believed', () => {
    expect(verify({ ...declaring(sha256OfBody), body: Buffer.from('Action=DeleteUser') })).toEqual({
      code: 'XAmzContentSHA256Mismatch',
      status: 400,
      message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
    });
  });

  it.each([
    'UNSIGNED-PAYLOAD',
    'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    sha256OfBody.toUpperCase(),
    '',
  ])('cannot be %j', (hash) => {
    const fault = verify(declaring(hash));
    expect(fault?.code).toBe('SignatureDoesNotMatch');
    expect(fault?.message).toMatch(/^x-amz-content-sha256 must be/);
    const query = presigned({ query: `X-Amz-Content-Sha256=${hash}` });
    expect(verify(query)?.message).toBe(fault?.message);
  });
});

describe('a session token (requirements-4 SIG-24)', () => {
  const token = { sessionToken: 'FwoGZXIvYXdzE+a/b==' };

  it('is signed in the header form', () => {
    expect(verify(signed({}, token))).toBeUndefined();
    const unsignedToken = withHeaders(signed(), { 'X-Amz-Security-Token': token.sessionToken });
    expect(verify(unsignedToken)?.code).toBe('AccessDenied');
    expect(verify(changeHeader(signed({}, token), 'x-amz-security-token', () => 'x'))?.code).toBe(
      'SignatureDoesNotMatch',
    );
  });

  it('may stand inside the signed query', () => {
    const request = presigned({}, token);
    expect(verify(request)).toBeUndefined();
    expect(verify({ ...request, query: request.query.replace('FwoG', 'FwoX') })?.code).toBe('SignatureDoesNotMatch');
  });

  it('may be appended to the signed query', () => {
    const request = presigned({ query: 'Action=GetCallerIdentity' });
    const query = `${request.query}&X-Amz-Security-Token=${encodeURIComponent(token.sessionToken)}`;
    expect(verify({ ...request, query })).toBeUndefined();
    expect(read({ ...request, query }).sessionToken).toBe(token.sessionToken);
    expect(verify({ ...request, query: query.replace('GetCallerIdentity', 'x') })?.code).toBe('SignatureDoesNotMatch');
  });

  it('may stand in the signed query of a request signed in its header', () => {
    const request = signed({ query: 'X-Amz-Security-Token=abc' });
    expect(verify(request)).toBeUndefined();
    expect(read(request).sessionToken).toBe('abc');
    expect(verify({ ...request, query: '' })?.code).toBe('SignatureDoesNotMatch');
  });
});

describe('signing', () => {
  it('refuses what cannot be signed', () => {
    const at = (change: Partial<SignedRequest>) => () => signRequest({ ...unsigned, ...change }, credentials, scope);
    expect(at({ headers: [] })).toThrow('request has no `Host` header');
    expect(at({ headers: [...unsigned.headers, 'authorization', 'x'] })).toThrow(
      'already has a header `authorization`',
    );
    expect(at({ headers: [...unsigned.headers, 'x-amz-date', 'x'] })).toThrow('already has a header `X-Amz-Date`');
    expect(at({ query: 'a=%' })).toThrow('malformed percent escape');
  });

  it.each([0, -1, 1.5, 604_801, Number.NaN])('refuses a life of %d seconds', (expiresIn) => {
    expect(() => presignRequest(unsigned, credentials, { ...scope, expiresIn })).toThrow(TypeError);
  });

  it('leaves out the headers that change on the way', () => {
    const request = signed({
      headers: [...unsigned.headers, 'User-Agent', 'x', 'Connection', 'close', 'Expect', '100'],
    });
    expect(read(request).signedHeaders).toEqual(['content-type', 'host', 'x-amz-date']);
  });
});

it('reads, verifies and refuses the same request the same way twice', () => {
  const request = signed();
  expect([verify(request), verify(request)]).toEqual([undefined, undefined]);
  expect(verify({ ...request, method: 'GET' })).toEqual(verify({ ...request, method: 'GET' }));
});
