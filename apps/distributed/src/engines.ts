import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { writePrivately } from '@muniment/hosting';
import { Child } from './child.js';

/** A free port of this machine. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Engine {
  readonly child: Child;
  readonly settings: Readonly<Record<string, string>>;
}

/** A NATS server on loopback; other users of this machine do not know its password. */
export async function startNats(dataDir: string): Promise<Engine> {
  const port = await freePort();
  const password = randomBytes(24).toString('hex');
  const directory = join(dataDir, 'nats');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'nats.conf');
  writePrivately(
    file,
    `listen: "127.0.0.1:${port}"\nmax_payload: 8388608\nlog_file: "${directory}/nats.log"\nauthorization { user: muniment, password: "${password}" }\n`,
  );
  const child = new Child({ name: 'nats', program: 'nats-server', args: ['--config', file], installed: 'nats-server' });
  return {
    child,
    settings: {
      MUNIMENT_NATS_URL: `nats://127.0.0.1:${port}`,
      MUNIMENT_NATS_USER: 'muniment',
      MUNIMENT_NATS_PASSWORD: password,
    },
  };
}

/** A Redis server on loopback that keeps its rows in a file of commands. */
export async function startRedis(dataDir: string): Promise<Engine> {
  const port = await freePort();
  const password = randomBytes(24).toString('hex');
  const directory = join(dataDir, 'redis');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'redis.conf');
  writePrivately(
    file,
    `bind 127.0.0.1\nport ${port}\ndir "${directory}"\nappendonly yes\nsave ""\nrequirepass ${password}\n`,
  );
  const child = new Child({ name: 'redis', program: 'redis-server', args: [file], installed: 'redis-server' });
  return { child, settings: { MUNIMENT_REDIS_URL: `redis://:${password}@127.0.0.1:${port}` } };
}
