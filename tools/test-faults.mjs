/** npm run test:faults [-- jest's arguments]: the fault tests in their long form, one after another. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  ['tools/test.mjs', '--runInBand', '--selectProjects', 'muniment', ...given, '--', 'apps/conformance/src/faults'],
  { cwd: root, stdio: 'inherit', env: { ...process.env, MUNIMENT_TEST_FAULTS: 'long' } },
);
process.exitCode = status ?? 1;
