import 'reflect-metadata';
import { type Configuration, makeLogger, readConfiguration, startHealth, startHttp } from '@muniment/nest';
import type { ServiceName } from './service-names.js';
import type { Replica } from './replica.js';
import { REPLICA, ReplicaModule, type Serve } from './replica.module.js';
import { stopOnSignals } from './stop-on-signals.js';

/** Runs a service in this process until it is told to stop. Resolves when it is ready. */
export async function run(name: ServiceName, serve: Serve): Promise<void> {
  try {
    await start(name, readConfiguration(process.env), serve);
  } catch (error) {
    process.stderr.write(`muniment ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

async function start(name: ServiceName, configuration: Configuration, serve: Serve): Promise<void> {
  const logger = makeLogger(configuration.logLevel).child({ service: name, replica: configuration.replica });
  const failed = (error: unknown): void => {
    logger.fatal({ err: error }, 'this process can work no longer: stopping');
    process.exit(1);
  };
  const module = ReplicaModule.with({ name, configuration, logger, failed }, serve);
  const { app, url } = await (name === 'gateway' ? startHttp : startHealth)(module, configuration, logger);
  const replica = app.get<Replica>(REPLICA);
  stopOnSignals(logger, async () => {
    replica.end();
    await app.close();
    await replica.close();
  });
  process.stdout.write(`muniment ${name} is listening on ${url}\n`);
  logger.info({ url }, 'ready');
}
