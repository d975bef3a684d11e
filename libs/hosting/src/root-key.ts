import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Configuration, ConfigurationError } from '@muniment/nest';

/** The root key of an installation whose services run apart: given, or the one in a data directory that they share. */
export function sharedRootKey({ rootKey, dataDir }: Configuration): Buffer {
  const path = join(dataDir, 'root-key');
  if (rootKey === undefined && !existsSync(path)) {
    throw new ConfigurationError([`MUNIMENT_ROOT_KEY: it must be set, or stand in \`${path}\``]);
  }
  return Buffer.from(rootKey ?? readFileSync(path, 'utf8').trim(), 'base64');
}
