import { describe, expect, it } from '@jest/globals';
import { unsigned } from './example.fixture.js';
import { canonicalRequest, deriveSigningKey, type SignedRequest, stringToSign } from './index.js';

const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const lines = (change: Partial<SignedRequest>, names = ['host']) =>
  (canonicalRequest({ ...unsigned, ...change }, names) ?? '').split('\n');
const path = (raw: string) => lines({ path: raw })[1];
const query = (raw: string) => lines({ query: raw })[2];
const header = (...headers: string[]) => lines({ headers }, ['a'])[3];

it('has six parts, with a blank line after the headers (requirements-4 SIG-12)', () => {
  const request = { method: 'GET', path: '/', query: 'a=1', headers: ['Host', 'x.example'], body: new Uint8Array() };
  expect(canonicalRequest(request, ['host'])).toBe(`GET\n/\na=1\nhost:x.example\n\nhost\n${EMPTY_HASH}`);
});

describe('the path (requirements-4 SIG-10)', () => {
  it.each([
    ['', '/'],
    ['/', '/'],
    ['/a/b', '/a/b'],
    ['/a/b/', '/a/b/'],
    ['/-._~09AZaz', '/-._~09AZaz'],
    ['/a%20b', '/a%2520b'],
    ['/a b', '/a%20b'],
    ['/a+b=c:d@e', '/a%2Bb%3Dc%3Ad%40e'],
    ['/\u00e1\u0088\u00b4', '/%E1%88%B4'],
    ['/ሴ', '/%E1%88%B4'],
    ['//a//b//', '/a/b/'],
    ['/./a/./', '/a/'],
    ['/a/b/..', '/a'],
    ['/a/../b', '/b'],
    ['/../..', '/'],
    ['/%2e%2e/a', '/%252e%252e/a'],
    ['/a%2Fb', '/a%252Fb'],
    ['/.a/..b', '/.a/..b'],
    ['*', '%2A'],
  ])('%j becomes %j', (raw, canonical) => {
    expect(path(raw)).toBe(canonical);
  });
});

describe('the query (requirements-4 SIG-11)', () => {
  it.each([
    ['', ''],
    ['b=2&a=1', 'a=1&b=2'],
    ['a', 'a='],
    ['a=', 'a='],
    ['=a', '=a'],
    ['a=1=2', 'a=1%3D2'],
    ['a=2&a=1', 'a=1&a=2'],
    ['a-b=1&a=2', 'a=2&a-b=1'],
    ['a=%7e', 'a=~'],
    ['a=%2f%C3%A9', 'a=%2F%C3%A9'],
    ['a=\u00c3\u00a9', 'a=%C3%A9'],
    ['a=/:@', 'a=%2F%3A%40'],
    ['a=b+c', 'a=b%20c'],
    ['a=b%20c', 'a=b%20c'],
    ['a=b%2Bc', 'a=b%2Bc'],
    ['a=%25%41', 'a=%25A'],
    ['a=%FF%00', 'a=%FF%00'],
    ['&a=1&&b=2&', 'a=1&b=2'],
    ['a=1?b=2', 'a=1%3Fb%3D2'],
    ['X-Amz-Signature=1&a=1', 'a=1'],
  ])('%j becomes %j', (raw, canonical) => {
    expect(query(raw)).toBe(canonical);
  });

  it('without readable escapes has no canonical form', () => {
    expect(canonicalRequest({ ...unsigned, query: 'a=%' }, ['host'])).toBeUndefined();
  });
});

describe('the headers (requirements-4 SIG-12)', () => {
  it.each([
    [['A', ' b '], 'a:b'],
    [['A', 'b   c\t d'], 'a:b c d'],
    [['A', '"b   c"'], 'a:"b c"'],
    [['A', 'b\n  c'], 'a:b c'],
    [['A', ''], 'a:'],
    [['A', '2', 'x', 'y', 'a', '1'], 'a:2,1'],
  ])('%j become %j', (headers, canonical) => {
    expect(header(...headers)).toBe(canonical);
  });

  it('keep the bytes that were sent', () => {
    const sent = { ...unsigned, headers: ['A', Buffer.from('é').toString('latin1')], body: new Uint8Array() };
    const key = { date: '20140325', region: 'r', service: 's', terminator: 'aws4_request' };
    const text = (request: SignedRequest) =>
      stringToSign('20140325T000000Z', key, canonicalRequest(request, ['a']) ?? '');
    expect(text({ ...sent, headers: ['A', 'ሴ'] })).toBe(text({ ...sent, headers: ['A', '\u00e1\u0088\u00b4'] }));
    expect(text(sent)).not.toBe(text({ ...sent, headers: ['A', 'é'] }));
  });

  it('take the host from :authority in HTTP/2 (requirements-4 SIG-3)', () => {
    expect(lines({ headers: [':authority', 'x.example'] })[3]).toBe('host:x.example');
  });
});

it('hashes the body, and a posted form is body (requirements-4 SIG-15, SIG-16)', () => {
  const last = (body: string) => lines({ body: Buffer.from(body) }).at(-1);
  expect(last('')).toBe(EMPTY_HASH);
  expect(last('Param1=value1')).toBe('9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e');
  expect(lines({ body: Buffer.from('Param1=value1') })[2]).toBe('');
});

it('the string to sign has four lines and no newline at its end (requirements-4 SIG-18, SIG-19)', () => {
  const scope = { date: '20150830', region: 'us-east-1', service: 'iam', terminator: 'aws4_request' };
  expect(stringToSign('20150830T123600Z', scope, '')).toBe(
    `AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n${EMPTY_HASH}`,
  );
});

it("derives AWS's documented example key (requirements-4 3.3)", () => {
  const scope = { date: '20150830', region: 'us-east-1', service: 'iam' };
  expect(deriveSigningKey('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', scope).toString('hex')).toBe(
    'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
  );
});
