import type { Aggregate } from '../aggregate.js';
import type { Ask, ContextValue } from '../ask.js';
import type { Call } from '../call.js';
import type { Event } from '../event.js';
import type { Sources } from '../operation.js';
import type { ReadModel } from '../read-model.js';
import type { Table } from '../table.js';

/** A noun whose rows can hold tags, policies or a boundary: what the families need to know of it. */
export interface Holder<State, Row, Key extends string = string> {
  readonly aggregate: Aggregate<State, Event>;
  /** The noun as events and operations spell it: `User`. */
  readonly noun: string;
  /** The input member that names the row: `UserName`. */
  readonly input: Key;
  readonly model: ReadModel<Row>;
  readonly table: (state: State) => Table<Row>;
  /** Key of the row that an input names. */
  readonly key: (name: string) => string;
  /** Whether the row of that key is the one that was named, where a name says more than the key (ARNs). */
  readonly is?: (row: Row, name: string, call: Call) => boolean;
  /** Resource and resource tags of an authorization question; the row is absent when nothing has the name. */
  readonly ask: (call: Call, name: string, row: Row | undefined) => Ask;
  /** AWS's text for a name that nothing has. */
  readonly missing: (name: string) => string;
}

type Named<Key extends string> = Readonly<Record<Key, string>>;

const meant = <State, Row, Key extends string>(
  { is }: Holder<State, Row, Key>,
  row: Row | undefined,
  name: string,
  call: Call,
): Row | undefined => (row === undefined || is === undefined || is(row, name, call) ? row : undefined);

/** The row of a state that an input names. */
export function named<State, Row, Key extends string>(
  holder: Holder<State, Row, Key>,
  input: Named<Key>,
  state: State,
  call: Call,
): Row | undefined {
  const name = input[holder.input];
  return meant(holder, holder.table(state).keyed(holder.key(name)), name, call);
}

/** The stored row that an input names. */
export async function found<State, Row, Key extends string>(
  holder: Holder<State, Row, Key>,
  input: Named<Key>,
  from: Pick<Sources, 'find'>,
  call: Call,
): Promise<Row | undefined> {
  const name = input[holder.input];
  return meant(holder, await from.find(holder.model, holder.key(name)), name, call);
}

/** The named row, or AWS's refusal. */
export function existing<State, Row, Key extends string>(
  holder: Holder<State, Row, Key>,
  input: Named<Key>,
  state: State,
  call: Call,
): Row {
  return named(holder, input, state, call) ?? call.fault('NoSuchEntity' as never, holder.missing(input[holder.input]));
}

/** The question that most operations on one row ask: this action, on it, with its tags. */
export function askOf<State, Row, Key extends string>(
  holder: Holder<State, Row, Key>,
  input: Named<Key>,
  row: Row | undefined,
  call: Call,
  context: Readonly<Record<string, ContextValue | undefined>> = {},
): Ask {
  const ask = holder.ask(call, input[holder.input], row);
  return { ...ask, context: { ...ask.context, ...context } };
}
