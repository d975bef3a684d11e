import type { NoMembers, Operation } from '@muniment/aws-model';
import type { Call } from '../call.js';
import type { Event, Evolve } from '../event.js';
import type { Command } from '../operation.js';
import type { Table } from '../table.js';
import { askOf, existing, type Holder, named } from './holder.js';

/** The managed policy, by ARN, that caps what the row's own policies can give. */
export interface Bounded {
  readonly boundary?: string;
}

export type BoundaryEvent<Noun extends string> =
  | Event<`${Noun}BoundaryPut`, { id: string; boundary: string }>
  | Event<`${Noun}BoundaryDeleted`, { id: string }>;

/** `counted` keeps how often a policy serves as a boundary: +1, -1. */
export function boundaryEvents<Noun extends string, State, Row extends Bounded>(
  noun: Noun,
  table: (state: State) => Table<Row>,
  counted: (state: State, policyArn: string, by: 1 | -1) => void,
): Evolve<State, BoundaryEvent<Noun>> {
  const replace = (state: State, id: string, boundary: string | undefined) => {
    table(state).update(id, (row) => {
      if (row.boundary !== undefined) counted(state, row.boundary, -1);
      if (boundary !== undefined) counted(state, boundary, 1);
      const { boundary: _, ...rest } = row;
      return (boundary === undefined ? rest : { ...rest, boundary }) as Row;
    });
  };
  const events: Record<string, (state: State, data: never) => void> = {
    [`${noun}BoundaryPut`]: (state, { id, boundary }: { id: string; boundary: string }) => replace(state, id, boundary),
    [`${noun}BoundaryDeleted`]: (state, { id }: { id: string }) => replace(state, id, undefined),
  };
  return events as unknown as Evolve<State, BoundaryEvent<Noun>>;
}

type Named<Key extends string> = Readonly<Record<Key, string>>;

/** `Put…PermissionsBoundary`: a new boundary replaces the old one. `usable` refuses policies that are not there. */
export const boundaryPut = <
  State,
  Row extends Bounded,
  Key extends string,
  Input extends Named<Key> & { PermissionsBoundary: string },
>(
  holder: Holder<State, Row, Key>,
  usable: (state: State, policyArn: string, call: Call) => void,
  operation: Operation<Input, NoMembers, string, string>,
): Command<Input, NoMembers> =>
  holder.aggregate.command(operation, {
    authorize: (input, state, call) =>
      askOf(holder, input, named(holder, input, state, call), call, {
        'iam:PermissionsBoundary': input.PermissionsBoundary,
      }),
    decide(input, state, call) {
      const row = existing(holder, input, state, call);
      usable(state, input.PermissionsBoundary, call);
      return {
        type: `${holder.noun}BoundaryPut`,
        data: { id: holder.model.id(row), boundary: input.PermissionsBoundary },
      };
    },
  });

/** `Delete…PermissionsBoundary`. */
export const boundaryDelete = <State, Row extends Bounded, Key extends string, Input extends Named<Key>>(
  holder: Holder<State, Row, Key>,
  operation: Operation<Input, NoMembers, string, string>,
): Command<Input, NoMembers> =>
  holder.aggregate.command(operation, {
    authorize: (input, state, call) => askOf(holder, input, named(holder, input, state, call), call),
    decide(input, state, call) {
      const row = existing(holder, input, state, call);
      if (row.boundary === undefined) {
        call.fault('NoSuchEntity', `${holder.noun} ${input[holder.input]} has no permissions boundary.`);
      }
      return { type: `${holder.noun}BoundaryDeleted`, data: { id: holder.model.id(row) } };
    },
  });
