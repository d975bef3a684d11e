import { describe, expect, it } from '@jest/globals';
import { changeHeader, faultOf, presigned, read, signed, unsigned } from './example.fixture.js';
import { readAuthentication } from './index.js';

const authorization = (value: string) => changeHeader(signed(), 'authorization', () => value);
const SCOPE = '20140325/us-east-1/iam/aws4_request';
const CREDENTIAL = `AKIAIOSFODNN7EXAMPLE/${SCOPE}`;

describe('a signature in the Authorization header', () => {
  it('is read into key id, scope, signed headers, signature and time (requirements-4 SIG-6, SIG-21)', () => {
    const authentication = read(signed({}, { sessionToken: 'tok/en=' }));
    expect(authentication).toEqual({
      placement: 'header',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      scope: { date: '20140325', region: 'us-east-1', service: 'iam', terminator: 'aws4_request' },
      signedHeaders: ['content-type', 'host', 'x-amz-date', 'x-amz-security-token'],
      signature: expect.stringMatching(/^[0-9a-f]{64}$/),
      timestamp: '20140325T143453Z',
      time: Date.UTC(2014, 2, 25, 14, 34, 53),
      expiresIn: undefined,
      sessionToken: 'tok/en=',
    });
  });

  it('may separate its parts by commas without blanks', () => {
    const request = authorization(
      `AWS4-HMAC-SHA256 Credential=${CREDENTIAL},SignedHeaders=host,Signature=${'0'.repeat(64)}`,
    );
    expect(read(request).signedHeaders).toEqual(['host']);
  });

  it.each([
    ['AKIAIOSFODNN7EXAMPLE', 1],
    ['AKIA/IOSFODNN7EXAMPLE/20140325/us-east-1/iam/aws4_request', 6],
  ])('needs five elements in its credential: %s (requirements-4 SIG-6)', (credential, count) => {
    const fault = faultOf(authorization(`AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`));
    expect(fault).toMatchObject({ code: 'IncompleteSignature', status: 400 });
    expect(fault?.message).toMatch(/^Credential must have exactly 5 slash-delimited elements/);
    expect(fault?.message).toContain(`got ${count} elements`);
    expect(fault?.message).not.toContain('IOSFODNN7');
  });

  it('names every part that is missing (requirements-4 SIG-29)', () => {
    const request = changeHeader(authorization('AWS4-HMAC-SHA256 Credential='), 'x-amz-date', () => undefined);
    expect(faultOf(request)).toMatchObject({
      code: 'IncompleteSignature',
      message: expect.stringContaining(
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
          "Authorization header requires 'SignedHeaders' parameter. " +
          "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
      ),
    });
  });

  it.each([
    ['a part without an equal sign', `AWS4-HMAC-SHA256 Credential= ${CREDENTIAL}, SignedHeaders=host, Signature=0`],
    ['a part that is not known', `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=host, Signature=0, Foo=1`],
    ['a part given twice', `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=host, Signature=0, Signature=1`],
    ['a part named like a member of Object', `AWS4-HMAC-SHA256 constructor=1, Credential=${CREDENTIAL}`],
  ])('with %s is refused (requirements-4 SIG-29)', (_, value) => {
    const fault = faultOf(authorization(value));
    expect(fault).toMatchObject({ code: 'IncompleteSignature', status: 400 });
    expect(fault?.message).not.toContain('AKIA');
  });

  it.each([
    ['Host;X-Amz-Date', 'upper case'],
    ['x-amz-date;host', 'out of order'],
    ['host;host', 'a repeat'],
    ['host;', 'an empty name'],
    ['host;x y', 'a blank'],
  ])('with SignedHeaders=%s is refused for %s (requirements-4 SIG-14)', (list) => {
    const request = authorization(`AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=${list}, Signature=0`);
    expect(faultOf(request)).toMatchObject({ code: 'IncompleteSignature', status: 400 });
  });
});

