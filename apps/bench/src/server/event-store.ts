import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cpuMicroseconds } from './usage.js';

const program = fileURLToPath(new URL('../../../../libs/testing/dist/eventstoredb/main.js', import.meta.url));

/** EventStoreDB's protocol double as a process: it syncs before it answers, as the server does, and is not the server. */
export class EventStoreProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(directory: string): Promise<EventStoreProcess> {
    const child = spawn(process.execPath, [program, '--data', join(directory, 'events')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout }))
      if (line.includes('://')) return new EventStoreProcess(child, line.trim());
    throw new Error('the protocol double of EventStoreDB does not start');
  }

  get cpu(): number {
    return cpuMicroseconds(this.#child.pid as number);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}
