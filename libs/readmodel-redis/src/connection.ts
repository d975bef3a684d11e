import { ReadModelsUnavailable } from '@muniment/runtime';
import { Redis } from 'ioredis';
import type { Bytes } from './layout.js';
import { type ScriptName, scripts } from './scripts.js';

export interface ConnectionOptions {
  /** `redis://[user:password@]host[:port][/database]`, or `rediss:` for TLS. */
  readonly url: string;
  /** A connection on which nothing comes for so long while something is asked is dead, whatever TCP thinks. */
  readonly silentAtMost: number;
}

/** What the client has beside Redis' own commands; `Buffer` methods answer bytes as they are. */
type Scripted = Record<ScriptName | `${ScriptName}Buffer`, (...args: Bytes[]) => Promise<unknown>>;

const connectWithin = 1000;
const slowestRetry = 1000;
const readOnlyRetry = 1000;

/** One connection that comes back by itself for ever. Every question is answered in time or refused. */
export class Connection {
  readonly #redis: Redis;
  readonly #address: string;
  #problem: unknown;
  #reconnectedForWrites = Number.NEGATIVE_INFINITY;
  #usable = false;
  #gathering = false;

  constructor({ url, silentAtMost }: ConnectionOptions) {
    const { hostname, port } = new URL(url);
    // Never the whole URL: it may hold a password.
    this.#address = `${hostname}:${port || 6379}`;
    this.#redis = new Redis(url, {
      scripts,
      connectionName: 'muniment',
      connectTimeout: connectWithin,
      socketTimeout: silentAtMost,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxLoadingRetryTime: slowestRetry,
      // Also for a connection that has gone already: no process stays for that.
      disconnectTimeout: 100,
      retryStrategy: (times) => Math.min(25 * 2 ** Math.min(times, 10), slowestRetry),
      reconnectOnError: (error) => this.#isDemoted(error),
    });
    this.#redis.on('error', (error) => {
      this.#problem = error;
    });
    this.#redis.on('ready', () => void this.#check());
    this.#redis.on('close', () => {
      this.#usable = false;
    });
  }

  /** Whether there is a connection to a Redis that can be used. */
  get usable(): boolean {
    return this.#usable;
  }

  /** Runs a script; texts in its answer are UTF-8. */
  script(name: ScriptName, args: Bytes[], withinMilliseconds: number): Promise<unknown> {
    return this.#run(() => (this.#redis as unknown as Scripted)[name](...args), withinMilliseconds);
  }

  /** Runs a script whose answer may hold bytes that are no text. */
  scriptForBytes(name: ScriptName, args: Bytes[], withinMilliseconds: number): Promise<unknown> {
    return this.#run(() => (this.#redis as unknown as Scripted)[`${name}Buffer`](...args), withinMilliseconds);
  }

  /** Runs commands of Redis. */
  run<Answer>(ask: (redis: Redis) => Promise<Answer>, withinMilliseconds: number): Promise<Answer> {
    return this.#run(() => ask(this.#redis), withinMilliseconds);
  }

  close(): void {
    this.#usable = false;
    this.#problem = new Error('it is closed');
    this.#redis.removeAllListeners('error').on('error', () => undefined);
    this.#redis.disconnect();
  }

  #run<Answer>(ask: () => Promise<Answer>, withinMilliseconds: number): Promise<Answer> {
    if (!this.#usable) return Promise.reject(this.#unavailable(this.#problem));
    this.#gather();
    return new Promise((resolve, reject) => {
      const refuse = (cause: unknown) => {
        clearTimeout(timer);
        reject(this.#unavailable(cause));
      };
      const late = () => refuse(new Error(`no answer within ${withinMilliseconds} ms`));
      // Not before what has come meanwhile is read: it may be this process that was slow.
      const timer = setTimeout(() => setImmediate(late), withinMilliseconds);
      ask().then((answer) => {
        clearTimeout(timer);
        resolve(answer);
      }, refuse);
    });
  }

  /** What one turn of the event loop asks goes out in one write: that costs more than all else of a question. */
  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    const { stream } = this.#redis;
    stream.cork();
    setImmediate(() => {
      this.#gathering = false;
      stream.uncork();
    });
  }

  #unavailable(cause: unknown): ReadModelsUnavailable {
    const reason = cause instanceof Error ? cause.message : 'no connection yet';
    return new ReadModelsUnavailable(`Redis at ${this.#address}: ${reason}`, { cause });
  }

  /** Rows that go by themselves cannot be told from rows that never were. */
  async #check(): Promise<void> {
    // Who may not ask is told no policy; whoever forbade it knows what they do.
    const memory = await this.#redis.info('memory').catch(() => '');
    if (this.#redis.status !== 'ready') return;
    const policy = /^maxmemory_policy:(allkeys-\S+)/m.exec(memory)?.[1];
    if (policy) this.#problem = new Error(`may evict rows (maxmemory-policy ${policy}): set it to noeviction`);
    this.#usable = policy === undefined;
  }

  /** After a failover the address may lead to the new master; the old one must not be kept to. */
  #isDemoted(error: Error): boolean {
    if (!error.message.includes('READONLY')) return false;
    const now = performance.now();
    if (now - this.#reconnectedForWrites < readOnlyRetry) return false;
    this.#reconnectedForWrites = now;
    return true;
  }
}
