/** npm test [-- jest's arguments]: runs Jest on ES modules and ends with the line `N passed, N failed`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEventStore } from './event-store.mjs';
import { tally } from './tally.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);
const isWorkers = (argument) => /^(?:-w|-i|--maxWorkers|--runInBand)\b/.test(argument);
const faults = 'apps/conformance/src/faults';

/**
 * What is asked for; if nothing is, everything. A fault test starts a dozen processes and watches the clock: two of them at
 * once would measure each other. Of the others many wait, for servers and for time: three keep two processors busy.
 */
const runs =
  given.length > 0
    ? [given.some(isWorkers) ? given : ['--maxWorkers=2', ...given]]
    : [
        ['--maxWorkers=3', '--testPathIgnorePatterns', '/node_modules/', '/dist/', `/${faults}/`],
        ['--runInBand', '--selectProjects', 'muniment', '--', faults],
      ];

/** Jest's own account of a run; undefined when it left none. */
async function run(jestArguments) {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-test-'));
  const outputFile = join(folder, 'results.json');
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const options = [
    '--experimental-vm-modules',
    '--no-warnings',
    jest,
    '--testTimeout=30000',
    // A test that failed in the middle may have left something running: the run ends all the same.
    '--forceExit',
    '--json',
    `--outputFile=${outputFile}`,
  ];
  const child = spawn(process.execPath, [...options, ...jestArguments], { cwd: root, stdio: 'inherit' });
  const stop = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
  const [status] = await once(child, 'close');
  for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stop);
  const results = existsSync(outputFile) ? JSON.parse(readFileSync(outputFile, 'utf8')) : undefined;
  rmSync(folder, { recursive: true });
  return { status, results };
}

const stopEventStore = given.some((argument) => argument.startsWith('--list'))
  ? async () => {}
  : await startEventStore();
let passed = 0;
let failed = 0;
let counted = false;
const missing = [];
for (const jestArguments of runs) {
  const { status, results } = await run(jestArguments);
  // Options such as --listTests or --showConfig run no test and leave no results.
  if (!results?.testResults && status === 0) continue;
  counted = true;
  const told = tally(results, { strict: Boolean(process.env.CI) });
  passed += told.passed;
  failed += told.failed;
  missing.push(...told.lacking);
  // Jest ends badly for reasons that are no test's: they count, too.
  if (status !== 0 && told.failed === 0 && told.lacking.length === 0) failed++;
}
await stopEventStore();
if (counted) {
  for (const { program, suite, install } of missing) {
    const how = install ? ` (${install})` : '';
    console.log(`could not run for lack of \`${program}\`${how}: ${relative(root, suite)}`);
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
