import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataDirectory, showStoredCredentials, writePrivately } from '@muniment/hosting';
import type { ServiceName } from '@muniment/hosting/services';
import { type Configuration, readConfiguration } from '@muniment/nest';
import { Child } from './child.js';
import { type Engine, startNats, startRedis } from './engines.js';
import { readReplicas, usage } from './options.js';

const apps = fileURLToPath(new URL('../../', import.meta.url));

/** The engines that the settings do not point to. */
async function startEngines(configuration: Configuration): Promise<Engine[]> {
  const starting: Promise<Engine>[] = [];
  if (configuration.natsUrl === undefined) starting.push(startNats(configuration.dataDir));
  if (configuration.redisUrl === undefined) starting.push(startRedis(configuration.dataDir));
  const engines = await Promise.all(starting);
  await Promise.all(engines.map(({ child }) => child.started));
  return engines;
}

/** How the `muniment` command reaches the services, when nobody but this process knows where their bus is. */
function tellOperator(engines: readonly Engine[], { path }: DataDirectory): void {
  const settings = engines.find(({ child }) => child.name === 'nats')?.settings;
  if (!settings) return;
  const file = join(path, 'operator.json');
  writePrivately(file, `${JSON.stringify(settings, null, 2)}\n`);
  process.stdout.write(`to ask how it stands: MUNIMENT_CONFIG_FILE=${file} node_modules/.bin/muniment status\n`);
}

/** Gateways listen one port after the other; nobody but health checks comes to the others. */
function portOf(service: ServiceName, index: number, { port }: Configuration): number {
  return service === 'gateway' && port !== 0 ? port + index : 0;
}

/** Every replica of the decisions service that answers over HTTP needs a port of its own, too. */
function decisionsPort(service: ServiceName, index: number, { decisionsPort: port }: Configuration) {
  const own = service === 'decisions' && port !== undefined;
  return { MUNIMENT_DECISIONS_PORT: own ? String(port === 0 ? 0 : port + index) : undefined };
}

/** Nobody but the credentials service makes accounts and root keys. */
const withoutRootCredentials = {
  MUNIMENT_ROOT_ACCESS_KEY_ID: undefined,
  MUNIMENT_ROOT_SECRET_ACCESS_KEY: undefined,
  MUNIMENT_ACCOUNTS: undefined,
};

function startService(
  service: ServiceName,
  index: number,
  configuration: Configuration,
  engines: readonly Engine[],
  listening: (service: ServiceName, url: string) => void,
): Child {
  const settings = Object.assign({}, ...engines.map(({ settings: each }) => each));
  const name = index === 0 ? service : `${service}-${index + 1}`;
  return new Child({
    name,
    program: process.execPath,
    // With Node's own options that this process was started with: memory limits, profiles.
    args: [...process.execArgv, join(apps, service, 'dist/main.js')],
    environment: {
      ...decisionsPort(service, index, configuration),
      ...(service === 'credentials' ? {} : withoutRootCredentials),
      ...settings,
      MUNIMENT_DATA_DIR: configuration.dataDir,
      MUNIMENT_REPLICA: String(index + 1),
      MUNIMENT_HOST: configuration.host,
      MUNIMENT_PORT: String(portOf(service, index, configuration)),
    },
    ready: / is listening on /,
    line: (line) => {
      process.stdout.write(`${line.replace(/^muniment \S+ /, `muniment ${name} `)}\n`);
      const url = / is listening on (\S+)$/.exec(line)?.[1];
      if (url !== undefined) listening(service, url);
    },
  });
}

async function main(): Promise<void> {
  const replicas = readReplicas(process.argv.slice(2));
  if (!replicas) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const configuration = readConfiguration(process.env);
  const directory = DataDirectory.open(configuration.dataDir);
  const engines: Engine[] = [];
  const services: Child[] = [];
  let door: string | undefined;
  const listening = (service: ServiceName, url: string): void => {
    if (service === 'gateway') door ??= url;
  };
  let stopping = false;
  const stop = async (status: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    // Gateways first: what they have taken is still answered by the others.
    await Promise.all(services.filter(({ name }) => name.startsWith('gateway')).map((child) => child.stop()));
    await Promise.all(services.map((child) => child.stop()));
    await Promise.all(engines.map(({ child }) => child.stop()));
    directory.release();
    process.exit(status);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
  try {
    const isNew = !existsSync(directory.rootCredentials);
    directory.rootKey(configuration.rootKey);
    engines.push(...(await startEngines(configuration)));
    for (const [service, count] of replicas) {
      for (let index = 0; index < count; index++) {
        services.push(startService(service, index, configuration, engines, listening));
      }
    }
    await Promise.all(services.map(({ started }) => started));
    process.stdout.write('muniment is ready\n');
    tellOperator(engines, directory);
    if (isNew) process.stdout.write(showStoredCredentials(directory.rootCredentials, door ?? '', process.stdout.isTTY));
  } catch (error) {
    complain(error);
    await stop(1);
  }
}

/** A person reads this: what is wrong, never where in the code. */
function complain(error: unknown): void {
  process.stderr.write(`muniment: ${error instanceof Error ? error.message : String(error)}\n`);
}

try {
  await main();
} catch (error) {
  complain(error);
  process.exit(1);
}
