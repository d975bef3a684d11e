import { randomUUID } from 'node:crypto';
import { Faults } from './faults.js';
import { Journal } from './journal.js';
import { Log } from './log.js';
import type { Expected, Place, Proposed, Recorded } from './records.js';
import { type Outcome, Store } from './store.js';
import type { Transaction } from './transaction.js';
import type { Drop } from './wire/connections.testing.js';
import type { Release, Running } from './wire/server.testing.js';

export interface DoubleSettings {
  /** A file that keeps the events; in memory when absent. */
  readonly data?: string;
  /** What the server is: one of 20.10 knows neither batches nor server features. */
  readonly release?: Release;
  /** Bytes that one append may have; the server's default is 1 MiB. */
  readonly maxAppendSize?: number;
}

/** What is written directly, behind the back of all clients. */
export interface DirectEvent {
  readonly type: string;
  readonly data?: unknown;
  readonly metadata?: unknown;
  readonly id?: string;
}

/**
 * A double of an EventStoreDB (KurrentDB) server: it speaks the wire protocol of the real client and keeps its events
 * in memory or in one file. README.md says what it does and what it does not.
 */
export class EventStoreDouble {
  readonly faults = new Faults();
  readonly #settings: DoubleSettings;
  #store: Store | undefined;
  #running: Running | undefined;
  #port = 0;

  constructor(settings: DoubleSettings = {}) {
    this.#settings = settings;
  }

  /** Listens on 127.0.0.1, on a free port when none is given. */
  async start({ port = this.#port }: { port?: number } = {}): Promise<this> {
    // Everybody's tests import this package, and few of them want gRPC.
    const { serve } = await import('./wire/server.testing.js');
    const { data, release = '24.10', maxAppendSize = 1024 * 1024 } = this.#settings;
    this.#store ??= await openStore(data);
    this.#running = await serve({ store: this.#store, faults: this.faults, port, release, maxAppendSize });
    this.#port = this.#running.port;
    return this;
  }

  /** Ends all connections; the events stay for the next start. */
  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
    if (!this.#settings.data) return;
    await this.#store?.log.close();
    this.#store = undefined;
  }

  /** Comes back on the same port with the events it had; it has forgotten the event ids of its idempotency. */
  async restart(): Promise<void> {
    await this.stop();
    this.#store?.forgetIds();
    await this.start();
  }

  get port(): number {
    return this.#port;
  }

  get connectionString(): string {
    return `kurrentdb://127.0.0.1:${this.#port}?tls=false`;
  }

  /** Where the log ends: the position of the next record. */
  get end(): number {
    return this.#open.log.end;
  }

  /** How many subscriptions are open now. */
  get subscriptions(): number {
    return this.#running?.connections.subscriptions ?? 0;
  }

  /** Appends directly. */
  append(stream: string, events: readonly DirectEvent[], expected: Expected = 'any'): Promise<Outcome> {
    return this.#open.append(stream, expected, events.map(proposed));
  }

  /** Begins an explicit transaction: `prepare` and `commit` may have writes of others between them. */
  transaction(stream: string): { prepare(...events: DirectEvent[]): void; commit(): Promise<Recorded[]> } {
    const transaction: Transaction = this.#open.begin(stream);
    return {
      prepare: (...events) => void transaction.prepare(...events.map(proposed)),
      commit: () => transaction.commit(),
    };
  }

  /** All events in their order, without those of the server itself. */
  events(): readonly (Recorded & { at: Place })[] {
    return [...this.#open.log.forwards({ commit: 0, prepare: 0 })].filter(({ stream }) => !stream.startsWith('$'));
  }

  /** Cuts every connection that carries a subscription. */
  dropSubscriptions(how: Drop = 'fin'): void {
    this.#running?.connections.dropSubscribers(how);
  }

  /** Forgets the event ids that idempotency knows: the same event can be written twice. */
  forgetIds(): void {
    this.#open.forgetIds();
  }

  /** Takes out of `$all` what its streams do not show any more. */
  scavenge(): void {
    this.#open.scavenge();
  }

  get #open(): Store {
    if (!this.#store) throw new Error('the double was not started');
    return this.#store;
  }
}

async function openStore(data?: string): Promise<Store> {
  if (!data) return new Store(new Log());
  const { journal, writes } = await Journal.open(data);
  return new Store(new Log(journal, writes));
}

const proposed = ({ type, data = {}, metadata, id = randomUUID() }: DirectEvent): Proposed => ({
  id,
  type,
  json: true,
  data: Buffer.from(JSON.stringify(data)),
  metadata: Buffer.from(metadata === undefined ? '' : JSON.stringify(metadata)),
});
