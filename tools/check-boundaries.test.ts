import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { checkBoundaries } from './check-boundaries.mjs';

interface Package {
  readonly tag: string;
  readonly files: Readonly<Record<string, string>>;
  readonly dependencies?: readonly string[];
  readonly devDependencies?: readonly string[];
  /** What `tsconfig.json` refers to, where it is not what is declared. */
  readonly references?: readonly string[];
}

type Tree = Readonly<Record<string, Package>>;

/** The smallest workspace with one package of every kind and no finding. */
const sound: Tree = {
  'libs/aws-model': { tag: 'pure', files: { 'src/index.ts': 'export const iam = 1;' } },
  'libs/kernel': {
    tag: 'pure',
    files: {
      'src/index.ts': `export * from './call.js';`,
      'src/call.ts': `export { iam } from '@muniment/aws-model';`,
    },
    dependencies: ['aws-model'],
  },
  'libs/sigv4': { tag: 'pure', files: { 'src/index.ts': `import { createHmac } from 'node:crypto';\ncreateHmac;` } },
  'libs/directory': {
    tag: 'pure',
    files: {
      'src/contract.ts': `export type { iam } from '@muniment/kernel';`,
      'src/user.test.ts': `import { given } from '@muniment/testing';\nimport { test } from '@jest/globals';\ntest(given);`,
    },
    dependencies: ['kernel'],
    devDependencies: ['testing'],
  },
  'libs/sts': {
    tag: 'pure',
    files: { 'src/index.ts': `export type { User } from '@muniment/directory/contract';` },
    dependencies: ['directory'],
  },
  'libs/runtime': {
    tag: 'shell',
    files: { 'src/index.ts': `import 'node:fs';\nexport * from '@muniment/kernel';` },
    dependencies: ['kernel'],
  },
  'libs/eventlog-lmdb': {
    tag: 'adapter',
    files: { 'src/index.ts': `import 'lmdb';\nimport '@muniment/runtime';` },
    dependencies: ['runtime', 'lmdb'],
  },
  'libs/nest': {
    tag: 'host',
    files: { 'src/index.ts': `import '@nestjs/common';\nimport '@muniment/runtime';` },
    dependencies: ['runtime', '@nestjs/common'],
  },
  'libs/testing': {
    tag: 'testing',
    files: { 'src/index.ts': `export * from '@muniment/kernel';` },
    dependencies: ['kernel'],
  },
  'apps/solo': {
    tag: 'app',
    files: { 'src/main.ts': `await import('@muniment/nest');\nimport '@muniment/eventlog-lmdb';` },
    dependencies: ['nest', 'eventlog-lmdb'],
  },
};

const roots: string[] = [];
afterEach(() => roots.splice(0).forEach((root) => rmSync(root, { recursive: true })));

const folderOf = (name: string) => (name.startsWith('app-') ? name.replace('app-', 'apps/') : `libs/${name}`);
const isOurs = (name: string) => /^[a-z0-9-]+$/.test(name) && name !== 'lmdb';
const nameOf = (folder: string) => `@muniment/${folder.replace('apps/', 'app-').replace('libs/', '')}`;
const versions = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [isOurs(name) ? `@muniment/${name}` : name, '0.1.0']));

function write(root: string, files: Readonly<Record<string, unknown>>) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

/** Checks the sound workspace with some packages changed or added. */
function check(changes: Readonly<Record<string, Partial<Package>>> = {}, built?: readonly string[]) {
  const tree = { ...sound } as Record<string, Package>;
  for (const [folder, change] of Object.entries(changes)) {
    tree[folder] = { ...(tree[folder] ?? { tag: 'pure', files: {} }), ...change };
  }
  const root = mkdtempSync(join(tmpdir(), 'boundaries-'));
  roots.push(root);
  write(root, { 'tsconfig.json': { references: (built ?? Object.keys(tree)).map((path) => ({ path })) } });
  for (const [folder, { tag, files, dependencies = [], devDependencies = [], references }] of Object.entries(tree)) {
    const declared = [...dependencies, ...devDependencies].filter(isOurs).map(folderOf);
    write(join(root, folder), {
      'package.json': {
        name: nameOf(folder),
        dependencies: versions(dependencies),
        devDependencies: versions(devDependencies),
        nx: { tags: [tag] },
      },
      'tsconfig.json': { references: (references ?? declared).map((path) => ({ path: relative(folder, path) })) },
      ...files,
    });
  }
  return checkBoundaries(root);
}

/** One more module in a package, with what it needs declared. */
const importing = (folder: string, source: string, dependencies: readonly string[] = [], file = 'src/more.ts') => ({
  [folder]: {
    files: { ...sound[folder]?.files, [file]: source },
    dependencies: [...(sound[folder]?.dependencies ?? []), ...dependencies],
  },
});

