import { type Aggregate, type NewEvent, NO_STREAM, type RecordedEvent, streamOf, tablesOf } from '@muniment/kernel';
import { type Folded, foldEvent, remember, restore, sizeOf, snapshotOf } from './folding.js';
import type { Appended, EventLog } from './ports/event-log.js';
import type { ReadModels } from './ports/read-models.js';

/** Fewer events than this are folded faster than a snapshot is read. */
const snapshotEvery = 1000;

/** The state of one account's aggregate, as its writer holds it: loaded, kept up with the log, taken back. */
export class FoldedStream {
  readonly name: string;
  readonly #aggregate: Aggregate;
  readonly #account: string;
  readonly #log: EventLog;
  readonly #kept: Pick<ReadModels, 'keep' | 'kept'>;
  #folded: Promise<Folded> | undefined;
  /** The same once it is loaded. */
  #loaded: Folded | undefined;
  #sinceSnapshot = 0;

  constructor(aggregate: Aggregate, account: string, log: EventLog, kept: Pick<ReadModels, 'keep' | 'kept'>) {
    this.name = streamOf(aggregate.name, account);
    this.#aggregate = aggregate;
    this.#account = account;
    this.#log = log;
    this.#kept = kept;
  }

  get #snapshot(): string {
    return `snapshot:${this.name}`;
  }

  /** Loaded on first use. */
  folded(): Promise<Folded> {
    this.#folded ??= this.#load().catch((error) => {
      this.#folded = undefined;
      throw error;
    });
    return this.#folded;
  }

  /** The next use loads it anew. */
  drop(): void {
    this.#folded = undefined;
    this.#loaded = undefined;
  }

  /** Folds an event that is not in the log yet: `written` or `undo` follows. */
  fold(folded: Folded, event: NewEvent): void {
    folded.changes++;
    foldEvent(this.#aggregate, folded.state, { ...event, stream: this.name, revision: 0, position: 0 });
  }

  /** What was folded is in the log now, by these commands. */
  written(folded: Folded, { revision, position }: Appended, commandIds: Iterable<string>): void {
    settle(folded);
    this.#sinceSnapshot += revision - folded.revision;
    folded.revision = revision;
    folded.position = position;
    for (const commandId of commandIds) remember(folded, commandId, position);
    if (this.#sinceSnapshot >= Math.max(snapshotEvery, sizeOf(folded.state))) this.#keepSnapshot(folded);
  }

  /** What was folded is not in the log, or nobody knows: the state is again what the log was known to hold. */
  undo(): void {
    if (this.#loaded === undefined) return;
    this.#loaded.changes++;
    for (const table of tablesOf(this.#loaded.state)) table.undo();
  }

  /** Folds what others have written since. True when there was anything. */
  async catchUp(folded: Folded): Promise<boolean> {
    const { revision } = folded;
    try {
      for await (const events of this.#log.readStream(this.name, { from: revision + 1 })) {
        for (const event of events) this.#recorded(folded, event);
      }
    } finally {
      settle(folded);
    }
    return folded.revision > revision;
  }

  async #load(): Promise<Folded> {
    const folded = (await this.#fromSnapshot()) ?? {
      state: this.#aggregate.empty(this.#account),
      revision: NO_STREAM,
      position: 0,
      changes: 0,
      recent: new Map(),
    };
    this.#sinceSnapshot = 0;
    await this.catchUp(folded);
    for (const table of tablesOf(folded.state)) table.track();
    this.#loaded = folded;
    return folded;
  }

  #recorded(folded: Folded, event: RecordedEvent): void {
    folded.changes++;
    foldEvent(this.#aggregate, folded.state, event);
    folded.revision = event.revision;
    folded.position = event.position;
    remember(folded, event.meta.commandId, event.position);
    this.#sinceSnapshot++;
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
    for await (const [last] of this.#log.readStream(this.name, { from: folded.revision, backwards: true })) {
      return last?.revision === folded.revision && last.meta.commandId === newest ? folded : undefined;
    }
    return undefined;
  }

  #keepSnapshot(folded: Folded): void {
    this.#sinceSnapshot = 0;
    // Lost snapshots cost time, nothing else: the next start folds from an older one.
    this.#kept.keep(this.#snapshot, snapshotOf(this.#aggregate, folded)).catch(() => undefined);
  }
}

function settle(folded: Folded): void {
  for (const table of tablesOf(folded.state)) table.settle();
}
