import './heap.js';
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { ConfigurationError, makeLogger, readConfiguration, startHttp } from '@muniment/nest';
import { showCredentials, stopOnSignals } from '@muniment/hosting';
import type { Solo } from './solo.js';
import { SOLO, SoloModule } from './solo.module.js';

const usage = `usage: muniment start [--memory]

  start      run muniment in this process; settings come from MUNIMENT_* in the environment
  --memory   keep nothing: everything is gone when the process ends`;

async function start(memory: boolean): Promise<void> {
  const configuration = readConfiguration(process.env, memory ? { memory: true } : {});
  const logger = makeLogger(configuration.logLevel);
  const failed = (error: unknown): void => {
    logger.fatal({ err: error }, 'nothing can be written any more: stopping');
    process.exit(1);
  };
  const { app, url } = await startHttp(SoloModule.with(configuration, logger, failed), configuration, logger);
  const solo = app.get<Solo>(SOLO);
  if (solo.inquiriesUrl) process.stdout.write(`muniment answers questions at ${solo.inquiriesUrl}\n`);
  process.stdout.write(`muniment is listening on ${url}\n`);
  if (solo.made) process.stdout.write(showCredentials(solo.made, url, solo.credentialsFile, process.stdout.isTTY));
  stopOnSignals(logger, async () => {
    solo.end();
    await app.close();
    await solo.close();
  });
  logger.info({ url, account: solo.accountId, memory: configuration.memory }, 'ready');
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { memory: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
  });
  const [command, ...rest] = positionals;
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  if (command !== 'start' || rest.length > 0) throw new ConfigurationUsage(command);
  await start(values.memory);
}

class ConfigurationUsage extends Error {
  constructor(command: string | undefined) {
    super(command === undefined ? `no command given\n\n${usage}` : `there is no command \`${command}\`\n\n${usage}`);
  }
}

/** A person reads this: what is wrong, never where in the code. */
function explain(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `cannot listen: ${message}`;
  return error instanceof ConfigurationError || error instanceof Error ? message : String(error);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`muniment: ${explain(error)}\n`);
  process.exit(1);
}
