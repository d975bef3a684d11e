import { setTimeout as sleep } from 'node:timers/promises';
import {
  connect,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  PermissionViolationError,
  type Subscription,
} from '@nats-io/transport-node';
import { speaking } from './knock.js';
import { Liveness, tickMilliseconds } from './liveness.js';
import { connectionOptions, dialMilliseconds, type NatsOptions, serversOf } from './options.js';
import { Outbox, type Outgoing } from './outbox.js';

export interface BusState {
  /** `reconnecting` is also a server that is connected and does not answer. */
  readonly name: 'connected' | 'reconnecting' | 'closed';
  readonly since: Date;
  readonly reason?: string;
}

export interface Listening {
  readonly subject: string;
  readonly queue?: string;
  readonly listener: (msg: Msg) => void;
  /** Without it the connection is of no use: when the server refuses it, another connection is tried. */
  vital?: boolean;
  subscription?: Subscription;
  refusal?: Error;
}

export interface ConnectionEvents {
  up(): void;
  down(reason: string): void;
  closed(error?: Error): void;
  /** The server refuses messages on this subject to this user. */
  refused(subject: string): void;
  error(error: Error): void;
}

const settleMilliseconds = 1000;
const firstPauseMilliseconds = 50;
const longestPauseMilliseconds = 400;

/** What a server takes until it has said otherwise. */
const usualMaxPayload = 2 ** 20;

/**
 * A connection that comes back for as long as it is wanted. Each connection of the library is used until it is lost and
 * then thrown away: the library's own reconnecting keeps what is published meanwhile, does not end promises that wait
 * for the lost server, and can hang in the attempt to leave one that has stopped reading.
 */
export class Connection {
  readonly #options: NatsOptions;
  readonly #events: ConnectionEvents;
  readonly #listening = new Set<Listening>();
  readonly #stop = new AbortController();
  readonly #outbox = new Outbox((message) => this.#send(message));
  #link: NatsConnection | undefined;
  #lost: Promise<string> = Promise.resolve('');
  #state: BusState = { name: 'reconnecting', since: new Date(), reason: 'not connected yet' };
  #attempts = 0;
  #tried: () => void = () => undefined;
  maxPayload = usualMaxPayload;
  outages = 0;

  constructor(options: NatsOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
  }

  get state(): BusState {
    return this.#state;
  }