describe('other schemes', () => {
  it.each([
    'AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=',
    `AWS4-ECDSA-P256-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20140325/iam/aws4_request, SignedHeaders=host, Signature=0`,
    'Bearer eyJhbGciOiJub25lIn0',
    'Basic dXNlcjpwYXNz',
    'AWS4-HMAC-SHA512 Credential=x',
    '',
  ])('are refused: %s (rulings 9, requirements-4 SIG-2, SIG-27)', (value) => {
    const message = 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.';
    expect(faultOf(authorization(value))).toEqual({ code: 'IncompleteSignature', status: 400, message });
  });

  it('are refused in the query too: Signature Version 2 and SigV4A (rulings 9)', () => {
    const version2 = { ...unsigned, query: 'AWSAccessKeyId=AKIA&SignatureVersion=2&Signature=x' };
    expect(faultOf(version2)?.message).toMatch(/not supported/);
    const asymmetric = presigned();
    const query = asymmetric.query.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256');
    expect(faultOf({ ...asymmetric, query })?.message).toMatch(/not supported/);
  });
});

describe('a request without a signature', () => {
  it('is missing its authentication token (requirements-4 SIG-29)', () => {
    expect(readAuthentication(unsigned)).toEqual({
      ok: false,
      fault: {
        code: 'MissingAuthenticationToken',
        status: 403,
        message: 'Request is missing Authentication Token',
      },
    });
    expect(faultOf({ ...unsigned, query: 'Action=ListUsers' })?.code).toBe('MissingAuthenticationToken');
  });
});

describe('the place of the signature', () => {
  it('is the header or the query, never both (rulings 10, requirements-4 SIG-9)', () => {
    const header = signed();
    for (const query of [presigned().query, 'X-Amz-Signature=1', 'X-Amz-Algorithm=', 'X%2DAmz-Credential=a']) {
      expect(faultOf({ ...header, query })).toMatchObject({ code: 'IncompleteSignature', status: 400 });
    }
  });

  it.each([
    'Authorization',
    'X-Amz-Date',
    'x-amz-date',
    'Host',
    'X-Amz-Security-Token',
    'X-Amz-Content-Sha256',
    'Date',
  ])('is plain: a second %s header is refused (reliability-security 3.3)', (name) => {
    const request = signed({}, { sessionToken: 't' });
    const fault = faultOf({ ...request, headers: [...request.headers, name, 'x', name, 'x'] });
    expect(fault).toEqual({
      code: 'IncompleteSignature',
      status: 400,
      message: `header \`${name.toLowerCase()}\` is given more than once`,
    });
  });

  it('is plain: Host and :authority that differ are refused', () => {
    const request = signed();
    const other = { ...request, headers: [':authority', 'sts.amazonaws.com', ...request.headers] };
    expect(faultOf(other)?.message).toBe('header `host` is given more than once');
    const same = { ...request, headers: [':authority', 'iam.amazonaws.com', ...request.headers] };
    expect(faultOf(same)).toBeUndefined();
  });

  it.each(['Algorithm', 'Credential', 'Signature', 'SignedHeaders', 'Date', 'Expires', 'Security-Token'])(
    'is plain: a second X-Amz-%s parameter is refused, however it is spelt (reliability-security 3.3)',
    (name) => {
      const request = presigned({}, { sessionToken: 't' });
      for (const spelling of [`X-Amz-${name}`, `X%2dAmz-${name}`]) {
        const query = `${request.query}&${spelling}=1`;
        expect(faultOf({ ...request, query })?.message).toBe(
          `query parameter \`X-Amz-${name}\` is given more than once`,
        );
      }
    },
  );

  it('holds one session token: header and query together are refused (requirements-4 SIG-24)', () => {
    const request = presigned({}, { sessionToken: 't' });
    const both = { ...request, headers: [...request.headers, 'X-Amz-Security-Token', 't'] };
    expect(faultOf(both)).toMatchObject({ code: 'IncompleteSignature', status: 400 });
    expect(read(request).sessionToken).toBe('t');
  });
});

