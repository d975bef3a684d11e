export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** The operations of the server that a fault can be set for. */
export type Method = 'append' | 'batchAppend' | 'read' | 'subscribe' | 'delete' | 'gossip' | 'features';

/** How an answer gets lost: the connection breaks, or it stays and nothing comes. */
export type Loss = 'reset' | 'hang';

/** What goes wrong at the server; each stays until `clear`, if nothing else is said. */
export class Faults {
  #leader: Endpoint | undefined;
  #isUnavailable = false;
  readonly #delays = new Map<Method | 'any', number>();
  #lost: { how: Loss; left: number } = { how: 'reset', left: 0 };
  #isSilent = false;
  #duplicates = false;
  #endCheckpoints = false;

  /** This node is none that writes: it names the one that does. */
  notLeader(leader: Endpoint): void {
    this.#leader = leader;
  }

  /** Every call is refused: the server is not ready. */
  unavailable(): void {
    this.#isUnavailable = true;
  }

  /** Calls wait before anything is done for them; `Infinity` is for ever. */
  delay(ms: number, method: Method | 'any' = 'any'): void {
    this.#delays.set(method, ms);
  }

  /** The next appends are committed and their answers are lost. */
  dropAfterCommit(how: Loss = 'reset', times = 1): void {
    this.#lost = { how, left: times };
  }

  /** Subscriptions, those that are and those to come, stay open and say nothing ever again. */
  silent(): void {
    this.#isSilent = true;
  }

  /** Subscriptions deliver each event twice. */
  duplicates(): void {
    this.#duplicates = true;
  }

  /** A filtered subscription that has caught up gives a checkpoint of the end of the log, with prepare 0. */
  endCheckpoints(): void {
    this.#endCheckpoints = true;
  }

  /** All is well again. */
  clear(): void {
    this.#leader = undefined;
    this.#isUnavailable = false;
    this.#delays.clear();
    this.#lost = { how: 'reset', left: 0 };
    this.#isSilent = false;
    this.#duplicates = false;
    this.#endCheckpoints = false;
  }

  get leader(): Endpoint | undefined {
    return this.#leader;
  }

  get isUnavailable(): boolean {
    return this.#isUnavailable;
  }

  get isSilent(): boolean {
    return this.#isSilent;
  }

  get deliversTwice(): boolean {
    return this.#duplicates;
  }

  get checkpointsEnd(): boolean {
    return this.#endCheckpoints;
  }

  delayOf(method: Method): number {
    return this.#delays.get(method) ?? this.#delays.get('any') ?? 0;
  }

  /** Takes one loss, when one is left. */
  takeLoss(): Loss | undefined {
    if (this.#lost.left === 0) return undefined;
    this.#lost.left--;
    return this.#lost.how;
  }
}
