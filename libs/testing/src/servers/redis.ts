import { firstAnswer } from './first-answer.js';
import { startOf } from './programs.js';
import { ServerProcess } from './server-process.js';

export interface RedisOptions {
  /** Further arguments of the server, such as `--maxmemory 1mb`. */
  readonly args?: readonly string[];
}

/**
 * Starts a Redis (or Valkey) of its own. What it has acknowledged outlives `kill` and `restart`.
 *
 * @example `const redis = await startRedis(); … await redis.stop();`
 */
export const startRedis = ({ args = [] }: RedisOptions = {}): Promise<ServerProcess> =>
  ServerProcess.start({
    name: 'redis',
    scheme: 'redis',
    start: (at, dataDirectory) =>
      startOf('redis', at, dataDirectory, ({ address, port, directory }) => [
        // The page cache is as good as a disk: the machine does not go down in these tests.
        ...`--port ${port} --bind ${address} --protected-mode no --appendonly yes --appendfsync no --save`.split(' '),
        '',
        '--dir',
        directory,
        ...args,
      ]),
    ready: async (port) => {
      const answer = await firstAnswer(port, 'PING\r\n');
      if (!answer.startsWith('+PONG')) throw new Error(answer.trim());
    },
  });
