import { setTimeout as sleep } from 'node:timers/promises';
import { KurrentDBClient } from '@kurrent/kurrentdb-client';
import { LogUnavailable } from '@muniment/runtime';
import { kindOf, messageOf, NoAnswer } from './failures.js';
import { connectionString } from './settings.js';

export type Client = KurrentDBClient;

/**
 * A client is not given up before it had this long, twice as long each time: a new one costs tens of milliseconds. At
 * most so long, for a connection that was begun while the network was gone may not notice that it is back.
 */
const youth = { first: 500, most: 2_000 };

/** Reads go their own way inside the client, which gives up for ever when the server was not there at first. */
const mostUnread = 10_000;

/** For so long a server that has gone is expected back any moment. */
const hopeful = 1_000;

/** Calls may still be under way on a client that was given up. */
const farewell = 5_000;

/**
 * The way to the server. The client reconnects by itself when it is told that a connection broke; when nothing is heard
 * at all, or it has given up, a new client takes its place.
 */
export class Connection {
  readonly #url: string;
  readonly #onFailure: (error: LogUnavailable) => void;
  readonly #retired = new Map<Client, NodeJS.Timeout>();
  #client: Client;
  #generation = 0;
  #since = Number.NEGATIVE_INFINITY;
  #youth = youth.first;
  /** When this client's reads have last come to something. */
  #read = Number.NEGATIVE_INFINITY;
  /** Infinite while the server is there. */
  #awaySince = Number.POSITIVE_INFINITY;
  /** The last call was waited for as long as it may take. */
  #silent = false;
  #closed = false;

  /** `onFailure` is told once each time the server goes away. */
  constructor(url: string, onFailure: (error: LogUnavailable) => void) {
    this.#url = url;
    this.#onFailure = onFailure;
    this.#client = this.#connect();
  }

  get client(): Client {
    this.mustBeOpen();
    return this.#client;
  }

  /**
   * How long it makes sense to wait: half as long for a server that has been away for a while, a quarter for one that was
   * waited for in vain already. Whether it is back is found out by those who ask without being waited for.
   */
  patience(milliseconds: number): number {
    if (this.#silent) return milliseconds / 4;
    return performance.now() - this.#awaySince > hopeful ? milliseconds / 2 : milliseconds;
  }

  mustBeOpen(): void {
    if (this.#closed) throw new LogUnavailable('it is closed');
  }

  /** What the client answers, or `NoAnswer` after so long: the client alone may wait for ever. */
  async call<Result>(milliseconds: number, ask: (client: Client) => Promise<Result>): Promise<Result> {
    const { client } = this;
    try {
      const result = await within(milliseconds, ask(client));
      this.#awaySince = Number.POSITIVE_INFINITY;
      this.#silent = false;
      this.#youth = youth.first;
      return result;
    } catch (error) {
      if (kindOf(error) === 'lost' && !this.#closed) this.#lost(client, error);
      throw error;
    }
  }

  /** A call that changes nothing is made again while there is time: the leader may have changed, a connection broken. */
  async read<Result>(milliseconds: number, ask: (client: Client) => Promise<Result>): Promise<Result> {
    const end = performance.now() + milliseconds;
    for (let pause = 5; ; pause *= 2) {
      try {
        const result = await this.call(end - performance.now(), ask);
        this.#read = performance.now();
        return result;
      } catch (error) {
        const kind = kindOf(error);
        if (kind === 'lost' && performance.now() - this.#read > mostUnread) this.renew(this.#client);
        const again = (kind === 'lost' || kind === 'elsewhere') && !this.#closed;
        if (!again || performance.now() + pause >= end) throw error;
      }
      await sleep(pause);
    }
  }

  /** The server may be well, this connection to it is not. */
  renew(client: Client): void {
    if (this.#closed || client !== this.#client || performance.now() - this.#since < this.#youth) return;
    this.#youth = Math.min(this.#youth * 2, youth.most);
    this.#since = performance.now();
    this.#read = Number.NEGATIVE_INFINITY;
    this.#retire(client);
    this.#client = this.#connect();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const [client, timer] of this.#retired) {
      clearTimeout(timer);
      end(client);
    }
    end(this.#client);
  }

  #connect(): Client {
    return KurrentDBClient.connectionString(connectionString(this.#url, this.#generation++));
  }

  #lost(client: Client, error: unknown): void {
    // Of a broken connection the client knows by itself, silence it would bear for ever. But not yet: whoever asks now
    // what became of a write asks on a connection that stands, and reads have one of their own.
    if (error instanceof NoAnswer) {
      this.#silent = true;
      setImmediate(() => this.renew(client));
    }
    if (Number.isFinite(this.#awaySince)) return;
    this.#awaySince = performance.now();
    this.#onFailure(new LogUnavailable(messageOf(error), { cause: error }));
  }

  #retire(client: Client): void {
    const timer = setTimeout(() => {
      this.#retired.delete(client);
      end(client);
    }, farewell);
    this.#retired.set(client, timer.unref());
  }
}

/** Rejects with `NoAnswer` when the promise takes longer; what becomes of it then is nobody's concern. */
async function within<Result>(milliseconds: number, promise: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The client ends its calls, but keeps its channel: its sockets would stay open as long as the server is silent. */
function end(client: Client): void {
  const channel = (client as unknown as { getChannel(): Promise<{ close(): void }> }).getChannel();
  void client.dispose().catch(() => undefined);
  void channel.then(
    (open) => open.close(),
    () => undefined,
  );
}
