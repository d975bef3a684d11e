import type { NoMembers, Operation } from '@muniment/aws-model';
import type { Call } from '../call.js';
import type { Event, Evolve } from '../event.js';
import { type ListInput, type Listed, listing, page } from '../list.js';
import { type Command, type Query, query } from '../operation.js';
import type { Table } from '../table.js';
import { askOf, existing, found, type Holder, named } from './holder.js';
import { sliceOf } from './tags.js';

/** Policies embedded in a row, by name; the documents as they were written. */
export interface WithInlinePolicies {
  readonly inline: Readonly<Record<string, string>>;
}

export type InlinePolicyEvent<Noun extends string> =
  | Event<`${Noun}PolicyPut`, { id: string; policyName: string; document: string }>
  | Event<`${Noun}PolicyDeleted`, { id: string; policyName: string }>;

export function inlinePolicyEvents<Noun extends string, State, Row extends WithInlinePolicies>(
  noun: Noun,
  table: (state: State) => Table<Row>,
): Evolve<State, InlinePolicyEvent<Noun>> {
  const events: Record<string, (state: State, data: never) => void> = {
    [`${noun}PolicyPut`]: (state, { id, policyName, document }: { id: string; policyName: string; document: string }) =>
      table(state).update(id, (row) => ({ ...row, inline: { ...row.inline, [policyName]: document } })),
    [`${noun}PolicyDeleted`]: (state, { id, policyName }: { id: string; policyName: string }) =>
      table(state).update(id, (row) => {
        const { [policyName]: _, ...inline } = row.inline;
        return { ...row, inline };
      }),
  };
  return events as unknown as Evolve<State, InlinePolicyEvent<Noun>>;
}

type Named<Key extends string> = Readonly<Record<Key, string>>;
type OnPolicy<Key extends string> = Named<Key> & { PolicyName: string };

/** Checks a document and all the row's inline policies together; refuses by `call.fault`. */
export type CheckInline = (document: string, others: readonly string[], call: Call) => void;

const missingPolicy = ({ noun }: { noun: string }, policyName: string): string =>
  `The ${noun.toLowerCase()} policy with name ${policyName} cannot be found.`;

/** `Put…Policy`: embeds a document, replacing the one of that name. */
export const inlinePut = <
  State,
  Row extends WithInlinePolicies,
  Key extends string,
  Input extends OnPolicy<Key> & { PolicyDocument: string },
>(
  holder: Holder<State, Row, Key>,
  check: CheckInline,
  operation: Operation<Input, NoMembers, string, string>,
): Command<Input, NoMembers> =>
  holder.aggregate.command(operation, {
    authorize: (input, state, call) => askOf(holder, input, named(holder, input, state, call), call),
    decide(input, state, call) {
      const row = existing(holder, input, state, call);
      const { PolicyName: policyName, PolicyDocument: document } = input;
      const others = Object.entries(row.inline).flatMap(([name, text]) => (name === policyName ? [] : [text]));
      check(document, others, call);
      return { type: `${holder.noun}PolicyPut`, data: { id: holder.model.id(row), policyName, document } };
    },
  });

/** `Delete…Policy`. */
export const inlineDelete = <State, Row extends WithInlinePolicies, Key extends string, Input extends OnPolicy<Key>>(
  holder: Holder<State, Row, Key>,
  operation: Operation<Input, NoMembers, string, string>,
): Command<Input, NoMembers> =>
  holder.aggregate.command(operation, {
    authorize: (input, state, call) => askOf(holder, input, named(holder, input, state, call), call),
    decide(input, state, call) {
      const row = existing(holder, input, state, call);
      if (!Object.hasOwn(row.inline, input.PolicyName)) {
        call.fault('NoSuchEntity', missingPolicy(holder, input.PolicyName));
      }
      return {
        type: `${holder.noun}PolicyDeleted`,
        data: { id: holder.model.id(row), policyName: input.PolicyName },
      };
    },
  });

/** `Get…Policy`: the document URL-encoded, as AWS answers it (RFC 3986). */
export const inlineGet = <
  State,
  Row extends WithInlinePolicies,
  Key extends string,
  Input extends OnPolicy<Key>,
  Output extends { PolicyName: string; PolicyDocument: string },
>(
  holder: Holder<State, Row, Key>,
  operation: Operation<Input, Output, string, string>,
): Query<Input, Output> =>
  query<Input, Output, string, Row | undefined, string>(operation, {
    gather: (input, from, call) => found(holder, input, from, call),
    authorize: (input, row, call) => askOf(holder, input, row, call),
    decide(input, row, call) {
      if (!row) return call.fault('NoSuchEntity', holder.missing(input[holder.input]));
      if (!Object.hasOwn(row.inline, input.PolicyName)) {
        call.fault('NoSuchEntity', missingPolicy(holder, input.PolicyName));
      }
      return row.inline[input.PolicyName] as string;
    },
    reply: (document, input) =>
      ({
        [holder.input]: input[holder.input],
        PolicyName: input.PolicyName,
        PolicyDocument: encodeDocument(document),
      }) as unknown as Output,
  });

/** `List…Policies`: names of the inline policies. */
export const inlineListing = <
  State,
  Row extends WithInlinePolicies,
  Key extends string,
  Input extends Named<Key> & ListInput,
  Output,
>(
  holder: Holder<State, Row, Key>,
  operation: Operation<Input, Output, string, string>,
): Query<Input, Output> =>
  query<Input, Output, string, { row: Row | undefined; listed: Listed<string> }, Listed<string>>(operation, {
    async gather(input, from, call) {
      const row = await found(holder, input, from, call);
      const names = Object.keys(row?.inline ?? {}).sort();
      return {
        row,
        listed: await page(
          input,
          (name) => name,
          sliceOf(names, (name) => name),
        ),
      };
    },
    authorize: (input, { row }, call) => askOf(holder, input, row, call),
    decide: (input, { row, listed }, call) =>
      row ? listed : call.fault('NoSuchEntity', holder.missing(input[holder.input])),
    reply: (listed) => listing(operation, listed, (name) => name as never),
  });

/** Documents travel URL-encoded in answers; RFC 3986 escapes `!'()*` too. */
export const encodeDocument = (document: string): string =>
  encodeURIComponent(document).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
