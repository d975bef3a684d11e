import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Start } from './launched.js';

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

/** Where a server is to be reached and where its files are, as it sees them. */
export interface Place {
  readonly address: string;
  readonly port: number;
  readonly directory: string;
}

/** Starts the program of this machine, else a container. */
export function startOf(name: ServerName, port: number, directory: string, args: (place: Place) => string[]): Start {
  needsServer(name);
  const { programs, image } = servers[name];
  const program = findProgram(...programs);
  if (program) return { program, args: args({ address: '127.0.0.1', port, directory }) };
  const inside = args({ address: '0.0.0.0', port, directory: '/data' });
  return { program: programs[programs.length - 1] as string, args: inside, image };
}
