import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstAnswer } from './first-answer.js';
import { findProgram, needsServer, servers } from './programs.js';
import { ServerProcess } from './server-process.js';

export interface NatsOptions {
  /** Text of its configuration file; address, port and storage are the harness's. */
  readonly config?: string;
  readonly args?: readonly string[];
}

/**
 * Starts a NATS server of its own.
 *
 * @example `const nats = await startNats({ config: 'max_payload: 64KB' }); … await nats.stop();`
 */
export async function startNats({ config = '', args = [] }: NatsOptions = {}): Promise<ServerProcess> {
  needsServer('nats');
  const program = findProgram(...servers.nats.programs) as string;
  return ServerProcess.start({
    name: 'nats',
    scheme: 'nats',
    start: async (port, dataDirectory) => {
      const file = join(dataDirectory, 'nats.conf');
      await writeFile(file, config);
      return {
        program,
        args: ['--addr', '127.0.0.1', '--port', `${port}`, '--store_dir', dataDirectory, '--config', file, ...args],
      };
    },
    ready: async (port) => {
      const answer = await firstAnswer(port);
      if (!answer.startsWith('INFO ')) throw new Error(answer.trim());
    },
  });
}
