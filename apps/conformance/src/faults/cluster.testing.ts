import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess, startNats, startRedis, stopServers, ThreadedProxies } from '@muniment/testing';
import { build, repository } from '../harness/build.js';
import { type Clients, clientsFor } from '../harness/clients.js';
import type { Credentials } from '../harness/target.js';
import { type Paths, type Service, type ServiceName, startService } from './replica.testing.js';

export type Replicas = Partial<Record<ServiceName, number>>;

export interface ClusterOptions {
  /** How many replicas of which service; one each otherwise. */
  readonly replicas?: Replicas;
  readonly settings?: Readonly<Record<string, string>>;
}

const names: readonly ServiceName[] = ['credentials', 'directory', 'sts', 'decisions', 'audit', 'gateway'];

/** EventStoreDB's protocol double as a process: what it has acknowledged outlives its kill. */
const startStore = (): Promise<ServerProcess> =>
  ServerProcess.start({
    name: 'eventstore',
    scheme: 'kurrentdb',
    startsWithin: 60_000,
    start: (port, dataDirectory) => ({
      program: process.execPath,
      args: [
        join(repository, 'libs/testing/dist/eventstoredb/main.js'),
        '--port',
        String(port),
        '--data',
        join(dataDirectory, 'events'),
      ],
    }),
    ready: async (port) => {
      const { connect } = await import('node:net');
      await new Promise<void>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.destroy();
          resolve();
        });
        socket.once('error', reject);
      });
    },
  });

/** The distributed form with its engines, every process in reach of a test. */
export class Cluster {
  readonly accountId = '111122223333';
  readonly root: Credentials = {
    accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
  };
  readonly dataDirectory = mkdtempSync(join(tmpdir(), 'muniment-cluster-'));
  readonly nats: ServerProcess;
  readonly redis: ServerProcess;
  readonly store: ServerProcess;
  readonly services: Service[] = [];
  readonly #settings: Readonly<Record<string, string>>;
  readonly #proxies = new ThreadedProxies(join(repository, 'libs/testing/dist/servers/proxy-thread.js'));

  static async start({ replicas = {}, settings = {} }: ClusterOptions = {}): Promise<Cluster> {
    await build();
    const [nats, redis, store] = await Promise.all([startNats(), startRedis(), startStore()]);
    const cluster = new Cluster({ nats, redis, store }, settings);
    try {
      await cluster.add(Object.fromEntries(names.map((name) => [name, replicas[name] ?? 1])));
      return cluster;
    } catch (error) {
      // What has started would keep the test's process alive.
      await cluster.dispose();
      throw error;
    }
  }

  private constructor(
    { nats, redis, store }: Record<keyof Paths, ServerProcess>,
    settings: Readonly<Record<string, string>>,
  ) {
    this.nats = nats;
    this.redis = redis;
    this.store = store;
    const key = (): string => randomBytes(32).toString('base64');
    this.#settings = { MUNIMENT_ROOT_KEY: key(), MUNIMENT_MARKER_KEY: key(), ...settings };
  }

  /** Further replicas, with settings of their own over the cluster's. */
  async add(replicas: Replicas, settings: Readonly<Record<string, string>> = {}): Promise<void> {
    const ports = { nats: this.nats.port, redis: this.redis.port, store: this.store.port };
    const starting = Object.entries(replicas).flatMap(([name, count]) => {
      const before = this.of(name as ServiceName).length;
      return Array.from({ length: count }, (_, index) =>
        startService({
          name: name as ServiceName,
          replica: before + index + 1,
          dataDirectory: this.dataDirectory,
          proxies: this.#proxies,
          ports,
          settings: { ...this.#settingsOf(name as ServiceName), ...settings },
        }),
      );
    });
    const started = await Promise.allSettled(starting);
    this.services.push(...started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
    for (const each of started) if (each.status === 'rejected') throw each.reason;
  }

  of(name: ServiceName): readonly Service[] {
    return this.services.filter((service) => service.name === name);
  }

  /** One replica; the first when no other is asked for. */
  one(name: ServiceName, replica = 1): Service {
    const service = this.of(name).find((each) => each.replica === replica);
    if (!service) throw new Error(`there is no replica ${replica} of ${name}`);
    return service;
  }

  /** URL of a gateway. */
  url(replica = 1): string {
    return this.one('gateway', replica).url;
  }

  /** Clients of a gateway, as the root user if nobody else is named. */
  clients(credentials: Credentials = this.root, replica = 1): Clients {
    return clientsFor(this.url(replica), credentials);
  }

  /** The paths of all services to one engine. */
  paths(engine: keyof Paths): readonly Paths[keyof Paths][] {
    return this.services.map(({ paths }) => paths[engine]);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.services.map(({ process }) => process.stop()));
    await this.#proxies.end();
    await stopServers();
    rmSync(this.dataDirectory, { recursive: true, force: true });
  }

  /** Nobody but the credentials service makes root keys; only two services may know the root key. */
  #settingsOf(name: ServiceName): Readonly<Record<string, string>> {
    const { MUNIMENT_ROOT_KEY = '', ...settings } = this.#settings;
    if (name !== 'credentials' && name !== 'sts') return settings;
    return {
      ...settings,
      MUNIMENT_ROOT_KEY,
      ...(name === 'credentials' && {
        MUNIMENT_ACCOUNT_ID: this.accountId,
        MUNIMENT_ROOT_ACCESS_KEY_ID: this.root.accessKeyId,
        MUNIMENT_ROOT_SECRET_ACCESS_KEY: this.root.secretAccessKey,
      }),
    };
  }
}
