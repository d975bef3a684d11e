import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpuMicroseconds } from './usage.js';

/** A process beside the driver: where it is, and what it has cost so far. */
export class MeasuredProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  get cpu(): number {
    return cpuMicroseconds(this.#child.pid as number);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
  }
}