  /** Connects and goes on for good; resolves after the first attempt, whatever came of it. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.#tried = resolve;
      this.#run().catch((error: Error) => this.#end(error));
    });
  }

  /** What is sent without a server is lost; tells whether there is one. */
  publish(subject: string, bytes: Uint8Array, reply?: string, headers?: MsgHdrs): boolean {
    if (this.#link === undefined || this.#link.isClosed()) return false;
    this.#outbox.add({ subject, bytes, reply, headers });
    return true;
  }

  listen(listening: Listening): void {
    this.#listening.add(listening);
    if (this.#link) this.#attach(listening, this.#link);
  }

  /** Takes no more; what the server has sent before is still delivered. */
  async unlisten(listening: Listening): Promise<void> {
    if (!this.#listening.delete(listening)) return;
    const { subscription } = listening;
    if (!this.#link || !subscription || subscription.isClosed()) return;
    await this.#within(subscription.drain());
  }

  /** Until the server has seen everything sent so far, or is lost. */
  async settle(): Promise<void> {
    this.#outbox.flush();
    if (this.#link && !this.#link.isClosed()) await this.#within(this.#link.flush());
  }

  async close(): Promise<void> {
    if (this.#state.name === 'closed') return;
    await this.settle();
    this.#end();
  }

  #end(error?: Error): void {
    if (this.#state.name === 'closed') return;
    this.#become('closed', error?.message ?? 'the bus is closed');
    this.#stop.abort();
    this.#drop(this.#link);
    this.#tried();
    this.#events.closed(error);
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const reason = await this.#once();
      if (this.#stop.signal.aborted) return;
      this.#down(reason);
      await this.#pause();
    }
  }

  async #once(): Promise<string> {
    try {
      const servers = await speaking(serversOf(this.#options), dialMilliseconds, this.#stop.signal);
      const link = await connect(await connectionOptions(this.#options, servers));
      // Closing did not wait for this attempt.
      if (this.#stop.signal.aborted) this.#drop(link);
      return await this.#use(link);
    } catch (error) {
      return reasonOf(error);
    }
  }

  /** Uses a connection until it is lost; tells why it was. */
  async #use(link: NatsConnection): Promise<string> {
    const { promise: lost, resolve: lose } = deferred<string>();
    void link.closed().then((error) => lose(error ? reasonOf(error) : 'the server has ended the connection'));
    if (link.isClosed()) return lost;
    this.#link = link;
    this.#lost = lost;
    this.maxPayload = link.info?.max_payload ?? usualMaxPayload;
    void this.#watch(link);
    for (const listening of this.#listening) this.#attach(listening, link, lose);
    const timer = this.#keepWatch(link, lose);
    const reason = await lost;
    clearInterval(timer);
    this.#drop(link);
    return reason;
  }

  #keepWatch(link: NatsConnection, lose: (reason: string) => void): NodeJS.Timeout {
    const heard = () => {
      liveness.heard();
      // The server answers in order: it has seen what this process listens on, and refused nothing that is vital.
      if (this.#link === link && ![...this.#listening].some(({ vital, refusal }) => vital && refusal)) this.#up();
    };
    const probe = () => void link.flush().then(heard, () => undefined);
    const liveness = new Liveness(probe);
    probe();
    let received = link.stats().inMsgs;
    const timer = setInterval(() => {
      const now = link.stats().inMsgs;
      if (now !== received) liveness.heard();
      received = now;
      const sign = liveness.tick();
      if (sign !== 'alive') this.#down('the server does not answer');
      if (sign === 'gone') lose('the server does not answer');
    }, tickMilliseconds);
    return timer.unref();
  }

  async #watch(link: NatsConnection): Promise<void> {
    for await (const status of link.status()) {
      if (status.type !== 'error') continue;
      const { error } = status;
      if (!(error instanceof PermissionViolationError)) continue;
      this.#events.error(error);
      if (error.operation === 'publish') this.#events.refused(error.subject);
    }
  }

  #attach(listening: Listening, link: NatsConnection, lose?: (reason: string) => void): void {
    const { subject, queue, listener } = listening;
    delete listening.refusal;
    listening.subscription = link.subscribe(subject, {
      ...(queue !== undefined && { queue }),
      callback: (error, msg) => {
        if (error) {
          listening.refusal = error;
          if (listening.vital) lose?.(`not allowed to listen on \`${subject}\``);
        } else this.#deliver(listener, msg);
      },
    });
  }

  /** An exception here would end the library's reading of the connection. */
  #deliver(listener: (msg: Msg) => void, msg: Msg): void {
    try {
      listener(msg);
    } catch (error) {
      this.#events.error(error as Error);
    }
  }

  #send({ subject, bytes, reply, headers }: Outgoing): void {
    try {
      this.#link?.publish(subject, bytes, { ...(reply && { reply }), ...(headers && { headers }) });
    } catch (error) {
      this.#events.error(error as Error);
    }
  }

  #up(): void {
    this.#attempts = 0;
    if (this.#state.name !== 'reconnecting') return;
    this.#become('connected');
    this.#tried();
    this.#events.up();
  }

  #down(reason: string): void {
    if (this.#state.name === 'closed') return;
    const news = this.#state.name === 'connected';
    this.#become('reconnecting', reason);
    this.#tried();
    if (!news) return;
    this.outages++;
    this.#events.down(reason);
  }

  #become(name: BusState['name'], reason?: string): void {
    const since = name === this.#state.name ? this.#state.since : new Date();
    this.#state = { name, since, ...(reason !== undefined && { reason }) };
  }

  #drop(link: NatsConnection | undefined): void {
    if (this.#link === link) {
      this.#link = undefined;
      this.#outbox.clear();
    }
    if (link && !link.isClosed()) link.close().catch((error: Error) => this.#events.error(error));
  }

  /** Services that lost the same server do not come back in step. */
  async #pause(): Promise<void> {
    const longest = Math.min(firstPauseMilliseconds * 2 ** this.#attempts++, longestPauseMilliseconds);
    await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  /** The library's promises do not end with the connection. */
  async #within(work: Promise<void>): Promise<void> {
    const timer = new AbortController();
    const late = sleep(settleMilliseconds, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([work.catch(() => undefined), this.#lost, late]);
    timer.abort();
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function deferred<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
