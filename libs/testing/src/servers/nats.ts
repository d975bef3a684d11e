import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstAnswer } from './first-answer.js';
import { startOf } from './programs.js';
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
export const startNats = ({ config = '', args = [] }: NatsOptions = {}): Promise<ServerProcess> =>
  ServerProcess.start({
    name: 'nats',
    scheme: 'nats',
    start: async (at, dataDirectory) => {
      await writeFile(join(dataDirectory, 'nats.conf'), config);
      return startOf('nats', at, dataDirectory, ({ address, port, directory }) => [
        ...`--addr ${address} --port ${port} --store_dir`.split(' '),
        directory,
        '--config',
        join(directory, 'nats.conf'),
        ...args,
      ]);
    },
    ready: async (port) => {
      const answer = await firstAnswer(port);
      if (!answer.startsWith('INFO ')) throw new Error(answer.trim());
    },
  });
