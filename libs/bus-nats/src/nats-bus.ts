import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Bus,
  BusUnavailable,
  MessageTooLarge,
  type QuestionHeaders,
  type RequestOptions,
} from '@muniment/runtime';
import { decode, encode } from './codec.js';
import { type BusState, Connection, type Listening } from './connection.js';
import { failureIn, readable } from './errors.js';
import { Micro, type Verb } from './micro.js';
import { type NatsOptions, usualDrainMilliseconds, usualRequestMilliseconds } from './options.js';
import { Requests } from './requests.js';
import { Responder } from './responder.js';

/** What a subject is that a message can be sent to. */
const subjectPattern = /^[^\s.*>]+(?:\.[^\s.*>]+)*$/;

export interface BusFigures {
  /** Requests that wait for an answer now. */
  readonly waiting: number;
  /** Hints that could not be sent: there was no server, or they did not fit. */
  readonly hintsLost: number;
  /** How often requests could not be made for a while. */
  readonly outages: number;
}

/** Services that ask each other over NATS. */
export class NatsBus implements Bus {
  readonly #options: NatsOptions;
  readonly #connection: Connection;
  readonly #requests: Requests;
  readonly #responders = new Set<Responder>();
  readonly #micro: Micro | undefined;
  #hintsLost = 0;
  #closing: Promise<void> | undefined;

  /** @internal `openNats` makes one. */
  constructor(options: NatsOptions) {
    this.#options = options;
    const requests = new Requests(options.inboxPrefix);
    this.#requests = requests;
    this.#connection = new Connection(options, {
      up: () => this.#tell(() => options.onUp?.()),
      down: (reason) => {
        requests.fail(reason);
        this.#tell(() => options.onDown?.(reason));
      },
      closed: (error) => {
        requests.fail('the bus is closed');
        this.#tell(() => options.onClosed?.(error));
      },
      refused: (subject) => requests.fail('the server does not allow it', subject),
      error: (error) => this.#report(error),
    });
    this.#connection.listen({
      subject: this.#requests.subject,
      listener: (msg) => this.#requests.deliver(msg),
      vital: true,
    });
    const figures = () => Array.from(this.#responders, (responder) => responder.figures);
    this.#micro = options.service && new Micro(this.#connection, options.service, figures);
  }

  /** @internal */
  async open(): Promise<this> {
    this.#micro?.start();
    await this.#connection.open();
    return this;
  }

  /** For readiness: whether requests can be made, since when, and why not. */
  get state(): BusState {
    return this.#connection.state;
  }

  get figures(): BusFigures {
    return { waiting: this.#requests.size, hintsLost: this.#hintsLost, outages: this.#connection.outages };
  }

  async request<Question, Answer>(
    subject: string,
    question: Question,
    { milliseconds = this.#options.requestMilliseconds ?? usualRequestMilliseconds }: RequestOptions = {},
  ): Promise<Answer> {
    const { name, reason = '' } = this.#connection.state;
    if (name !== 'connected') throw new BusUnavailable(subject, reason);
    if (!subjectPattern.test(subject)) throw new BusUnavailable(subject, 'no service listens');
    const bytes = encode(question);
    const { maxPayload } = this.#connection;
    if (bytes.length > maxPayload)
      throw new MessageTooLarge(subject, `a question of ${bytes.length} bytes, at most ${maxPayload}`);
    const msg = await this.#requests.ask(subject, milliseconds, (reply) => {
      if (!this.#connection.publish(subject, bytes, reply)) this.#requests.fail('the server is lost', subject);
    });
    const failure = failureIn(msg, subject);
    if (failure) throw failure;
    return readable<Answer>(`the answer on \`${subject}\``, () => decode(msg.data));
  }

  async respond<Question, Answer>(
    prefix: string,
    answer: (subject: string, question: Question, headers?: QuestionHeaders) => Promise<Answer>,
  ): Promise<() => Promise<void>> {
    const responder = new Responder(this.#connection, prefix, answer, (error) => this.#report(error));
    await responder.start();
    this.#responders.add(responder);
    return async () => {
      await responder.stop(this.#drainMilliseconds);
      this.#responders.delete(responder);
    };
  }

  publish(subject: string, hint: unknown): void {
    const bytes = encode(hint);
    const sendable = this.state.name === 'connected' && bytes.length <= this.#connection.maxPayload;
    if (!sendable || !this.#connection.publish(subject, bytes)) this.#hintsLost++;
  }

  subscribe(subject: string, listener: (hint: unknown) => void): () => void {
    const listening: Listening = {
      subject,
      listener: ({ data }) => {
        try {
          listener(readable(`a hint on \`${subject}\``, () => decode(data)));
        } catch (error) {
          this.#report(error instanceof Error ? error : new Error(String(error)));
        }
      },
    };
    this.#connection.listen(listening);
    return () => void this.#connection.unlisten(listening);
  }

  /** What services of this or of any name answer to `$SRV.<verb>` within the time, in the order in which they do. */
  async askServices(verb: Verb, name?: string, milliseconds = 500): Promise<readonly unknown[]> {
    const subject = name === undefined ? `$SRV.${verb}` : `$SRV.${verb}.${name}`;
    if (this.state.name !== 'connected') throw new BusUnavailable(subject, this.state.reason ?? '');
    const answers: unknown[] = [];
    const nobody = new AbortController();
    const { reply, done } = this.#requests.gather((msg) => {
      if (failureIn(msg, subject)) nobody.abort();
      else answers.push(readable(`an answer on \`${subject}\``, () => decode(msg.data)));
    });
    this.#connection.publish(subject, new Uint8Array(0), reply);
    await sleep(milliseconds, undefined, { signal: nobody.signal }).catch(() => undefined);
    done();
    return answers;
  }

  /** Takes no more questions, answers those that have come, and waits for the answers to its own. */
  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  async #drain(): Promise<void> {
    const end = performance.now() + this.#drainMilliseconds;
    await this.#micro?.stop();
    await Promise.all(Array.from(this.#responders, (responder) => responder.stop(this.#drainMilliseconds)));
    while (this.#requests.size > 0 && performance.now() < end) await sleep(5);
    await this.#connection.close();
  }

  get #drainMilliseconds(): number {
    return this.#options.drainMilliseconds ?? usualDrainMilliseconds;
  }

  #report(error: Error): void {
    const { onError } = this.#options;
    if (onError) this.#tell(() => onError(error));
    else warn(error);
  }

  /** What others do when they are told must not harm the connection. */
  #tell(telling: () => void): void {
    try {
      telling();
    } catch (error) {
      warn(error);
    }
  }
}

const warn = (error: unknown): void => process.emitWarning(error instanceof Error ? error.message : String(error));

/**
 * Connects to NATS. A server that is not there is waited for in the background, for ever: `state` tells. Rejects only
 * for options that make no sense.
 *
 * @example
 * const bus = await openNats({ url: 'nats://localhost:4222', name: 'directory-7f9c' });
 * await bus.respond('muniment.directory', async (subject, question) => answerTo(subject, question));
 */
export async function openNats(options: NatsOptions): Promise<NatsBus> {
  return new NatsBus(options).open();
}

/** Asks all services of a name, or all there are: what `muniment status` and `nats micro stats` show. */
export const askServices = (
  bus: Pick<NatsBus, 'askServices'>,
  verb: Verb,
  name?: string,
  milliseconds?: number,
): Promise<readonly unknown[]> => bus.askServices(verb, name, milliseconds);
