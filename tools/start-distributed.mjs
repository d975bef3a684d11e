/** npm run start:distributed [-- --replicas gateway=2]: builds what the services need, then starts and watches them. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const apps = ['gateway', 'directory', 'credentials', 'sts', 'decisions', 'audit', 'distributed', 'cli'].map(
  (name) => `apps/${name}`,
);
const { status } = spawnSync(`${root}node_modules/.bin/tsc`, ['-b', ...apps], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
await import('../apps/distributed/dist/main.js');
