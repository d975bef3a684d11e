import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { launchHere, type Launched, type Start } from './launched.js';
import { freePort } from './ports.js';
import { register, unregister } from './running.js';

/** How one kind of server is started and asked whether it is there. */
export interface ServerKind {
  readonly name: string;
  readonly scheme: string;
  start(port: number, dataDirectory: string): Start | Promise<Start>;
  /** Rejects while the server does not serve yet. */
  ready(port: number): Promise<void>;
  /** Milliseconds that a start may take; a fraction of a minute when absent. */
  readonly startsWithin?: number;
}

export interface RestartOptions {
  /** Without anything that it held. */
  readonly empty?: boolean;
  /** With what it held when `copyData` made this copy. */
  readonly from?: string;
}

const startsWithin = 15_000;
const startTries = 5;

/** A real server of a test: its own port and data, which outlive a restart and not `stop`. */
export class ServerProcess {
  readonly #kind: ServerKind;
  readonly #directory: string;
  #copies = 0;
  /** While it runs. */
  #launched: Launched | undefined;
  #last: Launched | undefined;
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

  /** Of a server that runs, but not in a container. */
  get pid(): number | undefined {
    return this.#launched?.pid;
  }

  get dataDirectory(): string {
    return join(this.#directory, 'data');
  }

  /** What the server has printed since it was last started, also when it has ended. */
  get output(): string {
    return this.#last?.output() ?? '';
  }

  /** Sends a signal; SIGKILL and SIGTERM are waited for, and how the process has ended is told: its code, or the signal. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<string | undefined> {
    const launched = this.#launched;
    if (!launched) return undefined;
    await launched.signal(signal);
    return signal === 'SIGKILL' || signal === 'SIGTERM' ? launched.ended : undefined;
  }

  /** The server holds its connections and answers nothing. */
  pause(): void {
    void this.#launched?.signal('SIGSTOP');
  }

  resume(): void {
    void this.#launched?.signal('SIGCONT');
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

  /** At once, without waiting: this process ends. */
  end(): void {
    void this.#launched?.signal('SIGKILL');
  }

  async #spawn(): Promise<void> {
    await mkdir(this.dataDirectory, { recursive: true });
    const start = await this.#kind.start(this.#port, this.dataDirectory);
    const launched = await this.#launch(start);
    this.#launched = launched;
    this.#last = launched;
    let failure: string | undefined;
    void launched.ended.then((how) => {
      failure = `\`${start.program}\` did not start, it ended with ${how}: ${launched.output().trim()}`;
      if (this.#launched === launched) this.#launched = undefined;
    });
    const end = performance.now() + (this.#kind.startsWithin ?? startsWithin);
    for (let cause: unknown; ; ) {
      if (failure) throw new Error(failure);
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
        throw new Error(`\`${start.program}\` did not start to serve: ${launched.output().trim()}`, { cause });
      }
      await setTimeout(20);
    }
  }

  async #launch(start: Start): Promise<Launched> {
    if (start.image === undefined) return launchHere(start);
    const { launchInContainer } = await import('./container.testing.js');
    return launchInContainer(start, start.image, this.#port, this.dataDirectory);
  }
}
