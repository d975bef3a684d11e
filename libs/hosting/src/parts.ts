import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Retention } from '@muniment/eventlog-eventstoredb';
import { type NatsBus, openNats } from '@muniment/bus-nats';
import { type Configuration, ConfigurationError, type Metrics } from '@muniment/nest';
import { dataKeyCategory, type EventLog, type Keys, sharedHints } from '@muniment/runtime';
import type { Logger } from 'pino';
import { busSettings } from './bus-settings.js';
import { DataDirectory } from './data-directory.js';
import type { ServiceName } from './service-names.js';

export interface ServiceOptions {
  readonly name: ServiceName;
  readonly configuration: Configuration;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told when the process can do its work no longer and should end, to be started anew. */
  readonly failed: (error: unknown) => void;
  /** What others see of this replica when they ask the bus for its state. */
  readonly status: () => unknown;
}

/** What every service stands on: its replica's own directory, the log, the bus. */
export interface Parts extends ServiceOptions {
  readonly replica: string;
  /** Of this replica alone: rows, spool. */
  readonly directory: DataDirectory;
  readonly log: EventLog;
  /** Wrapped data keys, where the log has a place for them. */
  readonly keysOfLog: Keys | undefined;
  readonly bus: NatsBus;
}

const secondsOfDay = 24 * 60 * 60;

/** EventStoreDB by its URL, else the log in the data directory, which processes of one machine share. */
async function openLog({ configuration, failed }: ServiceOptions): Promise<EventLog & { readonly keys?: Keys }> {
  const { eventStoreDbUrl: url, callRecordDays, dataDir } = configuration;
  // Loaded only when needed: either brings a native library of its own.
  if (url === undefined) {
    const { openEventLog: open } = await import('@muniment/eventlog-lmdb');
    return open({ path: join(dataDir, 'event-log'), onFailure: failed });
  }
  const { openEventStore } = await import('@muniment/eventlog-eventstoredb');
  const retention: Record<string, Retention> = { [dataKeyCategory]: { newest: 1 } };
  if (callRecordDays > 0) retention['calls'] = { seconds: callRecordDays * secondsOfDay };
  return openEventStore({ url, retention });
}

export async function openParts(options: ServiceOptions): Promise<Parts> {
  const { name, configuration, logger, failed } = options;
  if (configuration.natsUrl === undefined) {
    throw new ConfigurationError([`MUNIMENT_NATS_URL: the service \`${name}\` is asked over NATS and needs it`]);
  }
  const replica = configuration.replica ?? hostname().replaceAll('.', '-');
  mkdirSync(join(configuration.dataDir, 'replicas'), { recursive: true, mode: 0o700 });
  const directory = DataDirectory.open(join(configuration.dataDir, 'replicas', `${name}-${replica}`));
  try {
    const bus = await openNats({
      ...busSettings(configuration),
      name: `${name}-${replica}`,
      inboxPrefix: `_INBOX_${name}`,
      service: { name: `muniment-${name}`, version: '0.1.0', description: `muniment ${name}`, stats: options.status },
      onDown: (reason) => logger.warn({ reason }, 'the bus is away'),
      onUp: () => logger.info('the bus is there'),
      onClosed: (error) => error && failed(error),
      onError: (error) => logger.warn({ err: error }, 'the bus'),
    });
    // Nobody is told that it went away who was never told that it was there.
    if (bus.state.name !== 'connected') logger.warn({ reason: bus.state.reason }, 'the bus is away');
    const log = await openLog(options);
    return { ...options, replica, directory, log: sharedHints(log, bus), keysOfLog: log.keys, bus };
  } catch (error) {
    directory.release();
    throw error;
  }
}

export async function closeParts({ log, bus, directory }: Parts): Promise<void> {
  await bus.close();
  await log.close();
  directory.release();
}
