import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { MeasuredProcess } from './measured-process.js';

const patience = 10_000;

/** A Redis that keeps its commands in a file, as the launcher's does; `redis-server` must be installed. */
export async function startRedis(directory: string): Promise<MeasuredProcess> {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--appendonly', 'yes', '--save', ''];
  const path = `${process.env['PATH']}:/usr/sbin`;
  const child = spawn('redis-server', args, { env: { ...process.env, PATH: path }, stdio: 'ignore' });
  const failed = once(child, 'error').then(([error]) => {
    throw new Error('cannot start `redis-server`: install it (Debian package `redis-server`)', { cause: error });
  });
  await Promise.race([failed, listens(port)]);
  return new MeasuredProcess(child, `redis://127.0.0.1:${port}`);
}

async function listens(port: number): Promise<void> {
  for (const end = performance.now() + patience; performance.now() < end; await after(20)) {
    const socket = connect(port, '127.0.0.1');
    const there = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (there) return;
  }
  throw new Error(`nothing listens on ${port} after ${patience} ms`);
}
