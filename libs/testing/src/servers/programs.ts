import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A server that tests need, the programs that it may be, and where it comes from. */
interface Server {
  readonly programs: readonly string[];
  readonly install: string;
  readonly image: string;
}

export const servers = {
  redis: {
    programs: ['redis-server', 'valkey-server'],
    install: 'apt-get install redis-server',
    image: 'valkey/valkey:8-alpine',
  },
  nats: {
    programs: ['nats-server'],
    install: 'apt-get install nats-server',
    image: 'nats:2-alpine',
  },
} satisfies Record<string, Server>;

export type ServerName = keyof typeof servers;

/** Debian puts servers where not every PATH leads. */
const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

/** Path of the first of the programs that this machine has. */
export function findProgram(...names: readonly string[]): string | undefined {
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder || '.', name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

let engine: boolean | undefined;

/** Whether a Docker engine answers on this machine. */
export function dockerRuns(): boolean {
  engine ??= findProgram('docker') !== undefined && spawnSync('docker', ['info'], { timeout: 5000 }).status === 0;
  return engine;
}

/**
 * Called while a suite loads that starts this server: without it the suite cannot run, and `npm test` says so.
 *
 * @example `needsServer('redis');`
 */
export function needsServer(name: ServerName): void {
  const { programs, install } = servers[name];
  if (findProgram(...programs) === undefined && !dockerRuns()) {
    throw new Error(`needs the program \`${programs[0]}\`: ${install}`);
  }
}
