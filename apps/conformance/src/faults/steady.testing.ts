import { setTimeout as sleep } from 'node:timers/promises';
import type { Clients } from '../harness/clients.js';
import type { Credentials } from '../harness/target.js';
import { Doors } from './doors.testing.js';
import { type Entry, History } from './history.testing.js';

export interface SteadyOptions {
  readonly urls: readonly string[];
  readonly perSecond: number;
  readonly credentials: Credentials;
  readonly calls: Readonly<Record<string, (clients: Clients, count: number) => Promise<unknown>>>;
  /** How often a call whose outcome is unknown is tried at another gateway. */
  readonly elsewhere?: number;
}

/** Clients at the same time; more than the rate needs, even when answers are slow. */
const lanes = 16;

/** Calls at a steady rate, in turn, over all gateways, however long the answers take. */
export class Steady {
  readonly history = new History();
  readonly #options: SteadyOptions;
  readonly #working: Promise<unknown>;
  #stopped = false;
  #count = 0;
  readonly #began = performance.now();

  constructor(options: SteadyOptions) {
    this.#options = options;
    this.#working = Promise.all(Array.from({ length: lanes }, (_, lane) => this.#lane(lane)));
  }

  /** What did not succeed. */
  get failures(): Entry[] {
    return this.history.entries.filter(({ outcome }) => outcome !== undefined && outcome !== 'ok');
  }

  get perSecond(): number {
    return Math.round((this.history.entries.length / (performance.now() - this.#began)) * 1000);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  async #lane(lane: number): Promise<void> {
    const { urls, perSecond, credentials, calls, elsewhere = 0 } = this.#options;
    const doors = new Doors({ urls, history: this.history, home: lane, elsewhere });
    const all = Object.entries(calls);
    const each = (1000 * lanes) / perSecond;
    for (let due = performance.now() + (each * lane) / lanes; !this.#stopped; due += each) {
      // What a slow machine could not send in time is not sent all at once later.
      due = Math.max(due, performance.now() - each);
      await sleep(Math.max(0, due - performance.now()));
      const count = this.#count++;
      const [operation, call] = all[count % all.length] as (typeof all)[number];
      await doors.call(this.history.begin({ operation, user: '' }), credentials, (clients) => call(clients, count));
    }
  }
}

/** What went wrong, to be read in a failed test. */
export const told = (failures: readonly Entry[]): string[] =>
  failures.map(
    ({ operation, outcome, error, milliseconds }) =>
      `${operation}: ${outcome} after ${Math.round(milliseconds)} ms, ${error?.name}: ${error?.message}`,
  );