describe('the time of a request', () => {
  it('comes from X-Amz-Date before Date (requirements-4 SIG-5)', () => {
    const request = signed({ headers: [...unsigned.headers, 'Date', 'Tue, 01 Jan 2013 00:00:00 GMT'] });
    expect(read(request).timestamp).toBe('20140325T143453Z');
  });

  it.each(['Tue, 25 Mar 2014 14:34:53 GMT', 'Tue, 25 Mar 2014 14:34:53 -0000', '20140325T143453Z'])(
    'comes from Date when there is no X-Amz-Date: %s (requirements-4 SIG-5)',
    (date) => {
      const request = changeHeader(signed(), 'x-amz-date', () => undefined);
      expect(read({ ...request, headers: [...request.headers, 'Date', date] }).timestamp).toBe('20140325T143453Z');
    },
  );

  it.each(['20140325T143453.123Z', '2014-03-25T14:34:53Z', '20140325T143453', '20140230T000000Z', '', 'x'])(
    'is refused when X-Amz-Date is %j, whatever Date says (requirements-4 SIG-4)',
    (timestamp) => {
      const request = changeHeader(signed(), 'x-amz-date', () => timestamp);
      const dated = { ...request, headers: [...request.headers, 'Date', '20140325T143453Z'] };
      expect(faultOf(dated)).toMatchObject({
        code: 'IncompleteSignature',
        message: expect.stringContaining(`Date must be in ISO-8601 'basic format'. Got '${timestamp}'.`),
      });
    },
  );
});

describe('a signature in the query', () => {
  it('is read like one in the header, with its life (requirements-4 SIG-22, SIG-23)', () => {
    expect(read(presigned({ query: 'Action=GetCallerIdentity' }, { sessionToken: 'a+/=' }, 900))).toMatchObject({
      placement: 'query',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      scope: { date: '20140325', region: 'us-east-1', service: 'iam', terminator: 'aws4_request' },
      signedHeaders: ['host'],
      timestamp: '20140325T143453Z',
      expiresIn: 900,
      sessionToken: 'a+/=',
    });
  });

  it('names every parameter that is missing (requirements-4 SIG-29)', () => {
    expect(faultOf({ ...unsigned, query: 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0' })).toEqual({
      code: 'IncompleteSignature',
      status: 400,
      message:
        "AWS query-string parameters must include 'X-Amz-Credential', 'X-Amz-SignedHeaders', 'X-Amz-Date'. " +
        'Re-examine the query-string parameters.',
    });
  });

  it.each(['0', '-1', '604801', '1e3', '1.5', '', '+60', 'x', '9'.repeat(400)])(
    'lives 1 to 604800 seconds: %j is refused (rulings 8, requirements-4 SIG-23)',
    (expires) => {
      const request = presigned();
      const query = request.query.replace('X-Amz-Expires=60', `X-Amz-Expires=${encodeURIComponent(expires)}`);
      expect(faultOf({ ...request, query })).toMatchObject({
        code: 'IncompleteSignature',
        message: expect.stringContaining('X-Amz-Expires'),
      });
    },
  );

  it.each([1, 604_800])('may live %d seconds (rulings 8)', (expiresIn) => {
    expect(read(presigned({}, {}, expiresIn)).expiresIn).toBe(expiresIn);
  });

  it('cannot smuggle lines into the text that is signed', () => {
    const request = presigned();
    const query = request.query.replace('X-Amz-SignedHeaders=host', 'X-Amz-SignedHeaders=a%0Ab%3Bhost');
    expect(faultOf({ ...request, query })?.code).toBe('IncompleteSignature');
  });
});

it.each(['a=%', 'a=%4', '%zz=1', 'a=%4g&X-Amz-Signature=1'])(
  'a malformed escape in the query is refused: %s',
  (query) => {
    expect(faultOf({ ...signed(), query })).toMatchObject({ code: 'MalformedQueryString', status: 404 });
  },
);
