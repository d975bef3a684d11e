import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build, repository } from './build.js';
import { type Ending, type Form, Server, type ServerOptions } from './server.js';

const distributed: Form = {
  args: [join(repository, 'apps/distributed/dist/main.js')],
  ready: 'muniment is ready',
};

const double = join(repository, 'libs/testing/dist/eventstoredb/main.js');

/** Which form the suites of this run are about. */
export const isDistributed = (): boolean => process.env['MUNIMENT_TEST_FORM'] === 'distributed';

interface EventStore {
  readonly url: string;
  readonly process: ChildProcess | undefined;
}

/** A real server where one is to be had, else the protocol double. */
async function startEventStore(): Promise<EventStore> {
  const url = process.env['MUNIMENT_TEST_EVENTSTOREDB_URL'];
  if (url) return { url, process: undefined };
  const child = spawn(process.execPath, [double], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /((?:kurrentdb|esdb):\/\/\S+)/.exec(line)?.[1];
    if (found) return { url: found, process: child };
  }
  throw new Error('the protocol double of EventStoreDB does not start');
}

/** The six services as processes of this machine, over NATS, Redis and EventStoreDB. */
export class DistributedServer extends Server {
  readonly #store: EventStore;

  static override async start(options: ServerOptions = {}): Promise<DistributedServer> {
    await build();
    const store = await startEventStore();
    const settings = { MUNIMENT_EVENTSTOREDB_URL: store.url, ...options.settings };
    return Server.started(new DistributedServer({ ...options, settings }, store));
  }

  private constructor(options: ServerOptions, store: EventStore) {
    super(options, distributed);
    this.#store = store;
  }

  /** The launcher must live to end its services: there is nothing to be learnt from killing it. */
  override kill(): Promise<Ending> {
    return this.stop();
  }

  override async dispose(): Promise<void> {
    await super.dispose();
    const { process: child } = this.#store;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
