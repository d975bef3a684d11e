import type { Operation } from '@muniment/aws-model';
import type { Asks, unrestricted } from './ask.js';
import type { Call } from './call.js';
import type { Event } from './event.js';
import type { ReadModel } from './read-model.js';

export type Awaitable<T> = T | Promise<T>;

/** Part of a list: rows whose key sorts after `after`, at most `limit`. */
export interface Page {
  readonly after?: string;
  readonly limit?: number;
  /** Whose rows; the call's account when absent. */
  readonly account?: string;
}

/** What is sealed belongs to a subject (an access key, a device): erasing the subject's key erases it everywhere. */
export interface Subject {
  readonly account: string;
  readonly id: string;
}

/** What an operation may read before it decides: stored rows, at the caller's position or later. It writes nothing. */
export interface Sources {
  find<Row>(model: ReadModel<Row>, key: string, account?: string): Awaitable<Row | undefined>;
  findById<Row>(model: ReadModel<Row>, id: string, account?: string): Awaitable<Row | undefined>;
  /** By id, in whatever account; only for models that are `anywhere`. */
  anywhere<Row>(model: ReadModel<Row>, id: string): Awaitable<{ account: string; row: Row } | undefined>;
  list<Row>(model: ReadModel<Row>, page?: Page): Awaitable<readonly Row[]>;
  /** Rows filed under `value` in one of the model's indexes, in key order. */
  filed<Row>(model: ReadModel<Row>, index: string, value: string, page?: Page): Awaitable<readonly Row[]>;
  count(model: ReadModel<never>, account?: string): Awaitable<number>;
  /** Call records of an account, newest first, in batches; only audit has them. */
  history(account: string, from: Date, to: Date): AsyncIterable<readonly unknown[]>;
  /** What the decisions context answers to a question in a form of its own; it alone can be asked. */
  decide(question: unknown, call: Pick<Call, 'caller' | 'now' | 'partition'>): Awaitable<unknown>;
  seal(subject: Subject, plaintext: string): Promise<string>;
  /** So many random bytes, base64. */
  random(bytes: number): string;
  id(prefix: string): string;
}

/** What a reply may use to hand out secrets that no event and no read model holds. */
export interface Secrets {
  random(bytes: number): string;
  id(prefix: string): string;
  sealToken(content: string): string;
}

type Reply<Output, Rest extends unknown[]> = {} extends Output
  ? { readonly reply?: (...rest: Rest) => Output }
  : { readonly reply: (...rest: Rest) => Output };

/** A call that may change an aggregate. All parts but `gather` are pure and synchronous. */
export type CommandDefinition<Input, Output, Code extends string, State, E extends Event, Gathered> = {
  /** Whose aggregate is changed; the caller's account when absent. */
  readonly account?: (input: Input, call: Call<Code>) => string;
  readonly gather?: (input: Input, state: State, from: Sources, call: Call<Code>) => Promise<Gathered>;
  /** What of the state `gather` goes by, if anything: is it another when the command is decided, all begins anew. */
  readonly gathersBy?: (input: Input, state: State) => unknown;
  readonly authorize:
    | typeof unrestricted
    | ((input: Input, state: State, call: Call<Code>, gathered: Gathered) => Asks);
  /** Completes what was gathered with what leaves something behind; runs only when the call is allowed. */
  readonly prepare?: (
    input: Input,
    state: State,
    from: Sources,
    call: Call<Code>,
    gathered: Gathered,
  ) => Promise<Gathered>;
  readonly decide: (input: Input, state: State, call: Call<Code>, gathered: Gathered) => E | readonly E[] | undefined;
} & Reply<Output, [input: Input, state: State, call: Call<Code>, gathered: Gathered]>;

/** Work that can be left for a moment wherever it yields. */
export type Pieces<Result> = Generator<void, Result, void>;

export const isPieces = <Result>(work: Result | Pieces<Result>): work is Pieces<Result> =>
  typeof work === 'object' && work !== null && Symbol.iterator in work && 'next' in work;

/** A call that changes no aggregate: reads first, then authorization, then a pure decision and the reply. */
export interface QueryDefinition<Input, Output, Code extends string, Gathered, Decided> {
  readonly gather: (input: Input, from: Sources, call: Call<Code>) => Promise<Gathered>;
  readonly authorize: typeof unrestricted | ((input: Input, gathered: Gathered, call: Call<Code>) => Asks);
  /** May be long work in pieces: each `yield` is a moment at which others may be served. */
  readonly decide?: (input: Input, gathered: Gathered, call: Call<Code>) => Decided | Pieces<Decided>;
  readonly reply: (
    answer: Decided extends undefined ? Gathered : Decided,
    input: Input,
    call: Call<Code>,
    secrets: Secrets,
  ) => Output;
}

// Definitions of unlike inputs and states stand in one table; each was checked where it was made.
// oxlint-disable-next-line typescript/no-explicit-any -- see above
type Unlike = any;

export interface Command<Input = Unlike, Output = Unlike> {
  readonly kind: 'command';
  readonly operation: Operation<Input, Output, string, string>;
  readonly aggregate: string;
  readonly definition: CommandDefinition<Unlike, Unlike, string, Unlike, Event, Unlike>;
}

export interface Query<Input = Unlike, Output = Unlike> {
  readonly kind: 'query';
  readonly operation: Operation<Input, Output, string, string>;
  readonly definition: QueryDefinition<Unlike, Unlike, string, Unlike, Unlike>;
}

export type AnyOperation = Command | Query;

/** Makes a query; contexts without an aggregate of their own (STS) use it as it is. */
export const query = <Input, Output, Code extends string, Gathered, Decided = undefined>(
  operation: Operation<Input, Output, Code, string>,
  definition: QueryDefinition<NoInfer<Input>, NoInfer<Output>, NoInfer<Code>, Gathered, Decided>,
): Query<Input, Output> => ({ kind: 'query', operation, definition });
