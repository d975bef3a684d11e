import { type Awaitable, accountOf, type Change, type Position, type RecordedEvent, tablesOf } from '@muniment/kernel';
import { foldEvent } from './folding.js';
import type { EventLog } from './ports/event-log.js';
import {
  everyAccount,
  leaveBehind,
  type Parked,
  type ParkedStream,
  park,
  parkedChange,
  parkedStreams,
} from './parked.js';
import { CheckpointMoved, type ReadModels } from './ports/read-models.js';
import { idOf, pageSize, type Projection } from './projection.js';
import { ResidentStates } from './resident-states.js';
import { tries } from './rounds.js';

export interface KeptRowsOptions {
  /** Called with new events before rows and checkpoint are stored: at least once with each. */
  readonly storing?: (events: readonly RecordedEvent[]) => Promise<void>;
  /** Called after rows have changed, before anyone waiting for the position goes on. */
  readonly changed?: (changes: readonly Change[]) => void;
  /** Called when rows may be others in ways that no change tells: what was made of them is to be forgotten. */
  readonly lost?: () => void;
  /** Called when an account's rows stand still from now on. */
  readonly parked?: (parked: ParkedStream) => void;
  /** Called with each checkpoint that is stored. */
  readonly projected?: (position: Position) => void;
  /** So much is known to have been stored before: nothing below is an answer. */
  readonly storedBefore?: Position;
  /** Asked before anything is stored: whether this process is the one that stores. */
  readonly leased?: () => Awaitable<boolean>;
}

/** So many positions, and so many milliseconds, may pass before a checkpoint is stored that comes with no change. */
const checkpointEvery = 1000;
const checkpointPause = 1000;

interface Unfoldable {
  readonly at: number;
  readonly error: unknown;
}

/** One projection's stored rows and the fold that keeps them: rows, parked accounts and checkpoint in one step. */
export class KeptRows {
  readonly #projection: Projection;
  readonly #readModels: ReadModels;
  readonly #options: KeptRowsOptions;
  readonly #states: ResidentStates;
  #parked = new Map<string, ParkedStream>();
  #checkpoint: Position = 0;
  #storedAt = 0;
  /** Less was found to be stored than was told of, and nobody has taken note of it yet. */
  behind = false;

  constructor(projection: Projection, readModels: ReadModels, options: KeptRowsOptions = {}) {
    this.#projection = projection;
    this.#readModels = readModels;
    this.#options = options;
    this.#states = new ResidentStates(projection, readModels);
  }

  /** The last that was stored and told of: rows say the same up to any position that was taken since. */
  get checkpoint(): Position {
    return this.#checkpoint;
  }

  get parked(): Parked {
    return this.#parked;
  }

