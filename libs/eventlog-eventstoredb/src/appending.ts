import { setTimeout as sleep } from 'node:timers/promises';
import { END, BACKWARDS, type JSONEventData, NO_STREAM as noStream } from '@kurrent/kurrentdb-client';
import { NO_STREAM, type Revision } from '@muniment/kernel';
import { type Appended, LogUnavailable, WrongExpectedRevision } from '@muniment/runtime';
import type { Connection } from './connection.js';
import { idsOf, positionOf, safe } from './encoding.js';
import { actualRevision, kindOf, messageOf, NoAnswer } from './failures.js';
import type { Reader } from './reading.js';

/** Of the whole time, for the first answer: the rest is for finding out what became of the write. */
const share = 0.6;

/** Nothing is asked that has less time than this for its answer. */
const leastMilliseconds = 20;

export interface Write {
  readonly stream: string;
  readonly expected: Revision;
  readonly events: readonly JSONEventData[];
}

/** What to do before a try, once it was done not again. */
type Before = (withinMilliseconds: number) => Promise<void>;

/**
 * Appends at an exact revision. The store's own idempotency is best effort, so this one does not rest on it: when an
 * answer was lost, the stream itself is asked whether exactly these events stand where they should.
 */
export class Appender {
  readonly #connection: Connection;
  readonly #reader: Reader;
  readonly #deadline: number;

  constructor(connection: Connection, reader: Reader, deadlineMilliseconds: number) {
    this.#connection = connection;
    this.#reader = reader;
    this.#deadline = deadlineMilliseconds;
  }

  async append(write: Write, before?: Before): Promise<Appended> {
    const end = performance.now() + this.#connection.patience(this.#deadline);
    const left = () => end - performance.now();
    let lost = false;
    let prepared = before === undefined;
    let reason: unknown;
    for (let pause = 5; left() > leastMilliseconds; pause *= 2) {
      try {
        if (!prepared) await before?.(left());
        prepared = true;
        // To a write that may have happened only the stream gives the answer.
        const found = lost ? await this.#written(write, left()) : undefined;
        return found ?? (await this.#try(write, Math.max(left() * share, leastMilliseconds)));
      } catch (error) {
        if (error instanceof WrongExpectedRevision || error instanceof LogUnavailable) throw error;
        const kind = kindOf(error);
        if (kind === 'conflict') {
          const found = lost
            ? await this.#written(write, Math.max(left(), leastMilliseconds)).catch(unavailable)
            : undefined;
          if (found) return found;
          throw new WrongExpectedRevision(write.stream, write.expected, safe(actualRevision(error) ?? -1n));
        }
        if (kind === 'refused' || kind === 'denied') unavailable(error);
        lost ||= kind === 'lost' && prepared;
        reason = error;
      }
      if (!(reason instanceof NoAnswer)) await sleep(Math.max(0, Math.min(pause, left())));
    }
    return unavailable(reason);
  }

  async #try({ stream, expected, events }: Write, withinMilliseconds: number): Promise<Appended> {
    const streamState = expected === NO_STREAM ? noStream : BigInt(expected);
    const options = { streamState, deadline: Math.ceil(withinMilliseconds), requiresLeader: true } as const;
    const { success, nextExpectedRevision, position } = await this.#connection.call(withinMilliseconds, (client) =>
      client.appendToStream(stream, [...events], options),
    );
    // An older server that has found the events written before does not always say where.
    if (!success || !position) throw new Error('the server does not say where the events are');
    return { revision: safe(nextExpectedRevision), position: safe(position.commit) };
  }

  /** Where the events stand; undefined when nothing stands there. Whatever else does was written by somebody else. */
  async #written({ stream, expected, events }: Write, withinMilliseconds: number): Promise<Appended | undefined> {
    const found = await this.#reader.stream(stream, expected + 1, events.length, undefined, withinMilliseconds);
    const last = found.at(-1);
    if (!last) return undefined;
    const ids = idsOf(events);
    const first = safe(found[0]?.revision ?? 0n);
    const isOurs = found.length === ids.length && found.every(({ id }, index) => id === ids[index]);
    // A stream that began anew goes on with its revisions: then the first of them is not the one after the expected.
    if (isOurs && (expected === NO_STREAM || first === expected + 1)) {
      return { revision: safe(last.revision), position: positionOf(last) };
    }
    const [newest] = await this.#reader.stream(stream, END, 1, BACKWARDS, withinMilliseconds);
    throw new WrongExpectedRevision(stream, expected, newest ? safe(newest.revision) : NO_STREAM);
  }
}

/** Throws that the log is away, and why; what the server refuses for good is the caller's error. */
export function unavailable(error: unknown): never {
  if (error instanceof LogUnavailable || error instanceof WrongExpectedRevision) throw error;
  if (kindOf(error) === 'refused') throw new Error(`the event log refuses it: ${messageOf(error)}`, { cause: error });
  throw new LogUnavailable(messageOf(error), { cause: error });
}
