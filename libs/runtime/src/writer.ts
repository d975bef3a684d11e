import {
  type Aggregate,
  type Event,
  type EventMetadata,
  type NewEvent,
  NO_STREAM,
  type Position,
  streamOf,
} from '@muniment/kernel';
import { type Folded, foldEvent, remember, restore, sizeOf, snapshotOf, versionOf } from './folding.js';
import { type EventLog, WrongExpectedRevision } from './ports/event-log.js';
import type { ReadModels } from './ports/read-models.js';

/** What a command makes of the state when its turn comes: events and the answer, or a wish to start over. */
export interface Decided {
  readonly events: readonly Event[];
  /** Called once the events are folded into the state, before they are written. */
  readonly answer: () => unknown;
}

/** `repeated`: this command has been done before, so it is only answered. */
export type Turn = (folded: Folded, repeated: boolean) => Decided | typeof startOver;

/** The state moved on in a way that matters: gather, authorize and decide again. */
export const startOver = Symbol('start over');

export interface Written {
  readonly answer: unknown;
  readonly position: Position | undefined;
}

interface Waiting {
  readonly turn: Turn;
  readonly meta: EventMetadata;
  readonly resolve: (written: Written | typeof startOver) => void;
  readonly reject: (error: unknown) => void;
}

/** One command's events or answer failed with its events folded: the others of its batch start over without it. */
class Spoilt extends Error {
  readonly by: Waiting;

  constructor(by: Waiting, cause: unknown) {
    super('a command failed after it was decided', { cause });
    this.by = by;
  }
}

const largestBatch = 512;
/** Fewer events than this are folded faster than a snapshot is read. */
const snapshotEvery = 1000;

/**
 * The one writer of one account's aggregate in this process. Commands that wait while an append is under way are
 * decided one after another on the folded state and go out in one append (group commit).
 */
export class Writer {
  readonly #aggregate: Aggregate;
  readonly #account: string;
  readonly #log: EventLog;
  readonly #kept: Pick<ReadModels, 'keep' | 'kept'>;
  #folded: Promise<Folded> | undefined;
  #waiting: Waiting[] = [];
  #busy = false;
  #sinceSnapshot = 0;

  constructor(aggregate: Aggregate, account: string, log: EventLog, kept: Pick<ReadModels, 'keep' | 'kept'>) {
    this.#aggregate = aggregate;
    this.#account = account;
    this.#log = log;
    this.#kept = kept;
  }

  get #stream(): string {
    return streamOf(this.#aggregate.name, this.#account);
  }

