import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  checkScopeAndTime,
  deriveSigningKey,
  flatHeaders,
  presignRequest,
  readAuthentication,
  readQuery,
  type SignedRequest,
  signRequest,
  splitTarget,
  verifySignature,
} from './index.js';

/** The point of this file: what botocore signs, we verify, and what we sign, botocore would have signed alike. */

interface Case {
  readonly form: 'header' | 'query';
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** Escaped as botocore expects it in a URL. */
  readonly query: string;
  /** Plain text, which botocore escapes in one way for the wire and in another for the signature. */
  readonly params: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
  readonly service: string;
  readonly time: number;
  readonly expiresIn: number;
}

interface Wire {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

const COUNT = Number(process.env['MUNIMENT_SIGV4_DIFFERENTIAL'] ?? 500);
if (spawnSync('python3', ['-c', 'import botocore.auth']).status !== 0) {
  throw new Error('needs the program `botocore` for python3: pip install botocore');
}

const characters = (text: string) => fc.constantFrom(...text);
const word = fc.string({ unit: characters('abcXYZ019-._~'), minLength: 1, maxLength: 8 });
const odd = fc.string({ unit: characters('abZ09-._~ +%&=/?#:@!$\'()*,;<>[]{}|^"\\`éሴ😀'), maxLength: 12 });
const base64 = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64'));

/** RFC 3986: what `encodeURIComponent` leaves alone beyond the unreserved characters. */
const escaped = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

const segment = fc.oneof(
  fc.constantFrom('', '.', '..', '%2e%2e', '%2F', 'a%20b', '%E1%88%B4', 'ሴ', '...'),
  fc.string({ unit: characters("aZ09-._~ +%&=:@!$'()*,;[]|"), maxLength: 8 }),
);
const path = fc.oneof(
  { arbitrary: fc.constant('/'), weight: 1 },
  { arbitrary: fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`), weight: 3 },
);
const parameter = fc.tuple(fc.oneof(word, odd.filter(Boolean)), odd);
const query = fc
  .array(fc.tuple(parameter, fc.boolean()), { maxLength: 5 })
  .map((parameters) =>
    parameters.map(([[name, value], bare]) => (bare ? escaped(name) : `${escaped(name)}=${escaped(value)}`)).join('&'),
  );
const parameters = fc
  .tuple(fc.boolean(), query, fc.array(parameter, { minLength: 1, maxLength: 5 }))
  .map(([inUrl, urlQuery, params]) => (inUrl ? { query: urlQuery, params: [] } : { query: '', params }));

const headerName = fc.oneof(
  fc.constantFrom('Content-Type', 'X-Amz-Target', 'x-amz-meta', 'My-Header', 'MY-HEADER', 'Accept', 'Cache-Control'),
  fc.constantFrom('User-Agent', 'Connection', 'Expect', 'X-Amzn-Trace-Id', 'TE'),
  word.map((name) => `a${name}`),
);
const headerValue = fc.string({ unit: characters('abZ0,;="  \téሴ'), maxLength: 16 });
const headers = fc.array(fc.tuple(headerName, headerValue), { maxLength: 6 });
const dated = fc.constantFrom<readonly (readonly [string, string])[]>([], [], [], [['Date', 'now']]);

const cases: fc.Arbitrary<Case> = fc
  .record({
    form: fc.constantFrom<'header' | 'query'>('header', 'query'),
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'),
    host: fc.constantFrom('iam.amazonaws.com', 'localhost:8080', '[::1]:4566'),
    path,
    parameters,
    headers,
    dated,
    body: base64,
    accessKeyId: word,
    secretAccessKey: base64.filter(Boolean),
    sessionToken: fc.option(base64.filter(Boolean), { nil: undefined }),
    region: word,
    service: word,
    time: fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
    expiresIn: fc.integer({ min: 1, max: 604_800 }),
  })
  .map(({ parameters, dated, headers, body, time, sessionToken, form, ...rest }) => ({
    ...rest,
    ...parameters,
    form,
    headers: form === 'header' ? [...headers, ...dated] : headers,
    body: form === 'header' ? body : '',
    time: Math.floor(time.getTime() / 1000) * 1000,
    ...(sessionToken !== undefined && { sessionToken }),
  }));

function signWithBotocore(sample: readonly Case[]): Wire[] {
  const script = fileURLToPath(new URL('./differential.py', import.meta.url));
  const input = sample.map((each) => `${JSON.stringify(each)}\n`).join('');
  const { status, stdout, stderr, error } = spawnSync('python3', [script], { input, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`python3 could not sign with botocore: ${error?.message ?? stderr.toString()}`);
  return stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function requestOf({ method, target, headers, body }: Wire): SignedRequest {
  return { method, ...splitTarget(target), headers: flatHeaders(headers), body: Buffer.from(body, 'base64') };
}

/** Why we would refuse what botocore signed. */
function refusal(request: SignedRequest, { secretAccessKey, service, region, time }: Case): string | undefined {
  const read = readAuthentication(request);
  if (!read.ok) return read.fault.message;
  const { authentication } = read;
  const key = deriveSigningKey(secretAccessKey, authentication.scope);
  const fault = checkScopeAndTime(authentication, { service, region, now: time });
  return (fault ?? verifySignature(request, authentication, key))?.message;
}

const ADDED = /^(?:authorization|x-amz-date|x-amz-security-token)$/i;
const ADDED_PARAMETER = /^X-Amz-(?:Algorithm|Credential|Date|Expires|SignedHeaders|Security-Token|Signature)$/;

/** The signature we make for the request botocore was given. */
function ourSignature(request: SignedRequest, wire: Wire, example: Case): string | undefined {
  const scope = { region: example.region, service: example.service, now: example.time };
  if (example.form === 'header') {
    const headers = flatHeaders(wire.headers.filter(([name]) => !ADDED.test(name)));
    return signRequest({ ...request, headers }, example, scope)['Authorization']?.split('Signature=')[1];
  }
  const kept = (readQuery(request.query) ?? []).filter(({ name }) => !ADDED_PARAMETER.test(name));
  const query = kept.map(({ name, value }) => `${name}=${value}`).join('&');
  return presignRequest({ ...request, query }, example, { ...scope, expiresIn: example.expiresIn }).split(
    'Signature=',
  )[1];
}

/** What differs between us and botocore, if anything. */
function difference(wire: Wire, example: Case): object | undefined {
  const request = requestOf(wire);
  const refused = refusal(request, example);
  if (refused !== undefined) return { refused };
  // A request dated by `Date` lacks the header that we always add.
  if (example.headers.some(([name]) => name === 'Date')) return undefined;
  const read = readAuthentication(request);
  const theirs = read.ok ? read.authentication.signature : undefined;
  const ours = ourSignature(request, wire, example);
  return ours === theirs ? undefined : { ours, theirs };
}

test(`${COUNT} random requests signed by botocore are verified, and signed alike`, () => {
  const seed = Number(process.env['MUNIMENT_SIGV4_SEED'] ?? Date.now() % 2 ** 31);
  const sample = fc.sample(cases, { numRuns: COUNT, seed });
  const signed = signWithBotocore(sample);
  expect(signed).toHaveLength(COUNT);
  const differences = sample.flatMap((example, index) => {
    const wire = signed[index] as Wire;
    const found = difference(wire, example);
    return found ? [{ seed, index, wire, ...found }] : [];
  });
  expect(differences.slice(0, 3)).toEqual([]);
}, 120_000);
