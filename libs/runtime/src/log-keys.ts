import { createHash } from 'node:crypto';
import {
  aggregate,
  type Awaitable,
  type Event,
  type EventMetadata,
  type Evolve,
  NO_STREAM,
  readModel,
  type Revision,
  type StateOf,
  streamOf,
} from '@muniment/kernel';
import type { Keys } from './envelope-sealer.js';
import { type EventLog, WrongExpectedRevision } from './ports/event-log.js';
import type { Ids } from './ports/ids.js';
import type { Rows } from './ports/read-models.js';

interface DataKey {
  readonly name: string;
  readonly wrapped: string;
}

type DataKeyEvent =
  | Event<'DataKeyMade', { readonly wrapped: string }>
  | Event<'DataKeyErased', Readonly<Record<string, never>>>;

const models = { keys: readModel<DataKey>('data-keys', { id: ({ name }) => name }) };

const evolve: Evolve<StateOf<typeof models>, DataKeyEvent> = {
  DataKeyMade: (state, { wrapped }) => state.keys.set({ name: state.account, wrapped }),
  DataKeyErased: (state) => state.keys.remove(state.account),
};

/** Category of the streams that hold one wrapped key each; a log keeps the newest event of each and no other. */
export const dataKeyCategory = 'datakeys';

/** Folds every replica's own copy of the wrapped data keys. */
export const dataKeys = aggregate<typeof models, DataKeyEvent>(dataKeyCategory, { models, evolve, version: 1 });

export interface LogKeysOptions {
  readonly log: EventLog;
  /** Rows of the projection `dataKeys`: a copy of its own, so that secrets can be opened without the log. */
  readonly rows: Pick<Rows, 'find'>;
  /** Waits until the rows hold everything up to a position. */
  readonly reached: (position: number) => Awaitable<unknown>;
  readonly ids: Ids;
  readonly now: () => Date;
}

/** Names of streams are short and plain, ids of subjects need not be. */
const nameOf = (id: string): string => createHash('sha256').update(id).digest('hex').slice(0, 40);

/**
 * Wrapped data keys for a log without a place of its own for them: a stream each, of which only the newest event is
 * kept. An erased key is its stream's newest event: what was before is gone from the log and from every copy.
 */
export class LogKeys implements Keys {
  readonly #options: LogKeysOptions;

  constructor(options: LogKeysOptions) {
    this.#options = options;
  }

  get(id: string): Awaitable<string | undefined> {
    const name = nameOf(id);
    const row = this.#options.rows.find(models.keys, name, name);
    return row instanceof Promise ? row.then((found) => found?.wrapped) : row?.wrapped;
  }

  async add(id: string, wrapped: string): Promise<string> {
    const stream = streamOf(dataKeyCategory, nameOf(id));
    // Nearly every key is a new one: what the stream holds is only asked for when it holds something.
    for (let revision: Revision = NO_STREAM; ; ) {
      try {
        await this.#append(stream, revision, { type: 'DataKeyMade', data: { wrapped } });
        return wrapped;
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
        const newest = await this.#newest(stream);
        if (newest.wrapped !== undefined) return newest.wrapped;
        if (newest.revision === revision) throw error;
        ({ revision } = newest);
      }
    }
  }

  put(id: string, wrapped: string): Promise<void> {
    return this.#write(id, { type: 'DataKeyMade', data: { wrapped } });
  }

  remove(id: string): Promise<void> {
    return this.#write(id, { type: 'DataKeyErased', data: {} });
  }

  /**
   * Whoever writes last is right: there is no invariant between two writes of one key. Whether there is one to erase is
   * the log's to say: the rows may not have heard of it yet.
   */
  async #write(id: string, event: DataKeyEvent): Promise<void> {
    const stream = streamOf(dataKeyCategory, nameOf(id));
    for (;;) {
      try {
        const { revision, wrapped } = await this.#newest(stream);
        if (wrapped === undefined && event.type === 'DataKeyErased') return;
        await this.#append(stream, revision, event);
        return;
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
      }
    }
  }

  async #newest(stream: string): Promise<{ revision: Revision; wrapped: string | undefined }> {
    for await (const [last] of this.#options.log.readStream(stream, { backwards: true })) {
      if (!last) break;
      return { revision: last.revision, wrapped: (last.data as { wrapped?: string }).wrapped };
    }
    return { revision: NO_STREAM, wrapped: undefined };
  }

  async #append(stream: string, revision: Revision, event: DataKeyEvent): Promise<void> {
    const { log, ids, now, reached } = this.#options;
    const id = ids.uuid();
    const meta: EventMetadata = {
      eventId: `${id}:0`,
      commandId: id,
      requestId: id,
      at: now().toISOString(),
      actor: 'muniment',
    };
    const { position } = await log.append(stream, revision, [{ ...event, version: 1, meta }]);
    await reached(position);
  }
}
