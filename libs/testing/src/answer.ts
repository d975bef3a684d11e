import {
  type AnyOperation,
  type Call,
  type Caller,
  type Query,
  type Secrets,
  type Sources,
  unrestricted,
} from '@muniment/kernel';
import { callOf, inPieces, type Question, questionsOf, type Request } from '@muniment/runtime';
import { countedIds } from './ids.js';

/** A request as the gateway passes it on. */
export const requestOf = ({ operation }: AnyOperation, input: unknown, caller: Caller, at: Date): Request => ({
  operation: operation.name,
  input,
  caller,
  requestId: '00000000-0000-4000-8000-000000000000',
  commandId: 'command',
  at: at.toISOString(),
  position: 0,
});

/** What the parts of a query are given. */
export interface QueryParts {
  readonly call: Call;
  readonly sources: Sources;
  readonly secrets: Secrets;
  /** Told what is asked of the decisions service, whether the call then fails or not. */
  readonly asked: (questions: readonly Question[]) => void;
}

/** Runs the parts of a query in the runtime's order, as if everything that is asked were permitted. */
export async function runQuery<Input, Output>(
  { definition, operation }: Query<Input, Output>,
  input: Input,
  { call, sources, secrets, asked }: QueryParts,
): Promise<Output> {
  const gathered: unknown = await definition.gather(input, sources, call);
  const { authorize } = definition;
  asked(questionsOf(authorize === unrestricted ? unrestricted : authorize(input, gathered, call), operation));
  const answer: unknown = definition.decide ? await inPieces(definition.decide(input, gathered, call)) : gathered;
  return definition.reply(answer, input, call, secrets) as Output;
}

/** What a query meets. */
export interface Circumstances {
  readonly caller: Caller;
  readonly at: Date;
  readonly sources: Sources;
  readonly sealToken?: Secrets['sealToken'];
}

export interface Answered<Output> {
  readonly output: Output;
  /** What decisions would have been asked. */
  readonly asks: readonly Question[];
}

/**
 * Answers as the shell does when everything that is asked is permitted, with counted ids; rejects with the fault of a
 * refusal. For tests whose rows are not those of one aggregate, which `given` is for.
 *
 * @example const { output, asks } = await answerTo(GetUser, { UserName: 'bob' }, { caller, at, sources });
 */
export async function answerTo<Input, Output>(
  query: Query<Input, Output>,
  input: Input,
  { caller, at, sources, sealToken = (content) => `token of ${content}` }: Circumstances,
): Promise<Answered<Output>> {
  const ids = countedIds();
  const call = callOf(requestOf(query, input, caller, at), query.operation, ids);
  const secrets: Secrets = { random: (bytes) => ids.random(bytes), id: (prefix) => call.id(prefix), sealToken };
  let asks: readonly Question[] = [];
  const output = await runQuery(query, input, {
    call,
    sources,
    secrets,
    asked: (questions) => {
      asks = questions;
    },
  });
  return { output, asks };
}

/** Sources that have these only: an operation that reads anything else fails the test. */
export function onlySources(there: Partial<Sources>): Sources {
  const unread = () => {
    throw new Error('the test has no such source');
  };
  const none: Sources = {
    find: unread,
    findById: unread,
    anywhere: unread,
    list: unread,
    filed: unread,
    count: unread,
    history: unread,
    decide: unread,
    seal: unread,
    random: unread,
    id: unread,
  };
  return { ...none, ...there };
}
