import { firstAnswer } from './first-answer.js';
import { findProgram, needsServer, servers } from './programs.js';
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
export async function startRedis({ args = [] }: RedisOptions = {}): Promise<ServerProcess> {
  needsServer('redis');
  const program = findProgram(...servers.redis.programs) as string;
  return ServerProcess.start({
    name: 'redis',
    scheme: 'redis',
    start: (port, dataDirectory) => ({
      program,
      args: [
        // The page cache is as good as a disk: the machine does not go down in these tests.
        ...`--port ${port} --bind 127.0.0.1 --appendonly yes --appendfsync no --save`.split(' '),
        '',
        '--dir',
        dataDirectory,
        ...args,
      ],
    }),
    ready: async (port) => {
      const answer = await firstAnswer(port, 'PING\r\n');
      if (!answer.startsWith('+PONG')) throw new Error(answer.trim());
    },
  });
}
