import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from './ports.js';
import { findProgram } from './programs.js';
import { register, unregister } from './running.js';

export interface Start {
  readonly program: string;
  readonly args: readonly string[];
  /** Its whole environment; this process's own when absent. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** How one kind of server is started and asked whether it is there. */
export interface ServerKind {
  readonly name: string;
  readonly scheme: string;
  start(port: number, dataDirectory: string): Start | Promise<Start>;
  /** Rejects while the server does not serve yet. */
  ready(port: number): Promise<void>;
}

export interface RestartOptions {
  /** Without anything that it held. */
  readonly empty?: boolean;
  /** With what it held when `copyData` made this copy. */
  readonly from?: string;
}

const startsWithin = 15_000;
const startTries = 5;
/** Ends the child when this process is killed: nothing is left behind by an aborted test. Linux only. */
const tied = findProgram('setpriv');

/** A real server of a test: its own port and data, which outlive a restart and not `stop`. */
export class ServerProcess {
  readonly #kind: ServerKind;
  readonly #directory: string;
  #copies = 0;
  #child: ChildProcess | undefined;
  #output = '';
  #port = 0;

  private constructor(kind: ServerKind, directory: string) {
    this.#kind = kind;
    this.#directory = directory;
  }

  static async start(kind: ServerKind): Promise<ServerProcess> {
    const server = new ServerProcess(kind, await mkdtemp(join(tmpdir(), `muniment-${kind.name}-`)));
    register(server);
    for (let attempt = 1; ; attempt++) {
      server.#port = await freePort();
      try {
        await server.#spawn();
        return server;
      } catch (error) {
        // Another process may have taken the port meanwhile.
        if (attempt < startTries) continue;
        await server.stop();
        throw error;
      }
    }
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `${this.#kind.scheme}://127.0.0.1:${this.#port}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get dataDirectory(): string {
    return join(this.#directory, 'data');
  }

  /** What the server has printed since it was last started. */
  get output(): string {
    return this.#output;
  }

  /** Sends a signal; SIGKILL and SIGTERM are waited for. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    if (signal === 'SIGKILL' || signal === 'SIGTERM') await ended;
  }

  /** The server holds its connections and answers nothing. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Kills the server if it runs and starts it again on the same port. */
  async restart({ empty = false, from }: RestartOptions = {}): Promise<void> {
    await this.kill();
    if (empty || from) await rm(this.dataDirectory, { recursive: true, force: true });
    if (from) await cp(from, this.dataDirectory, { recursive: true });
    await this.#spawn();
  }

  /** Copies what the server has on disk now; the copy goes with the server. */
  async copyData(): Promise<string> {
    const copy = join(this.#directory, `copy-${++this.#copies}`);
    await cp(this.dataDirectory, copy, { recursive: true });
    return copy;
  }

  /** Ends the server for good and removes its data. */
  async stop(): Promise<void> {
    await this.kill();
    unregister(this);
    await rm(this.#directory, { recursive: true, force: true });
  }

  end(): void {
    this.#child?.kill('SIGKILL');
  }

  async #spawn(): Promise<void> {
    await mkdir(this.dataDirectory, { recursive: true });
    const { program, args, environment } = await this.#kind.start(this.#port, this.dataDirectory);
    const command = tied ? [tied, '--pdeathsig', 'KILL', '--', program, ...args] : [program, ...args];
    const child = spawn(command[0] as string, command.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...(environment ?? process.env) },
    });
    this.#child = child;
    this.#output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output = (this.#output + chunk).slice(-20_000);
      });
    }
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    child.once('exit', (code, signal) => {
      failure ??= new Error(`it ended with ${signal ?? code}: ${this.#output.trim()}`);
      if (this.#child === child) this.#child = undefined;
    });
    const end = performance.now() + startsWithin;
    for (let cause: unknown; ; ) {
      if (failure) throw new Error(`\`${program}\` did not start`, { cause: failure });
      try {
        await this.#kind.ready(this.#port);
        // Someone else may serve here while ours is about to give up.
        await setTimeout(5);
        if (!failure) return;
      } catch (error) {
        cause = error;
      }
      if (performance.now() > end) {
        await this.kill();
        throw new Error(`\`${program}\` did not start: ${this.#output.trim()}`, { cause });
      }
      await setTimeout(20);
    }
  }
}
