import { type Database, open, type RootDatabase } from 'lmdb';
import { frameNumber, LogCorrupted, unframeNumber } from './frame.js';

/** Raised when the way events lie on disk changes. */
const format = 1;

/**
 * Keys are strings of single bytes, written as they are. lmdb's own encoding does not keep the order of all strings
 * and loses some (NUL, long strings), so it is not used.
 */
const keyEncoder = {
  writeKey: (key: string, target: Buffer, start: number) => start + target.write(key, start, 'latin1'),
  readKey: (source: Buffer, start: number, end: number) => source.toString('latin1', start, end),
};

const digits = 11;

/** A position or revision as part of a key: eleven digits to the base 36 hold every safe integer, in order. */
export const ordered = (value: number): string => value.toString(36).padStart(digits, '0');

export const numberIn = (key: string): number => Number.parseInt(key.slice(-digits), 36);

export const streamKey = (stream: string, revision: number): string => `${stream}\0${ordered(revision)}`;

export const categoryKey = (category: string, position: number): string => `${category}\0${ordered(position)}`;

/** The names that counters go by. */
export const counter = {
  head: 'head',
  /** How many streams were removed: who keeps events in memory looks here whether they are still there. */
  removals: 'removals',
  stream: (stream: string) => `stream\0${stream}`,
  category: (category: string) => `category\0${category}`,
};

/** The databases of an event log's directory. */
export class Environment {
  readonly root: RootDatabase;
  /** Position → frame. */
  readonly events: Database<Buffer, string>;
  /** Stream and revision → position. */
  readonly streams: Database<Buffer, string>;
  /** Category and position. */
  readonly categories: Database<Buffer, string>;
  readonly counters: Database<Buffer, string>;
  readonly keys: Database<string, string>;

  constructor(path: string) {
    // overlappingSync: with it a failed flush would leave readers with events that were never written.
    // eventTurnBatching: without it no internal promise is left alone with a failed commit.
    this.root = open({ path, overlappingSync: false, eventTurnBatching: false });
    try {
      checkFormat(this.root, path);
      const database = <Value>(name: string, encoding: 'binary' | 'string') =>
        this.root.openDB<Value, string>(name, { encoding, keyEncoder } as object);
      this.events = database('events', 'binary');
      this.streams = database('streams', 'binary');
      this.categories = database('categories', 'binary');
      this.counters = database('counters', 'binary');
      this.keys = database('keys', 'string');
      this.#checkHead();
    } catch (error) {
      void this.root.close();
      throw error;
    }
  }

  count(name: string): number | undefined {
    const bytes = this.counters.getBinary(name);
    return bytes && unframeNumber(name, bytes);
  }

  setCount(name: string, value: number): void {
    void this.counters.put(name, frameNumber(name, value));
  }

  dropCount(name: string): void {
    void this.counters.remove(name);
  }

  /** A head that is not the last event would let the next append write over one, or leave a hole. */
  #checkHead(): void {
    const head = this.count(counter.head) ?? 0;
    const [last] = this.events.getKeys({ start: '~', end: '\0', reverse: true, limit: 1 });
    const newest = last === undefined ? 0 : numberIn(last);
    if (newest !== head) throw new LogCorrupted(head, `the newest event is at position ${newest}`);
  }
}

function checkFormat(root: RootDatabase, path: string): void {
  const about = root.openDB<string, string>('about', { encoding: 'string' });
  const found = about.get('format');
  if (found === undefined) about.putSync('format', String(format));
  else if (found !== String(format)) {
    throw new Error(
      `the event log in \`${path}\` has format ${found}: this version of muniment reads format ${format}`,
    );
  }
}
