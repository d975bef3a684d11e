import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { checkFiles } from './check-files.mjs';
import { checkLicences } from './check-licences.mjs';

const roots: string[] = [];
afterEach(() => roots.splice(0).forEach((root) => rmSync(root, { recursive: true })));

function rootWith(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'checks-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

describe('the check of hand-written files', () => {
  const findings = (path: string, text: string) => checkFiles(rootWith({ [path]: text })).findings;

  test('takes a file of 500 lines and refuses one more', () => {
    expect(findings('libs/x/src/user.ts', 'x;\n'.repeat(500))).toEqual([]);
    expect(findings('libs/x/src/user.ts', 'x;\n'.repeat(501))).toEqual(['libs/x/src/user.ts: 501 lines, at most 500']);
  });

  test('leaves generated files alone', () => {
    expect(
      checkFiles(rootWith({ 'libs/x/src/iam.gen.ts': 'x;\n'.repeat(900), 'libs/x/src/a.ts': '' })).findings,
    ).toEqual([]);
  });

  test.each(['libs/x/src/utils.ts', 'libs/x/src/helpers/user.ts', 'tools/common.mjs'])(
    'refuses the name %s',
    (path) => {
      expect(findings(path, '')).toHaveLength(1);
    },
  );

  test('takes a name of AWS that holds such a word', () => {
    expect(findings('libs/x/src/service-linked-role.ts', '')).toEqual([]);
  });

  const said = 'keys are computed';
  test.each([
    ['an open end', `// ${'TO'}${'DO'} later`, ''],
    ['a silenced error', `// @ts-${'ignore'} ${said}`, ''],
    [
      'a silenced rule without a reason',
      `// oxlint-${'disable'}-next-line eqeqeq`,
      `// oxlint-${'disable'}-next-line eqeqeq -- ${said}`,
    ],
    ['an ignored finding without a reason', `// biome-${'ignore'} lint/a`, `// biome-${'ignore'} lint/a: ${said}`],
  ])('refuses %s', (_, refused, taken) => {
    expect(findings('apps/x/src/a.ts', refused)).toHaveLength(1);
    expect(findings('apps/x/src/a.ts', taken)).toEqual([]);
  });

  test('fails when it sees nothing', () => {
    expect(checkFiles(rootWith({})).findings).toEqual(['no source was seen at all: the check itself is broken']);
  });
});

describe('the check of licences', () => {
  const findings = (name: string, license: unknown, installed?: object) =>
    checkLicences(
      rootWith({
        'package-lock.json': JSON.stringify({ packages: { [`node_modules/${name}`]: { version: '1.0.0', license } } }),
        ...(installed ? { [`node_modules/${name}/package.json`]: JSON.stringify(installed) } : {}),
      }),
    ).findings;

  test.each(['MIT', '(MIT OR GPL-3.0)', 'Apache-2.0 AND MIT', 'Apache-2.0 AND MIT OR GPL-2.0'])(
    'takes %s',
    (licence) => {
      expect(findings('a', licence)).toEqual([]);
    },
  );

  test.each(['GPL-3.0', 'MIT AND LGPL-3.0', 'UNLICENSED', 'CC-BY-4.0'])('refuses %s', (licence) => {
    expect(findings('a', licence)).toEqual([`a@1.0.0: \`${licence}\` is not on the permissive list`]);
  });

  test('takes a licence for data where the package is data', () => {
    expect(findings('caniuse-lite', 'CC-BY-4.0')).toEqual([]);
  });

  test('believes the installed manifest before the lock file, in its older forms too', () => {
    expect(findings('a', 'MIT', { license: 'GPL-3.0' })).toHaveLength(1);
    expect(findings('a', undefined, { licenses: [{ type: 'GPL-3.0' }, { type: 'MIT' }] })).toEqual([]);
  });

  test('refuses a published package without the licence and notice of the repository', () => {
    const lock = { packages: { 'node_modules/a': { version: '1.0.0', license: 'MIT' } } };
    const files = { 'package-lock.json': JSON.stringify(lock), LICENSE: 'do', NOTICE: 'us' };
    const published = { ...files, 'libs/a/package.json': '{}', 'libs/a/LICENSE': 'do not', 'libs/a/NOTICE': 'us' };
    expect(checkLicences(rootWith(published)).findings).toEqual([
      'libs/a/LICENSE: differs from `LICENSE`, and its package is published',
    ]);
    expect(checkLicences(rootWith({ ...published, 'libs/a/LICENSE': 'do' })).findings).toEqual([]);
    expect(checkLicences(rootWith({ ...files, 'libs/a/package.json': '{"private":true}' })).findings).toEqual([]);
  });

  test('refuses a package that names none', () => {
    expect(findings('@scope/a', undefined)).toEqual(['@scope/a@1.0.0: names no licence']);
  });
});
