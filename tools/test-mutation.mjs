/**
 * npm run test:mutation [-- paths, Stryker's options as `--name=value`]: how many small errors in the policy engine its tests
 * notice. Only what changed since the last run is asked again; `--force` asks everything.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import configuration from '../stryker.config.mjs';
import { groups, SCORE } from './mutation/groups.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);
const paths = given.filter((argument) => !argument.startsWith('-'));
const options = given.filter((argument) => argument.startsWith('-'));
const mutated = Object.values(groups)
  .flat()
  .filter((file) => paths.length === 0 || paths.some((path) => file.includes(path)));
if (mutated.length === 0) throw new Error(`nothing that is mutated lies under \`${paths.join('`, `')}\``);

const { status } = spawnSync(
  process.execPath,
  ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run', '--mutate', mutated.join(','), ...options],
  { cwd: root, stdio: 'inherit', env: { ...process.env, MUNIMENT_TEST_SHORT: '1' } },
);

/** Stryker keeps the results of all files, also of those that were not asked for this time. */
const report = new URL(`../${configuration.incrementalFile}`, import.meta.url);
const results = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).files : {};

function told(name, mutants) {
  const count = (...wanted) => mutants.filter((mutant) => wanted.includes(mutant.status)).length;
  const noticed = count('Killed', 'Timeout');
  const all = noticed + count('Survived', 'NoCoverage');
  const score = all === 0 ? 100 : (noticed / all) * 100;
  console.log(`${name.padEnd(48)} ${score.toFixed(1).padStart(6)} %  ${noticed} of ${all}`);
  return score;
}

let enough = true;
for (const [group, files] of Object.entries(groups)) {
  const known = files.filter((file) => results[file] !== undefined);
  for (const file of known) told(`  ${file}`, results[file].mutants);
  if (
    told(
      group,
      known.flatMap((file) => results[file].mutants),
    ) < SCORE
  )
    enough = false;
}
process.exitCode = status === 0 && enough ? 0 : 1;
