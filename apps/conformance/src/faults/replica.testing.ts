import { join } from 'node:path';
import {
  type ServerProcess as Process,
  ServerProcess,
  type ThreadedProxies,
  type ThreadedProxy,
} from '@muniment/testing';
import { repository } from '../harness/build.js';

export type ServiceName = 'gateway' | 'directory' | 'credentials' | 'sts' | 'decisions' | 'audit';

/** Where a service finds what it stands on, each behind a proxy of its own: a fault hits one replica or all. */
export interface Paths {
  readonly nats: ThreadedProxy;
  readonly redis: ThreadedProxy;
  readonly store: ThreadedProxy;
}

/** One replica of one service as a process. */
export interface Service {
  readonly name: ServiceName;
  readonly replica: number;
  readonly process: Process;
  readonly paths: Paths;
  readonly url: string;
}

export interface ServiceOptions {
  readonly name: ServiceName;
  readonly replica: number;
  readonly dataDirectory: string;
  readonly proxies: ThreadedProxies;
  readonly ports: { readonly nats: number; readonly redis: number; readonly store: number };
  readonly settings: Readonly<Record<string, string>>;
}

export async function startService(options: ServiceOptions): Promise<Service> {
  const { name, replica, dataDirectory, proxies, ports, settings } = options;
  const [nats, redis, store] = await Promise.all(
    [ports.nats, ports.redis, ports.store].map((port) => proxies.start(port)),
  );
  const paths = { nats, redis, store } as Paths;
  const process_ = await ServerProcess.start({
    name: `${name}-${replica}`,
    scheme: 'http',
    startsWithin: 90_000,
    start: (port) => ({
      program: process.execPath,
      args: [join(repository, `apps/${name}/dist/main.js`)],
      environment: {
        PATH: process.env['PATH'],
        MUNIMENT_DATA_DIR: dataDirectory,
        MUNIMENT_HOST: '127.0.0.1',
        MUNIMENT_PORT: String(port),
        MUNIMENT_REPLICA: String(replica),
        MUNIMENT_LOG_LEVEL: 'warn',
        MUNIMENT_NATS_URL: `nats://127.0.0.1:${paths.nats.port}`,
        MUNIMENT_REDIS_URL: `redis://127.0.0.1:${paths.redis.port}`,
        MUNIMENT_EVENTSTOREDB_URL: `kurrentdb://127.0.0.1:${paths.store.port}?tls=false`,
        ...settings,
      },
    }),
    ready: async (port) => {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
      if (answer.status !== 200) throw new Error(await answer.text());
    },
  });
  return { name, replica, process: process_, paths, url: process_.url };
}