  get #snapshot(): string {
    return `snapshot:${this.#stream}`;
  }

  /** Nothing waits and nothing is being written: it may be let go. */
  get idle(): boolean {
    return !this.#busy && this.#waiting.length === 0;
  }

  /** The folded state, loaded on first use. Nobody but a command's pure parts may look into it. */
  folded(): Promise<Folded> {
    this.#folded ??= this.#load().catch((error) => {
      this.#folded = undefined;
      throw error;
    });
    return this.#folded;
  }

  /** Queues a command's turn; answers when its events are on disk. */
  write(turn: Turn, meta: EventMetadata): Promise<Written | typeof startOver> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ turn, meta, resolve, reject });
      if (!this.#busy) void this.#drain();
    });
  }

  async #load(): Promise<Folded> {
    const folded = (await this.#fromSnapshot()) ?? {
      state: this.#aggregate.empty(this.#account),
      revision: NO_STREAM,
      recent: new Map(),
    };
    this.#sinceSnapshot = 0;
    for await (const events of this.#log.readStream(this.#stream, { from: folded.revision + 1 })) {
      for (const event of events) {
        foldEvent(this.#aggregate, folded.state, event);
        folded.revision = event.revision;
        remember(folded, event.meta.commandId, event.position);
        this.#sinceSnapshot++;
      }
    }
    return folded;
  }

  /** One that cannot be read is none: the events tell the same. */
  async #restored(): Promise<Folded | undefined> {
    try {
      return restore(this.#aggregate, this.#account, await this.#kept.kept(this.#snapshot));
    } catch {
      return undefined;
    }
  }

  /** A snapshot of events that the log does not hold (it was put back to an earlier state) is none. */
  async #fromSnapshot(): Promise<Folded | undefined> {
    const folded = await this.#restored();
    if (folded === undefined) return undefined;
    const newest = [...folded.recent.keys()].at(-1);
    for await (const [last] of this.#log.readStream(this.#stream, { from: folded.revision, backwards: true })) {
      return last?.revision === folded.revision && last.meta.commandId === newest ? folded : undefined;
    }
    return undefined;
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.splice(0, largestBatch);
        try {
          await this.#commit(await this.folded(), batch);
        } catch (error) {
          // What was folded but not written must not be built upon.
          this.#folded = undefined;
          const again = error instanceof WrongExpectedRevision || error instanceof Spoilt;
          if (error instanceof Spoilt) error.by.reject(error.cause);
          for (const waiting of batch) again ? waiting.resolve(startOver) : waiting.reject(error);
        }
      }
    } finally {
      this.#busy = false;
    }
  }

  async #commit(folded: Folded, batch: readonly Waiting[]): Promise<void> {
    const before = folded.revision;
    const events: NewEvent[] = [];
    const deliveries: ((position: Position) => void)[] = [];
    const changed: string[] = [];
    for (const waiting of batch) {
      const repeated = folded.recent.get(waiting.meta.commandId);
      const outcome = this.#decide(waiting, folded, repeated !== undefined);
      if ('refused' in outcome) {
        deliveries.push(() => waiting.reject(outcome.refused));
      } else if (outcome.decided === startOver) {
        deliveries.push(() => waiting.resolve(startOver));
      } else {
        const { decided } = outcome;
        const fresh = decided.events.map((event, index) => this.#record(event, waiting.meta, index));
        const answer = this.#fold(waiting, folded, decided, fresh);
        events.push(...fresh);
        if (fresh.length > 0) changed.push(waiting.meta.commandId);
        deliveries.push((position) => waiting.resolve({ answer, position: fresh.length > 0 ? position : repeated }));
      }
    }
    let position = 0;
    if (events.length > 0) {
      const appended = await this.#log.append(this.#stream, before, events);
      position = appended.position;
      folded.revision = appended.revision;
      for (const commandId of changed) remember(folded, commandId, position);
      this.#sinceSnapshot += events.length;
    }
    for (const deliver of deliveries) deliver(position);
    if (this.#sinceSnapshot >= Math.max(snapshotEvery, sizeOf(folded.state))) this.#keepSnapshot(folded);
  }

  #decide(
    waiting: Waiting,
    folded: Folded,
    repeated: boolean,
  ): { decided: Decided | typeof startOver } | { refused: unknown } {
    try {
      return { decided: waiting.turn(folded, repeated) };
    } catch (refused) {
      return { refused };
    }
  }

  #fold(waiting: Waiting, folded: Folded, { answer }: Decided, events: readonly NewEvent[]): unknown {
    try {
      for (const event of events) {
        foldEvent(this.#aggregate, folded.state, { ...event, stream: this.#stream, revision: 0, position: 0 });
      }
      return answer();
    } catch (error) {
      throw new Spoilt(waiting, error);
    }
  }

  #record(event: Event, meta: EventMetadata, index: number): NewEvent {
    return {
      type: event.type,
      version: versionOf(this.#aggregate, event.type),
      data: event.data,
      meta: { ...meta, eventId: `${meta.commandId}:${index}` },
    };
  }

  #keepSnapshot(folded: Folded): void {
    this.#sinceSnapshot = 0;
    // Lost snapshots cost time, nothing else: the next start folds from an older one.
    this.#kept.keep(this.#snapshot, snapshotOf(this.#aggregate, folded)).catch(() => undefined);
  }
}
