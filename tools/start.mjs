/** npm start [-- --memory]: builds what the server needs, then is the server. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { status } = spawnSync(`${root}node_modules/.bin/tsc`, ['-b', 'apps/solo'], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
process.argv.splice(2, 0, 'start');
await import('../apps/solo/dist/main.js');
