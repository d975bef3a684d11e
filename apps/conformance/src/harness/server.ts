import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build, program } from './build.js';
import type { Credentials, Target } from './target.js';

export interface ServerOptions {
  readonly memory?: boolean;
  /** Further settings, over the ones that the harness makes. */
  readonly settings?: Readonly<Record<string, string>>;
}

const readyWithin = 40_000;

const drawn = (prefix: string): Credentials => ({
  accessKeyId: prefix + randomBytes(8).toString('hex').toUpperCase(),
  secretAccessKey: randomBytes(30).toString('base64'),
});

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly milliseconds: number;
}

/** Programs of the forms that Muniment runs in, and what each says when it is ready. */
export interface Form {
  readonly args: readonly string[];
  readonly ready: string;
}

const solo: Form = { args: [program, 'start'], ready: 'muniment is listening on' };

/** One server process after another on one data directory, all on the port of the first. */
export class Server implements Target {
  readonly accountId = '111122223333';
  readonly root = drawn('AKIA');
  readonly other = { accountId: '444455556666', root: drawn('AKIB') };
  readonly dataDirectory = mkdtempSync(join(tmpdir(), 'muniment-conformance-'));
  readonly #options: ServerOptions;
  readonly #form: Form;
  /** How long the first start took, on fresh data. */
  firstStart = 0;
  #process: ChildProcess | undefined;
  #url = '';
  #output = '';
  #log = '';
  /** Whether an end is nothing to tell of: it is asked for, or the start fails and says so. */
  #ending = true;
  #ready = false;

  protected constructor(options: ServerOptions, form: Form = solo) {
    this.#options = options;
    this.#form = form;
  }

  static async start(options: ServerOptions = {}): Promise<Server> {
    await build();
    return Server.started(new Server(options));
  }

  protected static async started<Started extends Server>(server: Started): Promise<Started> {
    try {
      server.firstStart = await server.start();
      return server;
    } catch (error) {
      await server.dispose();
      throw error;
    }
  }

  get url(): string {
    return this.#url;
  }

  /** All that its processes have written to standard error. */
  get log(): string {
    return this.#log;
  }

  get output(): string {
    return this.#output;
  }

  /** Resolves while it is ready, else when it is ready again. */
  async whenReady(): Promise<void> {
    while (!this.#ready) await sleep(20);
  }

  /** Starts a process on the same data; resolves with the time that it took to be ready. */
  async start(): Promise<number> {
    const started = performance.now();
    const child = this.launch(this.#url === '' ? '0' : new URL(this.#url).port);
    this.#process = child;
    child.on('exit', (code, signal) => {
      if (this.#ending) return;
      const last = this.#log.slice(-4000);
      process.stderr.write(`the server ended by itself, with ${signal ?? `exit code ${code}`}:\n${last}\n`);
    });
    const from = this.#output.length;
    child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
    while (!(await this.#isReady(from))) {
      if (child.exitCode !== null || performance.now() - started > readyWithin) {
        child.kill('SIGKILL');
        throw new Error(`the server does not start: ${this.#output.slice(from)}${this.#log.slice(-4000)}`);
      }
      await sleep(10);
    }
    this.#ending = false;
    this.#ready = true;
    return performance.now() - started;
  }

  /** A process of its own on this server's data directory, ready or not. */
  launch(port: string): ChildProcess {
    const settings = {
      MUNIMENT_DATA_DIR: this.dataDirectory,
      MUNIMENT_HOST: '127.0.0.1',
      MUNIMENT_PORT: port,
      MUNIMENT_ACCOUNT_ID: this.accountId,
      MUNIMENT_ROOT_ACCESS_KEY_ID: this.root.accessKeyId,
      MUNIMENT_ROOT_SECRET_ACCESS_KEY: this.root.secretAccessKey,
      MUNIMENT_ACCOUNTS: [this.other.accountId, ...Object.values(this.other.root)].join(':'),
      ...this.#options.settings,
    };
    const args = [...this.#form.args, ...(this.#options.memory ? ['--memory'] : [])];
    return spawn(process.execPath, args, { env: { PATH: process.env['PATH'], ...settings } });
  }

  /** Ends it as an operator would. */
  stop(): Promise<Ending> {
    return this.#end('SIGTERM');
  }

  /** Ends it as a power cut would. */
  kill(): Promise<Ending> {
    return this.#end('SIGKILL');
  }

  /** Ends it and removes its data. */
  async dispose(): Promise<void> {
    if (this.#process?.exitCode === null && this.#process.signalCode === null) await this.kill();
    rmSync(this.dataDirectory, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<Ending> {
    const child = this.#process;
    if (!child) throw new Error('the server was not started');
    this.#ending = true;
    this.#ready = false;
    const from = performance.now();
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    child.kill(signal);
    const [code, by] = await ended;
    return { code, signal: by, milliseconds: performance.now() - from };
  }

  async #isReady(from: number): Promise<boolean> {
    const output = this.#output.slice(from);
    this.#url = /^muniment(?: gateway)? is listening on (http:\/\/\S+)/m.exec(output)?.[1] ?? this.#url;
    if (!output.includes(this.#form.ready)) return false;
    const answer = await fetch(`${this.#url}/readyz`).catch(() => undefined);
    return answer?.status === 200;
  }
}
