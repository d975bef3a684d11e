import type { Operation } from '@muniment/aws-model';
import type { Event, Evolve } from './event.js';
import type { Command, CommandDefinition } from './operation.js';
import type { ReadModel, RowOf } from './read-model.js';
import { Table } from './table.js';

// Rows of unlike models stand in one record; each table is typed by its own model.
// oxlint-disable-next-line typescript/no-explicit-any -- see above
type Models = Readonly<Record<string, ReadModel<any>>>;

/** Folded events of one account: a table for each read model. */
export type StateOf<M extends Models> = { readonly account: string } & { readonly [K in keyof M]: Table<RowOf<M[K]>> };

/** Turns the data of an older event version into the current form; kept for ever. */
export type Upcast = (data: unknown) => unknown;

export interface AggregateOptions<M extends Models, E extends Event> {
  readonly models: M;
  readonly evolve: Evolve<StateOf<M>, E>;
  /** Raised when the fold or a row changes its form: snapshots and stored read models of older versions are not used. */
  readonly version: number;
  /** Current version of each event type that is not 1, and how to read the older ones: `{ UserCreated: [fromV1] }`. */
  readonly upcasters?: { readonly [Type in E['type']]?: readonly Upcast[] };
}

/** What an account's events of one context fold to, and the commands that add to them. */
export interface Aggregate<State = unknown, E extends Event = Event> {
  /** Category of its streams: `directory-<account>`. */
  readonly name: string;
  readonly version: number;
  readonly models: Models;
  readonly evolve: Readonly<Record<string, (state: State, data: never, occurrence: never) => void>>;
  readonly upcasters: Readonly<Record<string, readonly Upcast[]>>;
  empty(account: string): State;
  command<Input, Output, Code extends string, Gathered = undefined>(
    operation: Operation<Input, Output, Code, string>,
    definition: CommandDefinition<NoInfer<Input>, NoInfer<Output>, NoInfer<Code>, State, E, Gathered>,
  ): Command<Input, Output>;
}

/** @example `export const directory = aggregate<typeof models, DirectoryEvent>('directory', { models, evolve, version: 1 })` */
export function aggregate<M extends Models, E extends Event>(
  name: string,
  { models, evolve, version, upcasters = {} }: AggregateOptions<M, E>,
): Aggregate<StateOf<M>, E> {
  return {
    name,
    version,
    models,
    evolve: evolve as Aggregate<StateOf<M>, E>['evolve'],
    upcasters: upcasters as Aggregate['upcasters'],
    empty: (account) =>
      ({
        account,
        ...Object.fromEntries(Object.entries(models).map(([key, model]) => [key, new Table(model, account)])),
      }) as StateOf<M>,
    command: (operation, definition) => ({
      kind: 'command',
      operation,
      aggregate: name,
      definition: definition as Command['definition'],
    }),
  };
}

/** The tables of a state, whatever they are called. */
export const tablesOf = (state: unknown): Table<unknown>[] =>
  Object.values(state as Record<string, unknown>).filter((member): member is Table<unknown> => member instanceof Table);
