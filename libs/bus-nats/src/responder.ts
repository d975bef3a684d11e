import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg } from '@nats-io/transport-node';
import { MessageTooLarge, type QuestionHeaders } from '@muniment/runtime';
import { decode, encode } from './codec.js';
import type { Connection, Listening } from './connection.js';
import { failureHeaders, failureOf, readable } from './errors.js';

export type Answer = (subject: string, question: never, headers?: QuestionHeaders) => Promise<unknown>;

const nothing = new Uint8Array(0);

/** Figures of one responder since it began, as `nats micro stats` shows them. */
export interface ResponderFigures {
  readonly prefix: string;
  readonly subject: string;
  requests: number;
  errors: number;
  lastError: string;
  /** Milliseconds from question to answer, added up. */
  milliseconds: number;
}

/** Answers the subjects of one prefix; replicas share them by the queue group of that name. */
export class Responder {
  readonly figures: ResponderFigures;
  readonly #connection: Connection;
  readonly #answer: Answer;
  readonly #onError: (error: Error) => void;
  readonly #listening: Listening;
  #underWay = 0;
  #idle: () => void = () => undefined;
  #stopped: Promise<void> | undefined;

  constructor(connection: Connection, prefix: string, answer: Answer, onError: (error: Error) => void) {
    this.#connection = connection;
    this.#answer = answer;
    this.#onError = onError;
    this.figures = { prefix, subject: `${prefix}.*`, requests: 0, errors: 0, lastError: '', milliseconds: 0 };
    this.#listening = { subject: this.figures.subject, queue: prefix, listener: (msg) => void this.#serve(msg) };
  }

  /** Resolves when questions come in, or will as soon as there is a server; rejects when the server refuses. */
  async start(): Promise<void> {
    this.#connection.listen(this.#listening);
    await this.#connection.settle();
    const { refusal } = this.#listening;
    this.#listening.vital = !refusal;
    if (!refusal) return;
    await this.stop(0);
    throw new Error(`not allowed to listen on \`${this.figures.subject}\``, { cause: refusal });
  }

  /** Takes no more questions, and answers those that have arrived. */
  stop(milliseconds: number): Promise<void> {
    this.#stopped ??= this.#drain(milliseconds);
    return this.#stopped;
  }

  async #drain(milliseconds: number): Promise<void> {
    await this.#connection.unlisten(this.#listening);
    const enough = new AbortController();
    const idle = new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
    if (this.#underWay > 0) {
      const late = sleep(milliseconds, undefined, { signal: enough.signal }).catch(() => undefined);
      await Promise.race([idle, late]);
    }
    enough.abort();
    await this.#connection.settle();
  }

  /** Never rejects. */
  async #serve(msg: Msg): Promise<void> {
    const { figures } = this;
    const start = performance.now();
    figures.requests++;
    this.#underWay++;
    try {
      const question = readable<never>(`a question on \`${msg.subject}\``, () => decode(msg.data));
      const bytes = encode(await this.#answer(msg.subject, question, msg.headers));
      const { maxPayload } = this.#connection;
      if (bytes.length > maxPayload)
        throw new MessageTooLarge(msg.subject, `an answer of ${bytes.length} bytes, at most ${maxPayload}`);
      if (msg.reply) this.#connection.publish(msg.reply, bytes);
    } catch (error) {
      this.#fail(msg, error);
    }
    figures.milliseconds += performance.now() - start;
    if (--this.#underWay === 0) this.#idle();
  }

  #fail(msg: Msg, error: unknown): void {
    const failure = failureOf(error);
    this.figures.errors++;
    this.figures.lastError = `${failure.code}: ${failure.text}`;
    if (msg.reply) this.#connection.publish(msg.reply, nothing, undefined, failureHeaders(failure));
    // Outages are told by those who notice them, once and not with each request.
    if (failure.code !== 503) this.#onError(new Error(`the answer to \`${msg.subject}\` failed`, { cause: error }));
  }
}
