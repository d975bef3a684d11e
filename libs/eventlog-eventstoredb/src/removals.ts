import { BACKWARDS, END, FORWARDS } from '@kurrent/kurrentdb-client';
import type { NewEvent, Revision } from '@muniment/kernel';
import { NO_STREAM } from '@muniment/kernel';
import { WrongExpectedRevision } from '@muniment/runtime';
import type { Appender } from './appending.js';
import type { Connection } from './connection.js';
import { safe, toStore } from './encoding.js';
import { kindOf } from './failures.js';
import type { Reader } from './reading.js';

/** Which streams were removed, up to which revision. The log's own stream: its category is asked for by nobody. */
export const removalsStream = 'muniment-removed';

const pageSize = 1000;
const tries = 8;

interface Removal {
  readonly stream: string;
  readonly revision: Revision;
}

/**
 * Streams that were removed. The store shows them by stream no more, but in `$all` their events stay until a scavenge:
 * who reads by category has to know them.
 */
export class Removals {
  readonly #connection: Connection;
  readonly #reader: Reader;
  readonly #appender: Appender;
  readonly #deadline: number;
  readonly #removed = new Map<string, Revision>();
  #revision: Revision = NO_STREAM;

  constructor(connection: Connection, reader: Reader, appender: Appender, deadlineMilliseconds: number) {
    this.#connection = connection;
    this.#reader = reader;
    this.#appender = appender;
    this.#deadline = deadlineMilliseconds;
  }

  /** Reads what was removed since, by whomever. */
  async refresh(): Promise<void> {
    for (;;) {
      const events = await this.#reader.stream(removalsStream, this.#revision + 1, pageSize, FORWARDS);
      for (const { revision, data } of events) {
        const removal = data as unknown as Removal;
        this.#removed.set(removal.stream, Math.max(removal.revision, this.#removed.get(removal.stream) ?? NO_STREAM));
        this.#revision = Math.max(this.#revision, safe(revision));
      }
      if (events.length < pageSize) return;
    }
  }

  isRemoved(stream: string, revision: Revision): boolean {
    const last = this.#removed.get(stream);
    return last !== undefined && revision <= last;
  }

  /** First nobody reads it by category any more, then it goes: a removal that was cut short can be done again. */
  async remove(stream: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const [newest] = await this.#reader.stream(stream, END, 1, BACKWARDS);
      if (!newest) return;
      await this.#note({ stream, revision: safe(newest.revision) });
      try {
        const options = { expectedRevision: newest.revision, requiresLeader: true, deadline: this.#deadline };
        await this.#connection.call(this.#deadline, (client) => client.deleteStream(stream, options));
        return;
      } catch (error) {
        // Somebody has appended, or the answer was lost: what there is now decides.
        const kind = kindOf(error);
        if (kind === 'absent') return;
        if (attempt >= tries || (kind === 'lost' && attempt > 1) || kind === 'denied') throw error;
      }
    }
  }

  async #note(removal: Removal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.refresh();
      if (this.isRemoved(removal.stream, removal.revision)) return;
      const write = { stream: removalsStream, expected: this.#revision, events: [toStore(removed(removal))] };
      try {
        await this.#appender.append(write);
      } catch (error) {
        // Another process has removed another stream.
        if (!(error instanceof WrongExpectedRevision) || attempt >= tries) throw error;
      }
    }
  }
}

function removed(removal: Removal): NewEvent {
  const commandId = `remove-${removal.stream}-${removal.revision}`;
  const meta = {
    eventId: `${commandId}:0`,
    commandId,
    requestId: commandId,
    at: new Date().toISOString(),
    actor: 'muniment',
  };
  return { type: 'StreamRemoved', version: 1, data: removal, meta };
}
