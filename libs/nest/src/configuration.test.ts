import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ConfigurationError, configurationReference, readConfiguration } from './read-configuration.js';

test('without settings: loopback, port 4566, data in `.muniment` (architecture 9)', () => {
  expect(readConfiguration({ PATH: '/bin' })).toMatchObject({
    host: '127.0.0.1',
    port: 4566,
    dataDir: '.muniment',
    memory: false,
    partition: 'aws',
    signatureWindowSeconds: 300,
  });
});

test('settings come from the environment, over a file, under what the command line says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-configuration-'));
  const file = join(folder, 'settings.json');
  writeFileSync(file, JSON.stringify({ MUNIMENT_PORT: 5000, MUNIMENT_HOST: '::1' }));
  const read = readConfiguration({ MUNIMENT_CONFIG_FILE: file, MUNIMENT_PORT: '6000' }, { memory: true });
  expect(read).toMatchObject({ port: 6000, host: '::1', memory: true });
  rmSync(folder, { recursive: true });
});

const refused: [string, Record<string, string>, RegExp][] = [
  ['an unknown setting', { MUNIMENT_PROT: '1' }, /MUNIMENT_PROT: there is no such setting/],
  ['a port that is none', { MUNIMENT_PORT: '70000' }, /MUNIMENT_PORT: must not be greater than 65535/],
  ['an account id of eleven digits', { MUNIMENT_ACCOUNT_ID: '12345678901' }, /MUNIMENT_ACCOUNT_ID: must be 12 digits/],
  ['a partition that there is not', { MUNIMENT_PARTITION: 'ours' }, /MUNIMENT_PARTITION: must be one of/],
  [
    'a root key id without its secret',
    { MUNIMENT_ROOT_ACCESS_KEY_ID: 'AKIAAAAAAAAAAAAAAAAA' },
    /SECRET_ACCESS_KEY: must have/,
  ],
  ['a file that is not there', { MUNIMENT_CONFIG_FILE: '/nowhere.json' }, /cannot read `\/nowhere.json`: ENOENT/],
  ['a root key of the wrong length', { MUNIMENT_ROOT_KEY: 'c2hvcnQ=' }, /MUNIMENT_ROOT_KEY: must be 32 bytes/],
  ['further accounts without secrets', { MUNIMENT_ACCOUNTS: '222222222222' }, /MUNIMENT_ACCOUNTS: must be/],
];

test.each(refused)('%s stops the start and is named (S27)', (_, environment, problem) => {
  expect(() => readConfiguration(environment)).toThrow(ConfigurationError);
  expect(() => readConfiguration(environment)).toThrow(problem);
});

test.each(['test', 'password', 'short-secret-15'])(
  'a default or short root secret stops the start, and is not repeated: %s (S27)',
  (secret) => {
    const environment = {
      MUNIMENT_ROOT_ACCESS_KEY_ID: 'AKIAAAAAAAAAAAAAAAAA',
      MUNIMENT_ROOT_SECRET_ACCESS_KEY: secret,
    };
    const message = (() => {
      try {
        readConfiguration(environment);
        return 'started';
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(message).toContain('MUNIMENT_ROOT_SECRET_ACCESS_KEY: must have at least 16 characters');
    expect(message.replaceAll('MUNIMENT_ROOT_SECRET_ACCESS_KEY', '')).not.toContain(secret);
  },
);

test('any setting may stand in a file of its own, but not in two places', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'muniment-settings-')), 'account-id');
  writeFileSync(file, '123456789012\n');
  expect(readConfiguration({ MUNIMENT_ACCOUNT_ID_FILE: file }).accountId).toBe('123456789012');
  expect(() => readConfiguration({ MUNIMENT_ACCOUNT_ID_FILE: file, MUNIMENT_ACCOUNT_ID: '2'.repeat(12) })).toThrow(
    'MUNIMENT_ACCOUNT_ID_FILE: MUNIMENT_ACCOUNT_ID is set as well',
  );
  expect(() => readConfiguration({ MUNIMENT_ROOT_KEY_FILE: '/nowhere' })).toThrow(
    /MUNIMENT_ROOT_KEY_FILE: cannot read `\/nowhere`: ENOENT/,
  );
});

test('all problems are named at once', () => {
  expect(() => readConfiguration({ MUNIMENT_PORT: 'x', MUNIMENT_NOPE: '1' })).toThrow(
    /MUNIMENT_NOPE[\s\S]*MUNIMENT_PORT/,
  );
});

test('every setting is in the reference', () => {
  expect(configurationReference().map(({ setting }) => setting)).toEqual(
    expect.arrayContaining(['MUNIMENT_HOST', 'MUNIMENT_DATA_DIR', 'MUNIMENT_ROOT_KEY']),
  );
});
