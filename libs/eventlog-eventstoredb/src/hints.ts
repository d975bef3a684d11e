import { type AllStreamSubscription, END } from '@kurrent/kurrentdb-client';
import { categoryOf, type Position } from '@muniment/kernel';
import type { Commit, EventLog } from '@muniment/runtime';
import type { Client, Connection } from './connection.js';
import { positionOf } from './encoding.js';
import { ownStreams } from './reading.js';

type Listener = Parameters<EventLog['onAppended']>[0];

/** How often the head is looked at: a subscription may end without a word. */
const watchMilliseconds = 1000;

/** An own event that the subscription has not told of for so long is told of without it. */
const patienceMilliseconds = 100;

const longestPause = 2000;

/** One subscription of several: what an earlier one still delivers concerns nobody. */
interface Generation {
  readonly subscription: AllStreamSubscription;
  readonly client: Client;
  readonly since: number;
  /** The server has confirmed it. */
  live: boolean;
  /** The newest event it has told of: what comes next follows this one. */
  last: Position | undefined;
  /** The head as it was when it had told of less; still so a second later, it is silent. */
  missing: Position;
}

/** Tells listeners that there is more to read. Nothing is lost with a hint: they read pages from where they are. */
export class Hints {
  readonly #connection: Connection;
  readonly #head: () => Promise<Position>;
  readonly #listeners = new Set<Listener>();
  #told: Position = 0;
  #current: Generation | undefined;
  #arrived: { position: Position; readonly categories: Set<string> } | undefined;
  #watch: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #pause = 0;
  #looking = false;

  constructor(connection: Connection, head: () => Promise<Position>) {
    this.#connection = connection;
    this.#head = head;
  }

  /** `known` is where whoever listens can have read to already. */
  listen(listener: Listener, known: Position): () => void {
    if (this.#listeners.size === 0) this.#told = Math.max(this.#told, known);
    this.#listeners.add(listener);
    if (this.#watch === undefined) {
      this.#watch = setInterval(() => void this.#look(), watchMilliseconds).unref();
      this.#subscribe();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.stop();
    };
  }

  /** This process has appended: normally the subscription says so, with what was between. */
  appended(position: Position): void {
    if (this.#watch === undefined) return;
    if (!this.#current?.live) this.#tell(position);
    else setTimeout(() => this.#tell(position), patienceMilliseconds).unref();
  }

  stop(): void {
    clearInterval(this.#watch);
    clearTimeout(this.#retry);
    this.#watch = undefined;
    this.#end(this.#current);
    this.#current = undefined;
    this.#arrived = undefined;
    this.#listeners.clear();
  }

  #subscribe(): void {
    clearTimeout(this.#retry);
    this.#end(this.#current);
    const { client } = this.#connection;
    const subscription = client.subscribeToAll({ fromPosition: END, filter: ownStreams });
    const generation = { subscription, client, since: performance.now(), live: false, last: undefined, missing: 0 };
    this.#current = generation;
    this.#follow(generation);
  }

  #follow(generation: Generation): void {
    const over = () => this.#over(generation);
    generation.subscription
      .on('confirmation', () => {
        generation.live = true;
        this.#pause = 0;
        // What was appended until now it does not tell of.
        if (generation === this.#current) void this.#look();
      })
      .on('data', ({ event }) => {
        if (event && generation === this.#current) this.#heard(event.streamId, positionOf(event));
      })
      .on('error', over)
      .on('end', over)
      .on('close', over);
  }

  #over(generation: Generation): void {
    if (generation !== this.#current || this.#watch === undefined) return;
    generation.live = false;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#subscribe(), this.#pause).unref();
    this.#pause = Math.min(longestPause, this.#pause * 2 + 50);
  }

  /** Events that arrive together are told of together. */
  #heard(stream: string, position: Position): void {
    const first = this.#arrived === undefined;
    this.#arrived ??= { position, categories: new Set() };
    this.#arrived.position = Math.max(position, this.#arrived.position);
    this.#arrived.categories.add(categoryOf(stream));
    if (first) setImmediate(() => this.#pass());
  }

  #pass(): void {
    const arrived = this.#arrived;
    const generation = this.#current;
    this.#arrived = undefined;
    if (!arrived || !generation) return;
    const { last: after } = generation;
    if (after !== undefined && arrived.position <= after) return;
    generation.last = arrived.position;
    this.#tell(arrived.position, after === undefined ? undefined : { after, ...arrived });
  }

  #tell(position: Position, commit?: Commit): void {
    if (position <= this.#told) return;
    this.#told = position;
    for (const listener of this.#listeners) {
      try {
        listener(position, commit);
      } catch (error) {
        // The events are written: a listener's trouble is not the writer's.
        process.emitWarning(`a listener failed: ${String(error)}`);
      }
    }
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const generation = this.#current;
    try {
      const head = await this.#head();
      if (this.#watch === undefined) return;
      this.#tell(head);
      if (generation && generation === this.#current) this.#judge(generation, head);
    } catch {
      // The log is away: the subscription says so itself, or the next look finds it silent.
    } finally {
      this.#looking = false;
    }
  }

  /** The log goes on and the subscription does not, or it does not come about at all: it is given up. */
  #judge(generation: Generation, head: Position): void {
    const { live, last, missing, since } = generation;
    generation.last ??= live ? head : undefined;
    const silent = live && last !== undefined && missing > last;
    const stuck = !live && performance.now() - since > 2 * watchMilliseconds;
    generation.missing = head;
    if (!silent && !stuck) return;
    this.#connection.renew(generation.client);
    this.#subscribe();
  }

  #end(generation: Generation | undefined): void {
    if (generation === undefined) return;
    // Its errors still want a listener: the ones it has do nothing any more.
    generation.subscription.unsubscribe().catch(() => undefined);
  }
}
