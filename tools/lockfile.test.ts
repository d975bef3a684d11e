import { describe, expect, test } from '@jest/globals';
import { missingEntries } from './lockfile.mjs';

const lock = (optional: Readonly<Record<string, string>>, others: Readonly<Record<string, object>> = {}) => ({
  packages: {
    '': {},
    'node_modules/tool': { version: '2.0.0', license: 'MIT', dev: true, optionalDependencies: optional },
    ...others,
  },
});

describe('completing the lock file', () => {
  test('adds each platform that was left out, with where it runs', () => {
    const optional = { 'tool-linux-x64-musl': '2.0.0', '@tool/darwin-arm64': '2.0.0', 'tool-win32-ia32-msvc': '2.0.0' };
    expect(missingEntries(lock(optional))).toEqual({
      'node_modules/tool-linux-x64-musl': {
        version: '2.0.0',
        cpu: ['x64'],
        dev: true,
        libc: ['musl'],
        license: 'MIT',
        optional: true,
        os: ['linux'],
      },
      'node_modules/@tool/darwin-arm64': expect.objectContaining({ cpu: ['arm64'], os: ['darwin'] }),
      'node_modules/tool-win32-ia32-msvc': expect.objectContaining({ cpu: ['ia32'], os: ['win32'] }),
    });
  });

  test.each(['node_modules/tool-linux-x64-gnu', 'node_modules/tool/node_modules/tool-linux-x64-gnu'])(
    'leaves alone what is locked at %s',
    (path) => {
      expect(missingEntries(lock({ 'tool-linux-x64-gnu': '2.0.0' }, { [path]: { version: '2.0.0' } }))).toEqual({});
    },
  );

  test.each([
    ['whose name does not say where it runs', { 'tool-extras': '2.0.0' }],
    ['whose version is a range', { 'tool-linux-x64-gnu': '^2.0.0' }],
  ])('refuses to guess for a package %s', (_, optional) => {
    expect(() => missingEntries(lock(optional))).toThrow('cannot tell the platform');
  });
});
