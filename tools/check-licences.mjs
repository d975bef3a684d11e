/** Every installed or lockable dependency, for production and development, must be under a permissive licence. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from './workspace.mjs';

const permissive = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
  'Python-2.0',
]);

/** Packages that are data, not code, and may carry a licence for data. */
const dataLicences = { 'caniuse-lite': 'CC-BY-4.0' };

/** SPDX: each alternative of an `OR` is enough, each part of an `AND` is needed. */
function allowed(expression, name) {
  const parts = expression.replaceAll(/[()]/g, '').split(/\s+OR\s+/);
  return parts.some((part) => part.split(/\s+AND\s+/).every((id) => permissive.has(id) || dataLicences[name] === id));
}

const textOf = (licence) => (typeof licence === 'string' ? licence : licence?.type);

/** Old manifests name a list; any one of it may be chosen. */
function licenceIn(manifest) {
  if (Array.isArray(manifest.licenses)) return manifest.licenses.map(textOf).join(' OR ');
  return textOf(manifest.license) ?? textOf(manifest.licenses);
}

const textAt = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);

/** What is published stands by itself: it carries the repository's licence and notice, word for word. */
function withoutLicence(root) {
  const manifests = filesUnder(join(root, 'libs'), (path) => /libs\/[^/]+\/package\.json$/.test(path));
  return manifests
    .filter((path) => !JSON.parse(readFileSync(join(root, 'libs', path), 'utf8')).private)
    .flatMap((path) =>
      ['LICENSE', 'NOTICE']
        .map((name) => [name, join('libs', path, '..', name)])
        .filter(([name, copy]) => textAt(join(root, copy)) !== textAt(join(root, name)))
        .map(([name, copy]) => `${copy}: differs from \`${name}\`, and its package is published`),
    );
}

/** Packages for other platforms are locked but not installed: for those the lock file's word is taken. */
export function checkLicences(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const locked = Object.entries(packages).filter(([path, entry]) => path.includes('node_modules/') && !entry.link);
  const findings = locked.flatMap(([path, entry]) => {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const manifest = join(root, path, 'package.json');
    const licence = (existsSync(manifest) && licenceIn(JSON.parse(readFileSync(manifest, 'utf8')))) || entry.license;
    if (!licence) return [`${name}@${entry.version}: names no licence`];
    return allowed(licence, name) ? [] : [`${name}@${entry.version}: \`${licence}\` is not on the permissive list`];
  });
  findings.push(...withoutLicence(root));
  if (locked.length === 0) findings.push('no dependency was seen at all: the check itself is broken');
  return { findings, summary: `${locked.length} dependencies, all permissive` };
}
