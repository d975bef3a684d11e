import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Target } from '../driver/lane.js';
import type { LogKind } from '../options.js';
import { type ChildInfo, childrenOf } from './children.js';
import { startEventStore } from './event-store.js';
import type { Installation } from './installation.js';
import type { MeasuredProcess } from './measured-process.js';
import { readiness } from './readiness.js';
import type { Served } from './under-load.js';
import { cpuMicroseconds, type Memory, memoryOf } from './usage.js';

const program = fileURLToPath(new URL('../../../distributed/dist/main.js', import.meta.url));
const patience = 120_000;
const settledWithin = 60_000;
const pollMilliseconds = 50;

/** What stands beside the services and their bus: counted, and not part of the sum. */
const beside = ['redis', 'log'];

export interface PlatformOptions {
  /** How many of which service, as the launcher reads it: `gateway=2,decisions=2`. */
  readonly replicas?: string;
  readonly log: LogKind;
  readonly profile?: string | undefined;
  /** Further settings of the services. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** One replica, where its health is asked for, and what its service had cost until it was ready. */
export interface Listening {
  readonly service: string;
  readonly url: string;
  /** CPU microseconds, of all replicas that there were then. */
  readonly startCpu: number;
}

/** The distributed form as processes of this machine, on an installation's data. */
export class Platform implements Served {
  /** Milliseconds from the start of the launcher until every service was ready. */
  readonly readyAfter: number;
  readonly #launcher: ChildProcess;
  readonly #store: MeasuredProcess | undefined;
  readonly listening: readonly Listening[];
  /** Where decisions services answer questions over HTTP. */
  readonly answering: readonly string[];
  readonly #children: readonly ChildInfo[];

  static async start(
    installation: Installation,
    { replicas = '', log, profile, settings }: PlatformOptions,
  ): Promise<Platform> {
    const store = log === 'double' ? await startEventStore(installation.path) : undefined;
    const started = performance.now();
    // The launcher hands Node's options on to the services.
    const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const launcher = spawn(process.execPath, [...profiling, program, '--replicas', replicas], {
      env: {
        PATH: process.env['PATH'],
        ...installation.environment,
        MUNIMENT_HOST: '127.0.0.1',
        MUNIMENT_PORT: '0',
        ...settings,
        ...(store && { MUNIMENT_EVENTSTOREDB_URL: store.url }),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const { listening, answering } = await untilReady(launcher);
      return new Platform(launcher, store, listening, answering, performance.now() - started);
    } catch (error) {
      launcher.kill('SIGTERM');
      await store?.stop();
      throw error;
    }
  }

  private constructor(
    launcher: ChildProcess,
    store: MeasuredProcess | undefined,
    listening: readonly Listening[],
    answering: readonly string[],
    readyAfter: number,
  ) {
    this.#launcher = launcher;
    this.#store = store;
    this.listening = listening;
    this.answering = answering;
    this.readyAfter = readyAfter;
    this.#children = childrenOf(launcher.pid as number);
  }

  /** Every gateway. */
  get targets(): readonly Target[] {
    return this.urls('gateway').map((url) => {
      const { hostname: host, port } = new URL(url);
      return { host, port: Number(port) };
    });
  }

  /** Where the replicas of a service tell how they stand. */
  urls(service: string): readonly string[] {
    return this.listening.filter((each) => each.service === service).map(({ url }) => url);
  }

  /** `sum` is the services and NATS; Redis and the log, where it is a process, stand beside it. */
  usage(): { readonly sum: number } & Readonly<Record<string, number>> {
    const parts: Record<string, number> = {};
    for (const { pid, name } of this.#children) parts[name] = (parts[name] ?? 0) + cpuMicroseconds(pid);
    if (this.#store) parts['log'] = this.#store.cpu;
    const sum = Object.entries(parts).reduce((all, [part, cpu]) => (beside.includes(part) ? all : all + cpu), 0);
    return { sum, ...parts };
  }

  /** Of each process, engines included. */
  get memory(): readonly (Memory & { readonly name: string })[] {
    return this.#children.map(({ pid, name }) => ({ name, ...memoryOf(pid) }));
  }

  /** Call records are delivered after the answer: a call's cost is known when none waits any more. */
  async settled(): Promise<void> {
    const end = performance.now() + settledWithin;
    for (const url of this.urls('gateway')) {
      while ((await readiness(url))['spool']?.['records'] !== 0) {
        if (performance.now() > end) throw new Error(`call records still wait after ${settledWithin} ms`);
        await after(pollMilliseconds);
      }
    }
  }

  async stop(): Promise<void> {
    if (this.#launcher.exitCode === null) {
      this.#launcher.kill('SIGTERM');
      await once(this.#launcher, 'exit');
    }
    await this.#store?.stop();
  }
}

const cpuOf = (children: readonly ChildInfo[], name: string): number =>
  children.reduce((sum, child) => (child.name === name ? sum + cpuMicroseconds(child.pid) : sum), 0);

async function untilReady(launcher: ChildProcess): Promise<Pick<Platform, 'listening' | 'answering'>> {
  const listening: Listening[] = [];
  const answering: string[] = [];
  const late = setTimeout(() => launcher.kill('SIGTERM'), patience);
  try {
    if (launcher.stdout === null) throw new Error('the launcher has no output');
    for await (const line of createInterface({ input: launcher.stdout })) {
      const [, service, url] = /^muniment ([a-z]+)\S* is listening on (\S+)$/.exec(line) ?? [];
      if (service !== undefined && url !== undefined)
        listening.push({ service, url, startCpu: cpuOf(childrenOf(launcher.pid as number), service) });
      const [, questions] = / answers questions at (\S+)$/.exec(line) ?? [];
      if (questions !== undefined) answering.push(questions);
      if (line === 'muniment is ready') return { listening, answering };
    }
    throw new Error('the launcher ended before everything was ready');
  } finally {
    clearTimeout(late);
    // Nobody reads on, and it must not wait for a reader.
    launcher.stdout?.resume();
  }
}
