import type { NewEvent, Position, RecordedEvent, Revision } from '@muniment/kernel';

/** What an append was given by the log. */
export interface Appended {
  /** Revision of the last event appended. */
  readonly revision: Revision;
  /** Position of the last event appended. */
  readonly position: Position;
}

export interface ReadStream {
  /** First revision to read; from the start (backwards: from the end) when absent. */
  readonly from?: Revision;
  readonly backwards?: boolean;
}

export interface Slice {
  readonly events: readonly RecordedEvent[];
  /** The log was looked through up to here, also where it held nothing of the categories asked for. */
  readonly position: Position;
}

/** What one commit has brought: events after `after`, up to `position`, of these categories and no others. */
export interface Commit {
  readonly after: Position;
  readonly position: Position;
  readonly categories: ReadonlySet<string>;
}

/**
 * The truth. Streams of events, in one order over all of them.
 *
 * - `append` resolves when the events are on disk, all of them or none; it throws `WrongExpectedRevision` when the
 *   stream is not where the writer thinks it is, and `LogUnavailable` when nothing may be written any more.
 * - Positions are assigned at commit by the log, grow, and are read in that order by everyone.
 */
export interface EventLog {
  append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended>;
  /** In order (or backwards), batch by batch; an unknown stream has no events. */
  readStream(stream: string, options?: ReadStream): AsyncIterable<readonly RecordedEvent[]>;
  /** Events of these categories after a position, in order, at most `limit`. */
  readAll(categories: readonly string[], after: Position, limit: number): Promise<Slice>;
  /** Position of the newest event; 0 when there is none. */
  head(): Promise<Position>;
  /**
   * Removes a stream: its events are never read again, by stream or by category. It may begin anew with an append that
   * expects no stream, its revisions then go on or begin anew as the log likes; positions of others stay as they are.
   */
  remove(stream: string): Promise<void>;
  /**
   * Calls after each commit: a hint that there is more to read, never the data. Returns how to stop it. A log that
   * knows what the commit was about says so: who follows none of it and has read all before need not look.
   */
  onAppended(listener: (position: Position, commit?: Commit) => void): () => void;
  close(): Promise<void>;
}

/** Another writer was first: catch up, decide again. */
export class WrongExpectedRevision extends Error {
  readonly stream: string;
  readonly expected: Revision;
  readonly actual: Revision;

  constructor(stream: string, expected: Revision, actual: Revision) {
    super(`stream \`${stream}\` is at revision ${actual}, not ${expected}`);
    this.name = 'WrongExpectedRevision';
    this.stream = stream;
    this.expected = expected;
    this.actual = actual;
  }
}

/** The log takes no writes: disk full, a failed commit, a lost connection. The write did not happen or is unknown. */
export class LogUnavailable extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(`the event log takes no writes: ${reason}`, options);
    this.name = 'LogUnavailable';
  }
}
