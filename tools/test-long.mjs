/** npm run test:long [-- paths, jest's arguments as `--name=value`]: property and fuzz tests in their long form, one after another. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);
const paths = given.filter((argument) => !argument.startsWith('-'));
const options = given.filter((argument) => argument.startsWith('-'));
const { status } = spawnSync(
  process.execPath,
  [
    'tools/test.mjs',
    '--runInBand',
    '--selectProjects',
    'muniment',
    ...options,
    '--',
    ...(paths.length > 0 ? paths : ['libs/policy/src/proof']),
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, MUNIMENT_TEST_LONG: '1' } },
);
process.exitCode = status ?? 1;
