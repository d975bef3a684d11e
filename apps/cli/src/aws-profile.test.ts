import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readSections, signerOf, type Wanted } from './aws-profile.js';

const folder = mkdtempSync(join(tmpdir(), 'muniment-profile-'));
const files = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') };

beforeAll(() => {
  writeFileSync(
    files.AWS_CONFIG_FILE,
    `[default]
region = eu-west-1
s3 =
  region = nowhere
[profile ops]
region=eu-central-1
endpoint_url = https://muniment.example:8443/base
aws_access_key_id = AKIACONFIG
aws_secret_access_key = config
[profile federated]
sso_session = corp
[profile half]
aws_access_key_id = AKIAHALF
`,
  );
  writeFileSync(
    files.AWS_SHARED_CREDENTIALS_FILE,
    `# the default
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = a=b+c/d
[ops]
aws_access_key_id = ASIAOPS
aws_secret_access_key = ops
aws_session_token = token
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const signer = (wanted: Wanted = {}, environment: Record<string, string> = {}) =>
  signerOf(wanted, { ...files, ...environment });
const keys = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'env' };

test('a file of profiles has sections and settings, and settings of settings', () => {
  expect(readSections('x = 0\n[ a ]\r\nB = c = d \r\n# e = f\n g = h\n[b]\n[a]\ni=j')).toEqual(
    new Map([
      ['a', { b: 'c = d', i: 'j' }],
      ['b', {}],
    ]),
  );
});

describe('credentials', () => {
  test('come from the environment before the profile', () => {
    expect(signer({}, keys).credentials).toEqual({ accessKeyId: 'AKIAENV', secretAccessKey: 'env' });
    expect(signer({}, { ...keys, AWS_SESSION_TOKEN: 't' }).credentials.sessionToken).toBe('t');
    expect(signer({}, { ...keys, AWS_PROFILE: 'ops' }).credentials.accessKeyId).toBe('AKIAENV');
  });

  test('come from the profile that is named on the command line before the environment', () => {
    expect(signer({ profile: 'ops' }, keys).credentials).toEqual({
      accessKeyId: 'ASIAOPS',
      secretAccessKey: 'ops',
      sessionToken: 'token',
    });
  });

  test('come from the default profile when nothing is said', () => {
    expect(signer().credentials).toEqual({ accessKeyId: 'AKIADEFAULT', secretAccessKey: 'a=b+c/d' });
    expect(signer({}, { AWS_PROFILE: 'ops', AWS_ACCESS_KEY_ID: '' }).credentials.accessKeyId).toBe('ASIAOPS');
  });

  test.each([
    [{ profile: 'nobody' }, {}, /^there is no profile `nobody` in `.*config` or `.*credentials`$/],
    [{ profile: 'half' }, {}, 'access key `AKIAHALF` has no secret beside it'],
    [
      { profile: 'federated' },
      {},
      'there are no credentials: the profile gets them by `sso_session`: ' +
        'use `eval "$(aws configure export-credentials --format env)"`',
    ],
    [
      {},
      { AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
      'there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws configure`',
    ],
  ])('%j with %j: refused', (wanted, environment, message) => {
    expect(() => signer(wanted, environment)).toThrow(message);
  });
});

test('the endpoint: option, then environment, then profile, then the address of a fresh server', () => {
  const both = { AWS_ENDPOINT_URL_MUNIMENT: 'http://a:1', AWS_ENDPOINT_URL: 'http://b:2' };
  expect(signer({ endpointUrl: 'http://c:3' }, both).url.href).toBe('http://c:3/');
  expect(signer({}, both).url.href).toBe('http://a:1/');
  expect(signer({}, { AWS_ENDPOINT_URL: 'http://b:2' }).url.href).toBe('http://b:2/');
  expect(signer({ profile: 'ops' }).url.href).toBe('https://muniment.example:8443/base');
  expect(signer().url.href).toBe('http://127.0.0.1:4566/');
  for (const endpointUrl of ['localhost', 'localhost:4566', 'file:///x']) {
    expect(() => signer({ endpointUrl })).toThrow(`\`${endpointUrl}\` is no URL of a server`);
  }
});

test('the region: option, then environment, then profile, then us-east-1', () => {
  const both = { AWS_REGION: 'a', AWS_DEFAULT_REGION: 'b' };
  expect(signer({ region: 'c' }, both).region).toBe('c');
  expect(signer({}, both).region).toBe('a');
  expect(signer({}, { AWS_DEFAULT_REGION: 'b' }).region).toBe('b');
  expect(signer().region).toBe('eu-west-1');
  expect(signer({}, { ...keys, AWS_CONFIG_FILE: '/dev/null' }).region).toBe('us-east-1');
});
