import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { cpuMicroseconds } from './usage.js';

/** A program beside the measured one that says its URL when it is ready. */
export class ListeningProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** `what` is for the error when it does not start. */
  static async start(
    what: string,
    program: readonly string[],
    environment: NodeJS.ProcessEnv = process.env,
  ): Promise<ListeningProcess> {
    const child = spawn(process.execPath, program, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout }))
      if (line.includes('://')) return new ListeningProcess(child, line.trim());
    throw new Error(`${what} does not start`);
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