describe('the boundary check', () => {
  test('accepts a workspace whose dependencies point one way, and says how much it saw', () => {
    const { findings, summary } = check();
    expect(findings).toEqual([]);
    expect(summary).toBe('12 modules, 16 imports in 10 packages');
  });

  test.each([
    [
      'a pure package importing a shell',
      importing('libs/kernel', `import '@muniment/runtime';`, ['runtime']),
      'pure must not import shell',
    ],
    [
      'a shell importing an adapter',
      importing('libs/runtime', `import '@muniment/eventlog-lmdb';`, ['eventlog-lmdb']),
      'shell must not import adapter',
    ],
    [
      'an adapter importing the host',
      importing('libs/eventlog-lmdb', `import '@muniment/nest';`, ['nest']),
      'adapter must not import host',
    ],
    [
      'the host importing an app',
      importing('libs/nest', `import '@muniment/app-solo';`, ['app-solo']),
      'nothing imports an app',
    ],
    [
      'the testing package importing the host',
      importing('libs/testing', `import '@muniment/nest';`, ['nest']),
      'testing must not import host',
    ],
    [
      'a source importing the testing package',
      importing('libs/sts', `import '@muniment/testing';`, ['testing']),
      'only tests and contract suites import a testing package',
    ],
    [
      'a context importing another whole',
      importing('libs/sts', `import '@muniment/directory';`),
      'contexts meet only through `@muniment/directory/contract`',
    ],
    [
      'a foundation importing another',
      importing('libs/sigv4', `import '@muniment/kernel';`, ['kernel']),
      'sigv4 may import of ours only: nothing',
    ],
    [
      'a pure package importing a third party',
      importing('libs/kernel', `import 'lmdb';`, ['lmdb']),
      'a pure package imports neither third-party packages nor builtins',
    ],
    [
      'a pure package importing a builtin',
      importing('libs/directory', `import { readFile } from 'node:fs/promises';readFile;`),
      'a pure package imports neither third-party packages nor builtins',
    ],
    [
      'sigv4 importing another builtin than its own',
      importing('libs/sigv4', `import 'node:fs';`),
      'a pure package imports neither third-party packages nor builtins',
    ],
    [
      'an adapter importing Nest',
      importing('libs/eventlog-lmdb', `import '@nestjs/core';`, ['@nestjs/core']),
      'only libs/nest and apps import @nestjs',
    ],
    [
      'a source importing what is not declared',
      importing('libs/runtime', `import { pino } from 'pino';pino;`),
      '`pino` is not among the dependencies',
    ],
    [
      'a relative import of another package',
      importing('libs/runtime', `export * from '../../kernel/src/call.js';`),
      'a relative import stays inside its package',
    ],
    [
      'a source importing what only tests may',
      importing('libs/directory', `import './user.test.js';`),
      'a source imports nothing that is only for tests',
    ],
    [
      'a package importing itself by name',
      importing('libs/runtime', `export * from '@muniment/runtime';`),
      'a package imports its own modules by relative path',
    ],
    [
      'an import of a package that is not there',
      importing('libs/runtime', `import '@muniment/nowhere';`, ['nowhere']),
      'no such package in this repository',
    ],
    [
      'an undeclared import of ours',
      importing('libs/nest', `import '@muniment/kernel';`),
      'imports `@muniment/kernel` without a dependency on it',
    ],
    [
      'a test importing ours undeclared',
      importing('libs/sts', `import '@muniment/testing';`, [], 'src/role.test.ts'),
      'tests import `@muniment/testing` without a devDependency',
    ],
    [
      'a declared package that is never imported',
      { 'libs/runtime': { dependencies: ['kernel', 'aws-model'] } },
      'declares `@muniment/aws-model` and never imports it',
    ],
    [
      'a dependency that only tests import',
      { 'libs/directory': { dependencies: ['kernel', 'testing'], devDependencies: [] } },
      'only tests import `@muniment/testing`: make it a devDependency',
    ],
    [
      'a missing TypeScript reference',
      { 'libs/runtime': { references: [] } },
      'tsconfig.json lacks the reference to libs/kernel',
    ],
    [
      'a TypeScript reference too many',
      { 'libs/runtime': { references: ['libs/kernel', 'libs/sigv4'] } },
      'tsconfig.json refers to libs/sigv4, which is not declared',
    ],
    [
      'a package without a layer',
      { 'libs/runtime': { tag: 'other' } },
      'nx.tags name none of pure, shell, adapter, host, app, testing',
    ],
    ['a package of which nothing is seen', { 'libs/decisions': { files: {} } }, 'no module was seen in this package'],
  ])('refuses %s', (_, changes, finding) => {
    expect(check(changes).findings.join('\n')).toContain(finding);
  });

  test.each([
    ['import type', `import type { x } from '@muniment/nest';`],
    ['export from', `export { x } from '@muniment/nest';`],
    ['export all', `export * as nest from '@muniment/nest';`],
    ['a type query', `export type X = import('@muniment/nest').X;`],
    ['a dynamic import deep inside', `export class A { async b() { return [await import('@muniment/nest')]; } }`],
    ['import equals', `import nest = require('@muniment/nest');`],
  ])('sees %s', (_, source) => {
    const { findings } = check(importing('libs/runtime', source, ['nest']));
    expect(findings).toContain('libs/runtime/src/more.ts:1: `@muniment/nest`: shell must not import host');
  });

  test('is not misled by comments and texts that look like imports', () => {
    const source = `// import '@muniment/nest'\nexport const text = "import '@muniment/nest'";`;
    expect(check(importing('libs/runtime', source)).findings).toEqual([]);
  });

  test('refuses a package that the root project does not build', () => {
    const built = Object.keys(sound).filter((folder) => folder !== 'libs/sts');
    expect(check({}, built).findings).toEqual(['libs/sts: the root tsconfig.json does not build this package']);
  });

  test('fails when it sees nothing, instead of passing', () => {
    const root = mkdtempSync(join(tmpdir(), 'boundaries-'));
    roots.push(root);
    write(root, { 'tsconfig.json': {} });
    expect(checkBoundaries(root).findings).toEqual([
      'no module was seen at all: the check itself is broken',
      'no import was seen at all: the check itself is broken',
    ]);
  });

  test('names the packages that hold nothing yet', () => {
    const { findings, summary } = check({
      'libs/audit': { files: { 'src/index.ts': 'export {};' }, dependencies: ['kernel'] },
    });
    expect(findings).toEqual([]);
    expect(summary).toContain('(still empty: audit)');
  });
});
