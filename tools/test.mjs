/** npm test [-- jest's arguments]: runs Jest on ES modules and ends with the line `N passed, N failed`. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEventStore } from './event-store.mjs';
import { tally } from './tally.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'muniment-test-'));
const outputFile = join(folder, 'results.json');
const given = process.argv.slice(2);
const workers = given.some((argument) => /^(?:-w|-i|--maxWorkers|--runInBand)\b/.test(argument))
  ? []
  : ['--maxWorkers=2'];

const stopEventStore = given.some((argument) => argument.startsWith('--list'))
  ? async () => {}
  : await startEventStore();
const jest = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--json',
    `--outputFile=${outputFile}`,
    ...workers,
    ...given,
  ],
  { cwd: root, stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => jest.kill(signal));

jest.on('close', (status) => {
  void stopEventStore();
  const results = existsSync(outputFile) ? JSON.parse(readFileSync(outputFile, 'utf8')) : undefined;
  rmSync(folder, { recursive: true });
  // Options such as --listTests or --showConfig run no test and leave no results.
  if (!results?.testResults && status === 0) return;
  const { passed, failed, lacking } = tally(results, { strict: Boolean(process.env.CI) });
  for (const { program, suite, install } of lacking) {
    const how = install ? ` (${install})` : '';
    console.log(`could not run for lack of \`${program}\`${how}: ${relative(root, suite)}`);
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || (status !== 0 && lacking.length === 0) ? 1 : 0;
});
