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

/** An answer that comes later than this after its question says nothing of how the server is now. */
const telling = 2_000;

/** A timer that is later than this says that the process was busy with something else. */
const standstill = 20;

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
  /** When this client has last heard of the server. */
  #heard = Number.NEGATIVE_INFINITY;
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
    const asked = performance.now();
    const answer = ask(client);
    try {
      const result = await within(milliseconds, answer);
      this.#answered(client);
      return result;
    } catch (error) {
      if (error instanceof NoAnswer) this.#hearLate(client, asked, answer);
      if (kindOf(error) !== 'lost') this.#answered(client);
      else if (!this.#closed) this.#lost(client, error, asked);
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
    this.#heard = Number.NEGATIVE_INFINITY;
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

  #answered(client: Client): void {
    this.#awaySince = Number.POSITIVE_INFINITY;
    this.#silent = false;
    if (client !== this.#client) return;
    this.#youth = youth.first;
    this.#heard = performance.now();
  }

  /** A server that is busy is not away: who waits for it less and less, on ever new connections, never hears of it. */
  #hearLate(client: Client, asked: number, answer: Promise<unknown>): void {
    const heard = () => {
      if (performance.now() - asked < telling) this.#answered(client);
    };
    answer.then(heard, (error: unknown) => {
      if (kindOf(error) !== 'lost') heard();
    });
  }

  #lost(client: Client, error: unknown, asked: number): void {
    // Others are answered: this one is slow, and the server is there. What came long ago does not say so any more.
    const half = (performance.now() - asked) / 2;
    if (error instanceof NoAnswer && client === this.#client && performance.now() - this.#heard < half) return;
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

/**
 * Rejects with `NoAnswer` when the promise takes longer. While this process stood still it read no answers: that time is
 * given back, once.
 */
async function within<Result>(milliseconds: number, promise: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const due = performance.now() + milliseconds;
  const late = new Promise<never>((_, reject) => {
    const tooLate = () => reject(new NoAnswer(milliseconds));
    timer = setTimeout(() => {
      const stoodStill = performance.now() - due;
      if (stoodStill <= standstill) tooLate();
      else timer = setTimeout(tooLate, Math.min(stoodStill, milliseconds));
    }, milliseconds);
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
