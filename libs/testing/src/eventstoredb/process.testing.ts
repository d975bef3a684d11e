import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../servers/server-process.js';
import type { Release } from './wire/server.testing.js';

const here = dirname(fileURLToPath(import.meta.url));
const isCompiled = import.meta.url.endsWith('.js');
const repository = fileURLToPath(new URL('../../../../', import.meta.url));

/**
 * Starts the double as a process of its own, with its events in a file: it can be killed, paused and restarted, and
 * its connections can be broken by a proxy.
 *
 * @example `const log = await startEventStoreDouble(); … await log.stop();`
 */
export async function startEventStoreDouble({ release = '24.10' }: { release?: Release } = {}): Promise<ServerProcess> {
  return ServerProcess.start({
    name: 'eventstore-double',
    scheme: 'kurrentdb',
    start: async (port, dataDirectory) => ({
      program: process.execPath,
      args: [
        isCompiled ? join(here, 'main.js') : await compiled(dataDirectory),
        `--port=${port}`,
        `--data=${join(dataDirectory, 'events')}`,
        `--release=${release}`,
      ],
    }),
    ready: (port) =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1');
        socket.once('error', reject);
        socket.once('connect', () => {
          socket.destroy();
          resolve();
        });
      }),
  });
}

/** In a test the sources run as they are, which a process of its own cannot: it gets them without their types. */
async function compiled(directory: string): Promise<string> {
  const { transform } = await import('@swc/core');
  const target = join(directory, 'program');
  const names = (await readdir(here, { recursive: true })).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  for (const name of names) {
    const { code } = await transform(await readFile(join(here, name), 'utf8'), {
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      swcrc: false,
    });
    await mkdir(dirname(join(target, name)), { recursive: true });
    await writeFile(join(target, name.replace(/\.ts$/, '.js')), code);
  }
  await writeFile(join(target, 'package.json'), '{"type":"module"}');
  await symlink(join(repository, 'node_modules'), join(target, 'node_modules')).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return join(target, 'main.js');
}
