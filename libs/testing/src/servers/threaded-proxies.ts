import { Worker } from 'node:worker_threads';
import type { TcpProxy } from './proxy.js';

/** What can be done to a proxy. */
type Act = 'pass' | 'cut' | 'reset' | 'blackHole' | 'dropAnswers' | 'delay' | 'refuse' | 'leadTo' | 'close';

export interface Order {
  readonly number: number;
  readonly proxy: number;
  readonly what: 'start' | Act;
  readonly argument: number;
}

export interface Done {
  readonly number: number;
  readonly port: number;
  readonly error?: string;
}

/** A proxy on another thread: what is done to it is done when the promise says so. */
export type ThreadedProxy = { readonly port: number } & {
  readonly [What in Act]: (...given: Parameters<TcpProxy[What]>) => Promise<void>;
};

interface Waiting {
  readonly resolve: (port: number) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Proxies on a thread of their own. In the thread of a test they stand still whenever the test works hard itself, and
 * every process whose ways lead through them finds its servers silent.
 */
export class ThreadedProxies {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #orders = 0;
  #proxies = 0;

  /** `script`: `servers/proxy-thread.js` of this package as compiled. */
  constructor(script: string) {
    this.#worker = new Worker(script, { execArgv: [] });
    this.#worker.unref();
    this.#worker.on('message', ({ number, port, error }: Done) => {
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (error === undefined) waiting?.resolve(port);
      else waiting?.reject(new Error(error));
    });
    this.#worker.on('error', (error) => {
      for (const { reject } of this.#waiting.values()) reject(error as Error);
    });
  }

  /** Starts a proxy on a free port in front of a server of this machine. */
  async start(targetPort: number): Promise<ThreadedProxy> {
    const proxy = ++this.#proxies;
    const port = await this.#order(proxy, 'start', targetPort);
    const act =
      (what: Act) =>
      async (argument = 0): Promise<void> => {
        await this.#order(proxy, what, argument);
      };
    return {
      port,
      pass: act('pass'),
      cut: act('cut'),
      reset: act('reset'),
      blackHole: act('blackHole'),
      dropAnswers: act('dropAnswers'),
      delay: act('delay'),
      refuse: act('refuse'),
      leadTo: act('leadTo'),
      close: act('close'),
    };
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #order(proxy: number, what: Order['what'], argument: number): Promise<number> {
    const number = ++this.#orders;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      const order: Order = { number, proxy, what, argument };
      this.#worker.postMessage(order);
    });
  }
}
