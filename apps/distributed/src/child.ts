import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ChildOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** A line of its standard output that says it is ready; it is taken for ready at once when absent. */
  readonly ready?: RegExp;
  /** Debian package that brings the program. */
  readonly installed?: string;
  /** Told of every line that it writes on standard output. */
  readonly line?: (line: string) => void;
}

const leastPause = 100;
const longestPause = 2000;

/** A process that is started anew whenever it ends, until it is told to stop. */
export class Child {
  readonly name: string;
  readonly #options: ChildOptions;
  #process: ChildProcess | undefined;
  #stopping = false;
  #pause = leastPause;
  /** Resolves when it is ready for the first time; rejects when it cannot be started at all. */
  readonly started: Promise<void>;
  #ready: () => void = () => undefined;
  #hopeless: (error: Error) => void = () => undefined;

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.#options = options;
    this.started = new Promise((resolve, reject) => {
      this.#ready = resolve;
      this.#hopeless = reject;
    });
    this.#start();
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const running = this.#process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    running.kill('SIGTERM');
    await gone;
  }

  #start(): void {
    const { program, args, environment, ready, installed, line } = this.#options;
    const begun = Date.now();
    const child = spawn(program, args, {
      // Debian puts servers where not every PATH leads.
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
      // A group of its own: Ctrl-C would end engines and services at once, in the middle of what is under way.
      detached: true,
    });
    this.#process = child;
    let wasReady = ready === undefined;
    child.once('spawn', () => wasReady && this.#ready());
    createInterface({ input: child.stdout }).on('line', (text) => {
      line?.(text);
      if (ready?.test(text)) {
        wasReady = true;
        this.#pause = leastPause;
        this.#ready();
      }
    });
    child.once('error', (error) => {
      const hint = installed === undefined ? '' : `: install it (Debian package \`${installed}\`)`;
      this.#hopeless(new Error(`cannot start \`${program}\`${hint}: ${error.message}`));
    });
    child.once('exit', (code, signal) => {
      if (this.#stopping) return;
      // One that never came up has said why on standard error: it will not come up the next time either.
      if (!wasReady && code !== null && Date.now() - begun < 60_000) {
        this.#hopeless(new Error(`\`${this.name}\` ended with ${code} before it was ready`));
      }
      process.stderr.write(`muniment: ${this.name} ended (${signal ?? code}): it is started anew\n`);
      setTimeout(() => !this.#stopping && this.#start(), this.#pause);
      this.#pause = Math.min(this.#pause * 2, longestPause);
    });
  }
}