  async stored(): Promise<Position | undefined> {
    const stored = await this.#readModels.checkpoint(idOf(this.#projection));
    if ((stored ?? 0) < Math.max(this.#checkpoint, this.#options.storedBefore ?? 0)) this.behind = true;
    return stored;
  }

  /** Forgets what is in memory and looks at what is stored. */
  async open(): Promise<Position | undefined> {
    this.#states.clear();
    const stored = await this.stored();
    this.#parked = await parkedIn(this.#readModels, this.#projection);
    this.#checkpoint = stored ?? 0;
    return stored;
  }

  async clear(): Promise<void> {
    await this.#mustLease();
    this.#states.clear();
    await this.#readModels.clear(idOf(this.#projection));
    this.#parked = new Map();
    this.#checkpoint = 0;
  }

  /** Folds the events that come next. */
  async take(events: readonly RecordedEvent[], position: Position): Promise<void> {
    const folded: string[] = [];
    const parking: Change[] = [];
    for (const [account, own] of byAccount(events)) {
      const before = this.#parked.get(account);
      if (before) {
        const after = leaveBehind(before, own);
        if (after !== before) parking.push(parkedChange(before, after));
        continue;
      }
      const unfoldable = await this.#fold(account, own);
      folded.push(account);
      if (unfoldable) parking.push(parkedChange(undefined, park(account, own.slice(unfoldable.at), unfoldable.error)));
    }
    const changes = folded.flatMap((account) => this.#changesOf(account));
    this.#states.forgetOldest(folded);
    if (events.length > 0) {
      await this.#mustLease();
      await this.#options.storing?.(events);
    }
    // Events that change no row change none when they are read again: the checkpoint need not follow each of them.
    const soon = position - this.#checkpoint < checkpointEvery || performance.now() - this.#storedAt < checkpointPause;
    if (changes.length + parking.length === 0 && soon) return;
    await this.#store(changes, parking, position);
  }

  /** Stores the position alone. */
  async mark(position: Position): Promise<void> {
    await this.#store([], [], position);
  }

  /** Tries parked accounts again, each from where it stopped: this version may be able to read on. */
  async retryParked(log: EventLog): Promise<void> {
    for (const before of this.#parked.values()) {
      const { account } = before;
      const events = await eventsBehind(log, before, this.#checkpoint);
      const unfoldable = await this.#fold(account, events);
      const after = unfoldable && park(account, events.slice(unfoldable.at), unfoldable.error);
      const changes = this.#changesOf(account);
      if (after?.position === before.position) {
        this.#states.forget(account);
        this.#options.parked?.(before);
      } else await this.#store(changes, [parkedChange(before, after)], this.#checkpoint);
    }
  }

  /** Folds an account's events in order; where one cannot be folded, those before it are. */
  async #fold(account: string, events: readonly RecordedEvent[]): Promise<Unfoldable | undefined> {
    let upTo = events.length;
    let unfoldable: Unfoldable | undefined;
    for (let attempt = 1; ; attempt++) {
      const failed = foldUpTo(this.#projection, await this.#states.of(account), events, upTo);
      if (!failed) return unfoldable;
      // It may have changed some rows and not others: they are read again.
      this.#states.forget(account);
      if (attempt < tries) continue;
      unfoldable = failed;
      upTo = failed.at;
    }
  }

  #changesOf(account: string): Change[] {
    return tablesOf(this.#states.known(account) ?? {}).flatMap((table) => table.takeChanges());
  }

  async #mustLease(): Promise<void> {
    const { leased } = this.#options;
    if (leased && !(await leased())) throw new CheckpointMoved(idOf(this.#projection), 'another process folds');
  }

  async #store(changes: readonly Change[], parking: readonly Change[], position: Position): Promise<void> {
    const { changed, lost, parked, projected } = this.#options;
    if (changes.length + parking.length === 0) await this.#mustLease();
    await this.#readModels.apply(idOf(this.#projection), [...changes, ...parking], position, this.#checkpoint);
    const news: ParkedStream[] = [];
    for (const { before, after } of parking as readonly Change<ParkedStream>[]) {
      if (after) this.#parked.set(after.account, after);
      else if (before) this.#parked.delete(before.account);
      if (after && after.position !== before?.position) news.push(after);
    }
    if (news.length > 0) lost?.();
    if (changes.length > 0 || parking.length > 0) changed?.(changes);
    // Only now: what was not told of must not be taken for known.
    this.#checkpoint = position;
    this.#storedAt = performance.now();
    for (const each of news) parked?.(each);
    projected?.(position);
  }
}

/** Accounts that stand still, as the rows say it. */
export async function parkedIn(readModels: ReadModels, projection: Projection): Promise<Map<string, ParkedStream>> {
  const rows = readModels.rows(idOf(projection));
  const parked = new Map<string, ParkedStream>();
  for (let after: string | undefined; ; ) {
    const page = { limit: pageSize, ...(after === undefined ? {} : { after }) };
    const listed = await rows.list(parkedStreams, everyAccount, page);
    for (const row of listed) parked.set(row.account, row);
    if (listed.length < pageSize) return parked;
    after = listed.at(-1)?.account;
  }
}

function byAccount(events: readonly RecordedEvent[]): Map<string, RecordedEvent[]> {
  const accounts = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const account = accountOf(event.stream);
    const own = accounts.get(account);
    if (own) own.push(event);
    else accounts.set(account, [event]);
  }
  return accounts;
}

function foldUpTo(
  projection: Projection,
  state: unknown,
  events: readonly RecordedEvent[],
  upTo: number,
): Unfoldable | undefined {
  for (let at = 0; at < upTo; at++) {
    try {
      foldEvent(projection, state, events[at] as RecordedEvent);
    } catch (error) {
      return { at, error };
    }
  }
  return undefined;
}

async function eventsBehind(log: EventLog, { behind }: ParkedStream, upTo: Position): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (const [stream, from] of Object.entries(behind)) {
    for await (const batch of log.readStream(stream, { from })) {
      for (const event of batch) if (event.position <= upTo) events.push(event);
    }
  }
  return events.sort((a, b) => a.position - b.position);
}
