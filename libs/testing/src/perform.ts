import {
  type Aggregate,
  type AnyOperation,
  type Caller,
  type Command,
  type Event,
  Fault,
  type ReadModel,
  type Secrets,
  type Sources,
  tablesOf,
  unrestricted,
} from '@muniment/kernel';
import { callOf, foldEvent, type Question, questionsOf, versionOf } from '@muniment/runtime';
import { requestOf, runQuery } from './answer.js';
import { fixedClock } from './clock.js';
import { countedIds } from './ids.js';
import { Tables } from './tables.js';

/** What an operation meets. */
export interface Situation {
  readonly aggregate: Aggregate;
  readonly events: ReadonlyMap<string, readonly Event[]>;
  readonly rows: readonly { model: ReadModel<unknown>; rows: readonly unknown[]; account: string | undefined }[];
  readonly caller: Caller;
  readonly at?: Date;
}

/** What came of it. */
export interface Asked {
  asks: readonly Question[];
  decided: readonly Event[];
  reply?: unknown;
  fault?: Fault;
}

const clock = fixedClock();

/** Runs all parts of an operation in the runtime's order. */
export async function perform(situation: Situation, operation: AnyOperation, input: unknown): Promise<Asked> {
  const { aggregate, caller } = situation;
  const request = requestOf(operation, input, caller, situation.at ?? clock.now());
  const ids = countedIds();
  const call = callOf(request, operation.operation, ids);
  const secrets: Secrets = {
    random: (bytes) => ids.random(bytes),
    id: (prefix) => call.id(prefix),
    sealToken: (content) => `token of ${content}`,
  };
  const tables = new Tables();
  for (const { model, rows, account = caller.account } of situation.rows) tables.add(model, account, rows);
  const states = new Map<string, unknown>();
  const stateOf = (account: string): unknown => {
    const state = states.get(account) ?? aggregate.empty(account);
    states.set(account, state);
    tables.addState(aggregate, account, state);
    return state;
  };
  for (const [account, events] of situation.events) fold(aggregate, stateOf(account), events, clock.now());
  const result: Asked = { asks: [], decided: [] };
  try {
    const sources = (account: string) => tables.sources(account, secrets);
    const asked = (questions: readonly Question[]): void => {
      result.asks = questions;
    };
    if (operation.kind === 'query')
      result.reply = await runQuery(operation, input, { call, sources: sources(call.account), secrets, asked });
    else await runCommand(operation, { input, stateOf, sources, call, aggregate }, result);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    result.fault = error;
  }
  return result;
}

type Call = ReturnType<typeof callOf>;

interface CommandParts {
  readonly input: unknown;
  readonly stateOf: (account: string) => unknown;
  readonly sources: (account: string) => Sources;
  readonly call: Call;
  readonly aggregate: Aggregate;
}

async function runCommand({ definition, operation }: Command, parts: CommandParts, result: Asked): Promise<void> {
  const { input, call, aggregate } = parts;
  const account = definition.account?.(input, call) ?? call.account;
  const state = parts.stateOf(account);
  const before = rowsOf(state);
  const gathered: unknown = await definition.gather?.(input, state, parts.sources(account), call);
  const { authorize } = definition;
  result.asks = questionsOf(
    authorize === unrestricted ? unrestricted : authorize(input, state, call, gathered),
    operation,
  );
  const { prepare } = definition;
  const ready: unknown = prepare ? await prepare(input, state, parts.sources(account), call, gathered) : gathered;
  const decided = definition.decide(input, state, call, ready) ?? [];
  if (rowsOf(state) !== before) throw new Error(`\`${operation.name}\` changes the state while deciding`);
  const events = Array.isArray(decided) ? (decided as readonly Event[]) : [decided as Event];
  fold(aggregate, state, events, call.now);
  result.reply = definition.reply?.(input, state, call, ready) ?? {};
  result.decided = events;
}

/** The events go through JSON, as through any log. */
function fold(aggregate: Aggregate, state: unknown, events: readonly Event[], at: Date): void {
  for (const [index, { type, data }] of events.entries()) {
    const meta = {
      eventId: `event-${index}`,
      commandId: 'given',
      requestId: 'given',
      at: at.toISOString(),
      actor: 'muniment',
    };
    const copy = JSON.parse(JSON.stringify(data)) as unknown;
    const version = versionOf(aggregate, type);
    foldEvent(aggregate, state, {
      type,
      version,
      data: copy,
      meta,
      stream: aggregate.name,
      revision: index,
      position: 1,
    });
  }
}

const rowsOf = (state: unknown): string => JSON.stringify(tablesOf(state).map((table) => [...table.values()]));
