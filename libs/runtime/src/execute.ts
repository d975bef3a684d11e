import {
  type Aggregate,
  type AnyOperation,
  type Ask,
  type Asks,
  type Call,
  type Caller,
  type Command,
  commonStatus,
  type EventMetadata,
  Fault,
  type FaultDetails,
  type Position,
  type Query,
  type Secrets,
  type Sources,
  unrestricted,
} from '@muniment/kernel';
import type { Request, Touched } from './exchange.js';
import type { Authorizer, Question } from './ports/authorizer.js';
import type { Ids } from './ports/ids.js';
import type { Folded } from './folding.js';
import { inPieces } from './in-pieces.js';
import { idLength } from './sources.js';
import { persistence, startOver, type Writer } from './writer.js';

export interface Executor {
  readonly authorizer: Authorizer;
  readonly ids: Ids;
  readonly secrets: Secrets;
  sources(account: string): Sources;
  writer(aggregate: string, account: string): Writer;
}

/** Times that a command is authorized anew because the state moved under it; then its caller is asked to try again. */
const tries = 8;

export interface Executed {
  readonly output: unknown;
  readonly position: Position | undefined;
}

/** The call as pure code sees it. */
class OneCall implements Call {
  readonly account: string;
  readonly caller: Caller;
  readonly requestId: string;
  readonly now: Date;
  /** Read once: a page of a list asks for it with every item. */
  readonly partition: string;
  readonly #operation: AnyOperation['operation'];
  readonly #ids: Ids;

  constructor({ caller, requestId, at }: Request, operation: AnyOperation['operation'], ids: Ids) {
    this.account = caller.account;
    this.caller = caller;
    this.requestId = requestId;
    this.now = new Date(at);
    const { arn } = caller.principal;
    this.partition = arn.slice(4, arn.indexOf(':', 4));
    this.#operation = operation;
    this.#ids = ids;
  }

  id(prefix: string): string {
    return this.#ids.unique(prefix, idLength(prefix));
  }

  after(seconds: number): Date {
    return new Date(this.now.getTime() + seconds * 1000);
  }

  fault(code: string, message: string, details?: FaultDetails): never {
    const declared = this.#operation.errors.find((error) => error.code === code);
    throw new Fault(code, message, declared?.status ?? commonStatus[code as keyof typeof commonStatus], details);
  }
}

export const callOf = (request: Request, operation: AnyOperation['operation'], ids: Ids): Call =>
  new OneCall(request, operation, ids);

/** What is asked of the decisions service, spelled out. */
export function questionsOf(asks: Asks | typeof unrestricted, operation: AnyOperation['operation']): Question[] {
  if (asks === unrestricted) return [];
  const all = (Array.isArray(asks) ? asks : [asks]) as readonly (Ask | undefined | false)[];
  const questions = all.filter((ask): ask is Ask => Boolean(ask));
  // Nothing to ask is no permission: only what says so itself is open to all.
  if (questions.length === 0) throw new Error(`operation \`${operation.name}\` asks for no permission`);
  return questions.map((ask) => ({ ...ask, action: ask.action ?? `${operation.service}:${operation.name}` }));
}

async function permit(
  executor: Executor,
  call: Call,
  questions: readonly Question[],
  position: Position,
  touched: Touched[],
): Promise<void> {
  touched.length = 0;
  if (questions.length === 0) return;
  for (const { action, resource } of questions) touched.push({ action, resource });
  const verdict = await executor.authorizer.authorize(call.caller, questions, call.now, position);
  if (!verdict.allowed) throw new Fault('AccessDenied', verdict.message, 403);
}

export async function runQuery(
  { definition, operation }: Query,
  request: Request,
  executor: Executor,
  touched: Touched[],
): Promise<Executed> {
  const call = callOf(request, operation, executor.ids);
  const { input } = request;
  const gathered = await definition.gather(input, executor.sources(call.account), call);
  const { authorize } = definition;
  const asks = authorize === unrestricted ? unrestricted : authorize(input, gathered, call);
  await permit(executor, call, questionsOf(asks, operation), request.position, touched);
  const answer = definition.decide ? await inPieces(definition.decide(input, gathered, call)) : gathered;
  return { output: definition.reply(answer, input, call, executor.secrets), position: undefined };
}

export async function runCommand(
  command: Command,
  request: Request,
  executor: Executor,
  touched: Touched[],
): Promise<Executed> {
  const { definition, operation } = command;
  const { input } = request;
  const call = callOf(request, operation, executor.ids);
  const account = definition.account?.(input, call) ?? call.account;
  const writer = executor.writer(command.aggregate, account);
  const asksOn = (state: unknown, gathered: unknown) =>
    questionsOf(
      definition.authorize === unrestricted ? unrestricted : definition.authorize(input, state, call, gathered),
      operation,
    );
  const until = performance.now() + persistence;
  for (let attempt = 0; attempt < tries && performance.now() < until; attempt++) {
    const folded = await writer.folded(request.position);
    const { changes } = folded;
    const basis = definition.gathersBy?.(input, folded.state);
    const gathered = await definition.gather?.(input, folded.state, executor.sources(account), call);
    const questions = asksOn(folded.state, gathered);
    await permit(executor, call, questions, request.position, touched);
    const { prepare } = definition;
    const ready = prepare ? await prepare(input, folded.state, executor.sources(account), call, gathered) : gathered;
    const written = await writer.write(
      (now: Folded, repeated) => {
        // What was checked is what is written: a state that changed meanwhile must lead to the same questions.
        const moved = now !== folded || now.changes !== changes;
        if (moved && !same(questions, asksOn(now.state, gathered))) return startOver;
        if (moved && !same(basis, definition.gathersBy?.(input, now.state))) return startOver;
        const answer = () => definition.reply?.(input, now.state, call, ready) ?? {};
        if (repeated) {
          // Its first answer may be lost for good; then this caller is refused, not all whose turns are written with it.
          const known = answeredAgain(answer);
          return { events: [], answer: () => known };
        }
        const decided = definition.decide(input, now.state, call, ready) ?? [];
        return { events: Array.isArray(decided) ? decided : [decided], answer };
      },
      metadataOf(request),
      until,
    );
    if (written !== startOver) return { output: written.answer, position: written.position };
  }
  throw new Fault('ServiceUnavailable', 'Too many changes at once. Try again.', 503);
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What a repeated command made may be gone by now: then no answer can be made of it. */
function answeredAgain(answer: () => unknown): unknown {
  try {
    return answer();
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('ConcurrentModification', 'The change was made, and what it changed was changed again since.', 409);
  }
}

const metadataOf = ({ caller, commandId, requestId, at }: Request): EventMetadata => ({
  eventId: commandId,
  commandId,
  requestId,
  at,
  actor: caller.principal.arn,
  accessKeyId: caller.accessKeyId,
  sourceIp: caller.sourceIp,
});

/** Finds an aggregate by name among those that a service writes. */
export const aggregateNamed = (aggregates: readonly Aggregate[], name: string): Aggregate => {
  const aggregate = aggregates.find((each) => each.name === name);
  if (!aggregate) throw new Error(`no aggregate is called \`${name}\``);
  return aggregate;
};
