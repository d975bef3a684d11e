import type { NoMembers, Operation } from '@muniment/aws-model';
import type { Call } from '../call.js';
import type { Event, Evolve } from '../event.js';
import { type ListInput, type Listed, listing, page } from '../list.js';
import { type Command, type Query, query } from '../operation.js';
import type { Table } from '../table.js';
import { askOf, existing, found, type Holder, named } from './holder.js';
import { sliceOf } from './tags.js';

/** Managed policies attached to a row, by ARN, oldest first. */
export interface Attachable {
  readonly attached: readonly string[];
}

export type AttachmentEvent<Noun extends string> =
  | Event<`${Noun}PolicyAttached`, { id: string; policyArn: string }>
  | Event<`${Noun}PolicyDetached`, { id: string; policyArn: string }>;

/** `counted` keeps how often a policy is attached: +1, -1. */
export function attachmentEvents<Noun extends string, State, Row extends Attachable>(
  noun: Noun,
  table: (state: State) => Table<Row>,
  counted: (state: State, policyArn: string, by: 1 | -1) => void,
): Evolve<State, AttachmentEvent<Noun>> {
  type Data = { id: string; policyArn: string };
  const events: Record<string, (state: State, data: never) => void> = {
    [`${noun}PolicyAttached`]: (state, { id, policyArn }: Data) => {
      table(state).update(id, (row) => ({ ...row, attached: [...row.attached, policyArn] }));
      counted(state, policyArn, 1);
    },
    [`${noun}PolicyDetached`]: (state, { id, policyArn }: Data) => {
      table(state).update(id, (row) => ({ ...row, attached: row.attached.filter((arn) => arn !== policyArn) }));
      counted(state, policyArn, -1);
    },
  };
  return events as unknown as Evolve<State, AttachmentEvent<Noun>>;
}

type Named<Key extends string> = Readonly<Record<Key, string>>;
type OnArn<Key extends string> = Named<Key> & { PolicyArn: string };

export interface AttachmentRules<State> {
  /** Refuses policies that are not there or not attachable. */
  readonly attachable: (state: State, policyArn: string, call: Call) => void;
  /** Quota of managed policies on one row and its name (requirements-4 section 2.2). */
  readonly quota: { readonly name: string; readonly limit: number };
}

/** `Attach…Policy`: attaching what is attached already changes nothing and is no error. */
export const attaching = <State, Row extends Attachable, Key extends string, Input extends OnArn<Key>>(
  holder: Holder<State, Row, Key>,
  { attachable, quota }: AttachmentRules<State>,
  operation: Operation<Input, NoMembers, string, string>,
): Command<Input, NoMembers> =>
  holder.aggregate.command(operation, {
    authorize: (input, state, call) =>
      askOf(holder, input, named(holder, input, state, call), call, {
        'iam:PolicyARN': input.PolicyArn,
      }),
    decide(input, state, call) {
      const row = existing(holder, input, state, call);
      const { PolicyArn: policyArn } = input;
      attachable(state, policyArn, call);
      if (row.attached.includes(policyArn)) return [];
      if (row.attached.length >= quota.limit) {
        call.fault('LimitExceeded', `Cannot exceed quota for ${quota.name}: ${quota.limit}`);
      }
      return { type: `${holder.noun}PolicyAttached`, data: { id: holder.model.id(row), policyArn } };
    },
  });

/** `Detach…Policy`. */
export const detaching = <State, Row extends Attachable, Key extends string, Input extends OnArn<Key>>(
  holder: Holder<State, Row, Key>,
  operation: Operation<Input, NoMembers, string, string>,
): Command<Input, NoMembers> =>
  holder.aggregate.command(operation, {
    authorize: (input, state, call) =>
      askOf(holder, input, named(holder, input, state, call), call, {
        'iam:PolicyARN': input.PolicyArn,
      }),
    decide(input, state, call) {
      const row = existing(holder, input, state, call);
      const { PolicyArn: policyArn } = input;
      if (!row.attached.includes(policyArn)) call.fault('NoSuchEntity', `Policy ${policyArn} was not found.`);
      return { type: `${holder.noun}PolicyDetached`, data: { id: holder.model.id(row), policyArn } };
    },
  });

/** `ListAttached…Policies`, by name, filtered by the policies' own path. */
export const attachedListing = <
  State,
  Row extends Attachable,
  Key extends string,
  Input extends Named<Key> & ListInput & { PathPrefix?: string },
  Output,
>(
  holder: Holder<State, Row, Key>,
  operation: Operation<Input, Output, string, string>,
): Query<Input, Output> =>
  query<Input, Output, string, { row: Row | undefined; listed: Listed<string> }, Listed<string>>(operation, {
    async gather(input, from, call) {
      const row = await found(holder, input, from, call);
      const prefix = input.PathPrefix ?? '/';
      const arns = (row?.attached ?? []).filter((arn) => policyPath(arn).startsWith(prefix));
      const sorted = arns.sort((a, b) => (byName(a) < byName(b) ? -1 : 1));
      return { row, listed: await page(input, byName, sliceOf(sorted, byName)) };
    },
    authorize: (input, { row }, call) => askOf(holder, input, row, call),
    decide: (input, { row, listed }, call) =>
      row ? listed : call.fault('NoSuchEntity', holder.missing(input[holder.input])),
    reply: (listed) => listing(operation, listed, (arn) => ({ PolicyName: policyName(arn), PolicyArn: arn }) as never),
  });

/** A customer's policy may bear the name of one of AWS's; a page must be able to end between them. */
const byName = (arn: string): string => `${policyName(arn)} ${arn}`;

/** `arn:aws:iam::aws:policy/job-function/Billing` → `Billing`. */
export const policyName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** `arn:aws:iam::aws:policy/job-function/Billing` → `/job-function/`. */
export const policyPath = (arn: string): string => arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1);
