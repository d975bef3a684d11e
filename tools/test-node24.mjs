/** npm run test:node24 [-- jest's arguments]: the tests under Node 24, whose binary comes from npm. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const version = '24.21.0';
const root = fileURLToPath(new URL('..', import.meta.url));

// The npm package `node` fetches its binary in an install script, and scripts are off here; this is what it fetches.
const binaries = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const folder = join(root, 'node_modules', '.cache', `node-${version}`);
const node = join(folder, 'node_modules', binaries, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

if (!existsSync(node)) {
  mkdirSync(folder, { recursive: true });
  const args = ['install', '--prefix', folder, '--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit'];
  const { status } = spawnSync('npm', [...args, `${binaries}@${version}`], { cwd: folder, stdio: 'inherit' });
  if (status !== 0 || !existsSync(node)) {
    console.error(`cannot install \`${binaries}@${version}\` from the npm registry`);
    process.exit(1);
  }
}
const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
console.log(`running under Node ${stdout.trim()}`);
const { status } = spawnSync(node, [join(root, 'tools', 'test.mjs'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
