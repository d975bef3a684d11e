/** One distributed installation for all conformance suites of a run: started before the first, ended after the last. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const needed = ['nats-server', 'redis-server'];
// Debian puts servers where not every PATH leads.
process.env.PATH += ':/usr/sbin:/usr/local/sbin';

export default async function setup() {
  const lacks = needed.find((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error);
  if (lacks) {
    process.env.MUNIMENT_TEST_LACKS = lacks;
    return;
  }
  spawnSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-b', 'apps/conformance'], { cwd: root });
  const { DistributedServer } = await import('./dist/harness/distributed.js');
  const server = await DistributedServer.start();
  globalThis.distributedServer = server;
  const { other, root: keys } = server;
  const settings = {
    ENDPOINT: server.url,
    ACCOUNT_ID: server.accountId,
    ROOT_ACCESS_KEY_ID: keys.accessKeyId,
    ROOT_SECRET_ACCESS_KEY: keys.secretAccessKey,
    ACCOUNTS: [other.accountId, other.root.accessKeyId, other.root.secretAccessKey].join(':'),
  };
  // Under names of their own: the suites of the solo form run in the same processes.
  for (const [name, value] of Object.entries(settings)) process.env[`MUNIMENT_TEST_DISTRIBUTED_${name}`] = value;
}
