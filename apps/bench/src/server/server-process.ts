import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Lane, type Target } from '../driver/lane.js';
import { freePort } from './free-port.js';
import type { Installation } from './installation.js';
import type { Served } from './under-load.js';
import { cpuMicroseconds, type Memory, memoryOf } from './usage.js';

const program = fileURLToPath(new URL('../../../solo/dist/main.js', import.meta.url));
const patience = 60_000;
const pollMilliseconds = 5;
const keptOutput = 8192;

/** A server of its own process on an installation's data, with everything on that a user would have on. */
export class ServerProcess implements Served {
  readonly target: Target;
  /** Milliseconds from the start of the process until it was ready. */
  readonly readyAfter: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, target: Target, readyAfter: number) {
    this.#child = child;
    this.target = target;
    this.readyAfter = readyAfter;
  }

  /** @throws Error with the end of the server's output when it ends before it is ready. */
  static async start(installation: Installation, profile?: string): Promise<ServerProcess> {
    const target = { host: '127.0.0.1', port: await freePort() };
    const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const started = performance.now();
    const child = spawn(process.execPath, [...profiling, program, 'start'], {
      env: {
        PATH: process.env['PATH'],
        ...installation.environment,
        MUNIMENT_HOST: target.host,
        MUNIMENT_PORT: String(target.port),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output = (output + String(chunk)).slice(-keptOutput);
      });
    }
    while (!(await isReady(target))) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output}`);
      if (performance.now() - started > patience) {
        child.kill('SIGKILL');
        throw new Error(`the server was not ready after ${patience} ms:\n${output}`);
      }
      await after(pollMilliseconds);
    }
    return new ServerProcess(child, target, performance.now() - started);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get targets(): readonly Target[] {
    return [this.target];
  }

  usage(): { readonly server: number } {
    return { server: cpuMicroseconds(this.pid) };
  }

  /** What is still to be written is so little that no figure shows it. */
  settled(): Promise<void> {
    return Promise.resolve();
  }

  get memory(): Memory {
    return memoryOf(this.pid);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}

async function isReady(target: Target): Promise<boolean> {
  let lane: Lane | undefined;
  try {
    lane = await Lane.open(target);
    const asked = Buffer.from(`GET /readyz HTTP/1.1\r\nHost: ${target.host}:${target.port}\r\n\r\n`);
    const answer = await new Promise<{ status: number }>((resolve, reject) => lane?.send(asked, resolve, reject));
    return answer.status === 200;
  } catch {
    // Not listening yet.
    return false;
  } finally {
    lane?.close();
  }
}
