import { randomBytes } from 'node:crypto';
import { openEventLog } from '@muniment/eventlog-lmdb';
import { MemoryEventLog } from '@muniment/eventlog-memory';
import type { Configuration } from '@muniment/nest';
import { openReadModels } from '@muniment/readmodel-lmdb';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import type { EventLog, Keys, ReadModels } from '@muniment/runtime';
import { DataDirectory } from '@muniment/hosting';

/** Everything that outlives a request, on disk or, with `--memory`, nowhere. */
export interface Stores {
  /** Absent when nothing is kept. */
  readonly directory: DataDirectory | undefined;
  readonly log: EventLog;
  readonly keys: Keys;
  readonly readModels: ReadModels;
  readonly rootKey: Buffer;
}

/** `failed` is told when a store can no longer be written. */
export async function openStores(configuration: Configuration, failed: (error: unknown) => void): Promise<Stores> {
  if (configuration.memory) {
    const rootKey = configuration.rootKey ? Buffer.from(configuration.rootKey, 'base64') : randomBytes(32);
    const log = new MemoryEventLog();
    const stores = { log, keys: log.keys, readModels: new MemoryReadModels() };
    return { directory: undefined, ...stores, rootKey };
  }
  const directory = DataDirectory.open(configuration.dataDir);
  try {
    const rootKey = directory.rootKey(configuration.rootKey);
    const log = await openEventLog({ path: directory.eventLog, onFailure: failed });
    const readModels = await openReadModels({ path: directory.readModels, onFailure: failed });
    return { directory, log, keys: log.keys, readModels, rootKey };
  } catch (error) {
    directory.release();
    throw error;
  }
}

/** Closes in the order that loses nothing: read models can be made again, the log cannot. */
export async function closeStores({ readModels, log, directory }: Stores): Promise<void> {
  await readModels.close();
  await log.close();
  directory?.release();
}
