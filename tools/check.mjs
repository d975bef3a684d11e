/** npm run check [-- name…]: every check of the house, each one line when fine; all are run before it fails. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkBoundaries } from './check-boundaries.mjs';
import { checkFiles } from './check-files.mjs';
import { checkLicences } from './check-licences.mjs';
import { checkLockfile } from './lockfile.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(root, 'node_modules', '.bin', name);

/** Runs a program; what it printed are the findings when it fails. */
function run(command, args, summary) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return { findings: [], summary: summary(stdout + stderr) };
  return { findings: [error?.message ?? `${stdout}${stderr}`.trim()], summary: '' };
}

const types = () =>
  run(bin('tsc'), ['-b'], () => {
    const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
    return `${references.length} projects, tests included`;
  });

const lint = () =>
  run(
    bin('oxlint'),
    ['--type-aware', '--deny-warnings'],
    (output) => /on (\d+ files with \d+ rules)/.exec(output)?.[1] ?? '',
  );

const format = () =>
  run(bin('biome'), ['format', '--max-diagnostics=50'], (output) => /Checked (\d+ files)/.exec(output)?.[1] ?? '');

/** Any `tools/generate-*` takes `--check` and fails when the committed file is another. */
function generated() {
  const generators = readdirSync(join(root, 'tools'))
    .map((name) => join('tools', name, 'main.mjs'))
    .filter((path) => /generate-/.test(path) && existsSync(join(root, path)));
  const results = generators.map((path) => run(process.execPath, [path, '--check'], () => ''));
  return {
    findings: results.flatMap(({ findings }) => findings),
    summary: `${generators.length} generators, no difference`,
  };
}

const checks = {
  types,
  lint,
  format,
  boundaries: () => checkBoundaries(root),
  files: () => checkFiles(root),
  licences: () => checkLicences(root),
  lockfile: () => checkLockfile(root),
  generated,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in checks));
if (unknown.length > 0) {
  console.error(`no check named \`${unknown.join('`, `')}\`: there are ${Object.keys(checks).join(', ')}`);
  process.exit(2);
}

const failed = [];
for (const name of wanted.length > 0 ? wanted : Object.keys(checks)) {
  const started = performance.now();
  const { findings, summary } = checks[name]();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (findings.length === 0) console.log(`ok    ${name.padEnd(10)} ${summary} (${seconds} s)`);
  else {
    failed.push(name);
    console.log(`FAIL  ${name} (${seconds} s)`);
    for (const finding of findings) console.log(finding.replaceAll(/^/gm, '      '));
  }
}
if (failed.length > 0) {
  console.log(`\n${failed.length} failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
