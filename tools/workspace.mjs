/** What the checks know of the workspace: its packages, their files, and what each file imports. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync } from '@swc/core';

const skippedFolders = new Set(['node_modules', 'dist', 'coverage', '.nx', '.git', '.muniment']);

/** Every file under a folder, as paths relative to it, build results and installed packages left out. */
export function filesUnder(folder, wanted = () => true) {
  const found = [];
  const visit = (at) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (skippedFolders.has(entry.name)) continue;
      const path = join(at, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (wanted(path)) found.push(relative(folder, path));
    }
  };
  if (existsSync(folder)) visit(folder);
  return found.sort();
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

const referencedFolders = (root, folder) => {
  const path = join(root, folder, 'tsconfig.json');
  const references = existsSync(path) ? (readJson(path).references ?? []) : [];
  return references.map((reference) => relative(root, join(root, folder, reference.path)));
};

/** The packages of `libs` and `apps`: manifest, layer tag, TypeScript references and modules with their imports. */
export function readPackages(root) {
  const folders = ['libs', 'apps'].flatMap((room) =>
    existsSync(join(root, room)) ? readdirSync(join(root, room)).map((name) => join(room, name)) : [],
  );
  return folders
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => {
      const manifest = readJson(join(root, folder, 'package.json'));
      return {
        folder,
        name: manifest.name,
        shortName: manifest.name.replace(/^@muniment\//, ''),
        tags: manifest.nx?.tags ?? [],
        dependencies: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
        devDependencies: Object.keys(manifest.devDependencies ?? {}),
        references: referencedFolders(root, folder),
        modules: filesUnder(join(root, folder), (path) => /\.[cm]?tsx?$/.test(path) && !path.endsWith('.d.ts')).map(
          (path) => readModule(root, join(folder, path)),
        ),
      };
    });
}

/** The folders that the root `tsconfig.json` builds. */
export const builtFolders = (root) => referencedFolders(root, '.');

/** One source file: where it is, whether it holds anything, and the specifiers it imports. */
export function readModule(root, path) {
  const source = readFileSync(join(root, path), 'utf8');
  const { body } = parseSync(source, { syntax: 'typescript', tsx: path.endsWith('x'), decorators: true });
  return {
    path,
    empty: body.every(exportsNothing),
    imports: importsOf(body).map((to) => ({ to, line: lineOf(source, to) })),
  };
}

const exportsNothing = (item) =>
  item.type === 'ExportNamedDeclaration' && item.source === null && item.specifiers.length === 0;

/** Where each kind of node keeps the module it names; all else is only walked through. */
const specifierOf = {
  ImportDeclaration: (node) => node.source.value,
  ExportNamedDeclaration: (node) => node.source?.value,
  ExportAllDeclaration: (node) => node.source.value,
  TsExternalModuleReference: (node) => node.expression.value,
  TsImportType: (node) => node.argument.value,
  CallExpression: (node) =>
    node.callee.type === 'Import' || (node.callee.type === 'Identifier' && node.callee.value === 'require')
      ? node.arguments[0]?.expression.value
      : undefined,
};

function importsOf(body) {
  const specifiers = new Set();
  const waiting = [body];
  while (waiting.length > 0) {
    const node = waiting.pop();
    const specifier = specifierOf[node.type]?.(node);
    if (typeof specifier === 'string') specifiers.add(specifier);
    for (const value of Object.values(node)) if (value !== null && typeof value === 'object') waiting.push(value);
  }
  return [...specifiers].sort();
}

const lineOf = (source, specifier) =>
  1 + source.split('\n').findIndex((line) => [`'${specifier}'`, `"${specifier}"`].some((text) => line.includes(text)));
