import { expect } from '@jest/globals';
import {
  type Aggregate,
  type AnyOperation,
  type Caller,
  type Command,
  type Event,
  Fault,
  type Principal,
  type Query,
  type ReadModel,
} from '@muniment/kernel';
import type { Question } from '@muniment/runtime';
import { type Asked, perform, type Situation } from './perform.js';

/** What an operation takes and answers, as its definition says. */
export type InputOf<O extends AnyOperation> = O extends Command
  ? Parameters<O['definition']['decide']>[0]
  : O extends Query
    ? Parameters<O['definition']['gather']>[0]
    : never;
export type OutputOf<O extends AnyOperation> = ReturnType<NonNullable<O['definition']['reply']>>;

/** The account that everything happens in unless said otherwise, and its root user, who calls. */
export const home = '111122223333';

const caller: Caller = {
  account: home,
  principal: { type: 'Root', account: home, arn: `arn:aws:iam::${home}:root` },
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  sourceIp: '192.0.2.1',
  userAgent: 'muniment-test',
  secureTransport: true,
  region: 'us-east-1',
};

/**
 * Starts an example: `await given(directory, [bobCreated]).when(CreateUser, { UserName: 'BOB' }).fails('EntityAlreadyExists')`.
 * All parts of an operation are run as the runtime runs them, on tables in memory, with a fixed clock and counted ids.
 */
export const given = <State, E extends Event>(
  aggregate: Aggregate<State, E>,
  events: readonly NoInfer<E>[] = [],
): Given<E> =>
  new Given({ aggregate: aggregate as unknown as Aggregate, events: new Map([[home, events]]), rows: [], caller });

export class Given<E extends Event> {
  readonly #situation: Situation;

  constructor(situation: Situation) {
    this.#situation = situation;
  }

  /** Someone else calls. */
  as(principal: Principal, more: Partial<Caller> = {}): Given<E> {
    return this.#but({ caller: { ...caller, account: principal.account, principal, ...more } });
  }

  /** The call is made at this time; the events happened at the fixed clock's own. */
  at(time: string | Date): Given<E> {
    return this.#but({ at: new Date(time) });
  }

  /** What has happened in another account. */
  elsewhere(account: string, ...events: readonly E[]): Given<E> {
    return this.#but({ events: new Map([...this.#situation.events, [account, events]]) });
  }

  /** Rows that another context keeps, in the caller's account or another. */
  with<Row>(model: ReadModel<Row>, rows: readonly NoInfer<Row>[], account?: string): Given<E> {
    const more = { model: model as ReadModel<unknown>, rows, account };
    return this.#but({ rows: [...this.#situation.rows, more] });
  }

  when<O extends AnyOperation>(operation: O, input: InputOf<O>): Outcome<E, OutputOf<O>> {
    return new Outcome(perform(this.#situation, operation, input));
  }

  #but(change: Partial<Situation>): Given<E> {
    return new Given({ ...this.#situation, ...change });
  }
}

/** What came of a call; to be asked one or several things, each to be awaited. */
export class Outcome<E extends Event, Output> {
  readonly #asked: Promise<Asked>;

  constructor(asked: Promise<Asked>) {
    this.#asked = asked;
    // Who expects something of it hears of its failure; that it is not asked at once is no failure.
    asked.catch(() => undefined);
  }

  /** These events were decided, no others; `[]`: the call succeeded and changed nothing. */
  // oxlint-disable-next-line unicorn/no-thenable -- given, when, then; awaiting the outcome itself is told apart
  async then(events: readonly E[], reject?: (error: unknown) => void): Promise<void> {
    if (reject) {
      return reject(new Error('an outcome is not awaited itself: say `.then([…])`, `.fails(…)` or `.replies(…)`'));
    }
    const { fault, decided } = await this.#asked;
    expect({ fault, events: decided }).toEqual({ fault: undefined, events });
  }

  /** Refused with this code, and this message where it matters. */
  async fails(code: string, message?: string | RegExp): Promise<void> {
    const { fault, decided } = await this.#asked;
    expect({ code: fault?.code, events: decided }).toEqual({ code, events: [] });
    expect(fault).toBeInstanceOf(Fault);
    if (message !== undefined)
      expect(fault?.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  }

  async replies(output: Output): Promise<void> {
    const { fault, reply } = await this.#asked;
    expect({ fault, reply }).toEqual({ fault: undefined, reply: output });
  }

  /** What was asked of the decisions service, whether the call then failed or not. */
  async asks(questions: readonly Question[]): Promise<void> {
    const { asks } = await this.#asked;
    expect(asks).toEqual(questions);
  }
}
