/**
 * npm install, then `npm run lock`: completes package-lock.json with the platform packages that the registry at hand
 * does not offer. npm leaves those out, and `npm ci` then refuses the lock file on every machine.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];
const libraries = { glibc: /\bgnu/, musl: /\bmusl/ };

/** A binary's name says where it runs, such as `@scope/binding-linux-arm64-musl`. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const libc = Object.keys(libraries).filter((library) => libraries[library].test(name));
  return {
    os: systems.filter((system) => words.includes(system)),
    cpu: processors.filter((processor) => words.includes(processor)),
    ...(words.includes('linux') && libc.length > 0 ? { libc } : {}),
  };
}

const isExact = (version) => /^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version);

/** Where npm would look for a dependency of the package at `path`: beside it, then ever further up. */
function isLocked(packages, path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (packages[`${at}/node_modules/${name}`.replace(/^\//, '')]) return true;
    if (!at.includes('/node_modules/')) return packages[`node_modules/${name}`] !== undefined;
  }
}

/** The optional dependencies that some locked package names and the lock file lacks, as entries to add. */
export function missingEntries({ packages }) {
  const missing = {};
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isLocked(packages, path, name)) continue;
      const { os, cpu, libc } = platformOf(name);
      if (os.length === 0 || cpu.length === 0 || !isExact(version)) {
        throw new Error(`cannot tell the platform of \`${name}@${version}\`, an optional dependency of \`${path}\``);
      }
      missing[`node_modules/${name}`] = {
        version,
        cpu,
        ...(entry.dev ? { dev: true } : {}),
        ...(libc ? { libc } : {}),
        license: entry.license,
        optional: true,
        os,
      };
    }
  }
  return missing;
}

/** Part of `npm run check`: what `npm ci` would refuse. */
export function checkLockfile(root) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const findings = Object.keys(missingEntries(lock)).map((path) => `${path}: not in package-lock.json (npm run lock)`);
  return { findings, summary: `${Object.keys(lock.packages).length} entries, no platform left out` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL('../package-lock.json', import.meta.url));
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const missing = missingEntries(lock);
  const byPath = ([a], [b]) => a.localeCompare(b, 'en');
  lock.packages = Object.fromEntries(Object.entries({ ...lock.packages, ...missing }).sort(byPath));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${Object.keys(missing).length} entries added to package-lock.json`);
}
