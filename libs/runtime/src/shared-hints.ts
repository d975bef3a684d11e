import type { Position } from '@muniment/kernel';
import type { Bus } from './ports/bus.js';
import type { Commit, EventLog } from './ports/event-log.js';

export interface SharedHintsOptions {
  /** How often the end of the log is looked at: hints may be lost. */
  readonly pollMilliseconds?: number;
}

/** Subject of the hint that something was appended: `{ position }`. */
export const appendedHint = 'muniment.hints.appended';

/** Subject of the hint that rows which several processes share hold everything up to a position. */
export const projectedHint = (projection: string): string => `muniment.hints.projected.${projection}`;

/** The position that a hint speaks of; undefined for anything else that came over the bus. */
export function hintedPosition(hint: unknown): Position | undefined {
  const position = (hint as { position?: unknown } | null)?.position;
  return typeof position === 'number' && Number.isSafeInteger(position) && position >= 0 ? position : undefined;
}

type Listener = (position: Position, commit?: Commit) => void;

/** A log whose followers also hear of what other processes append: at once by the bus, or else by looking. */
export function sharedHints(log: EventLog, bus: Bus, options: SharedHintsOptions = {}): EventLog {
  const hints = new Hints(log, bus, options.pollMilliseconds ?? 1000);
  return {
    async append(stream, expected, events) {
      const appended = await log.append(stream, expected, events);
      if (events.length > 0) hints.publish(appended.position);
      return appended;
    },
    readStream: (stream, read) => log.readStream(stream, read),
    readAll: (categories, after, limit) => log.readAll(categories, after, limit),
    head: () => log.head(),
    remove: (stream) => log.remove(stream),
    onAppended: (listener) => hints.listen(listener),
    async close() {
      hints.stop();
      await log.close();
    },
  };
}

class Hints {
  readonly #log: EventLog;
  readonly #bus: Bus;
  readonly #listeners = new Set<Listener>();
  readonly #stop: () => void;
  /** What listeners were told of by the log itself. */
  #told: Position = 0;
  #toPublish: Position = 0;
  #publishing: NodeJS.Immediate | undefined;
  #looking = false;

  constructor(log: EventLog, bus: Bus, pollMilliseconds: number) {
    this.#log = log;
    this.#bus = bus;
    const stopHearing = log.onAppended((position, commit) => {
      this.#told = position;
      this.#tell(position, commit);
    });
    const unsubscribe = bus.subscribe(appendedHint, (hint) => {
      const position = hintedPosition(hint);
      // A hint proves nothing: whether the log goes so far shows when it is looked at.
      if (position !== undefined && position > this.#told) this.#tell(position);
    });
    const timer = setInterval(() => void this.#look(), pollMilliseconds).unref();
    this.#stop = () => {
      clearInterval(timer);
      clearImmediate(this.#publishing);
      unsubscribe();
      stopHearing();
    };
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Appends that end together are told of once. */
  publish(position: Position): void {
    this.#toPublish = Math.max(this.#toPublish, position);
    this.#publishing ??= setImmediate(() => {
      this.#publishing = undefined;
      this.#bus.publish(appendedHint, { position: this.#toPublish });
    });
  }

  stop(): void {
    this.#stop();
    this.#listeners.clear();
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const head = await this.#log.head();
      if (head !== this.#told) this.#tell(head);
      this.#told = head;
    } catch {
      // The log is away: whoever reads it says so.
    } finally {
      this.#looking = false;
    }
  }

  #tell(position: Position, commit?: Commit): void {
    for (const listener of this.#listeners) {
      try {
        listener(position, commit);
      } catch (error) {
        process.emitWarning(`a listener failed: ${String(error)}`);
      }
    }
  }
}
