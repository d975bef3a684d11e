import type { NoMembers, Operation } from '@muniment/aws-model';
import type { ContextValue } from '../ask.js';
import type { Call } from '../call.js';
import type { Event, Evolve } from '../event.js';
import { type ListInput, type Listed, listing, page } from '../list.js';
import { type Command, type Query, query } from '../operation.js';
import { fold } from '../read-model.js';
import type { Table } from '../table.js';
import { askOf, existing, found, type Holder, named } from './holder.js';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface Tagged {
  readonly tags: readonly Tag[];
}

export type TagEvent<Noun extends string> =
  | Event<`${Noun}Tagged`, { id: string; tags: Tag[] }>
  | Event<`${Noun}Untagged`, { id: string; keys: string[] }>;

/** Users and roles tell tag keys apart regardless of case; all other resources by case (requirements-2 section 6). */
export type SameKey = (key: string) => string;
export const anyCase: SameKey = fold;
export const exactCase: SameKey = (key) => key;

const tagsPerResource = 50;

/** The fold of a noun's tag events. */
export function tagEvents<Noun extends string, State, Row extends Tagged>(
  noun: Noun,
  table: (state: State) => Table<Row>,
  same: SameKey,
): Evolve<State, TagEvent<Noun>> {
  const events: Record<string, (state: State, data: never) => void> = {
    [`${noun}Tagged`]: (state, { id, tags }: { id: string; tags: Tag[] }) =>
      table(state).update(id, (row) => ({ ...row, tags: merged(row.tags, tags, same) })),
    [`${noun}Untagged`]: (state, { id, keys }: { id: string; keys: string[] }) => {
      const gone = new Set(keys.map(same));
      table(state).update(id, (row) => ({ ...row, tags: row.tags.filter((tag) => !gone.has(same(tag.Key))) }));
    },
  };
  return events as unknown as Evolve<State, TagEvent<Noun>>;
}

function merged(old: readonly Tag[], fresh: readonly Tag[], same: SameKey): Tag[] {
  const tags = new Map(old.map((tag) => [same(tag.Key), tag]));
  for (const { Key, Value } of fresh) tags.set(same(Key), { Key, Value });
  return [...tags.values()];
}

/** Condition keys of tags that a request brings: `aws:RequestTag/…` and `aws:TagKeys`. */
export function requestTags(tags: readonly { Key: string; Value: string }[] = []): Record<string, ContextValue> {
  if (tags.length === 0) return {};
  const context: Record<string, ContextValue> = { 'aws:TagKeys': tags.map((tag) => tag.Key) };
  for (const { Key, Value } of tags) context[`aws:RequestTag/${Key}`] = Value;
  return context;
}

/** Condition keys of the tags that a resource has, in the global and in IAM's own spelling (requirements-2 section 20). */
export function resourceTags(tags: readonly Tag[] = []): Record<string, ContextValue> {
  const context: Record<string, ContextValue> = {};
  for (const { Key, Value } of tags) {
    context[`aws:ResourceTag/${Key}`] = Value;
    context[`iam:ResourceTag/${Key}`] = Value;
  }
  return context;
}

/** Refuses tags that AWS refuses: reserved prefix, one key twice, more than 50 (requirements-2 section 6). */
export function checkedTags(tags: readonly Tag[], old: readonly Tag[], same: SameKey, call: Call): Tag[] {
  const keys = new Set<string>();
  for (const { Key, Value } of tags) {
    if (/^aws:/i.test(Key) || /^aws:/i.test(Value)) {
      call.fault('InvalidInput' as never, 'Tag keys and values cannot begin with aws:, which is reserved.');
    }
    if (keys.has(same(Key))) {
      const hint = same === anyCase ? ' Please note that Tag keys are case insensitive.' : '';
      call.fault('InvalidInput' as never, `Duplicate tag keys found.${hint}`);
    }
    keys.add(same(Key));
  }
  const all = merged(old, tags, same);
  if (all.length > tagsPerResource) {
    call.fault('LimitExceeded' as never, 'The number of tags has reached the maximum limit.');
  }
  return tags.map(({ Key, Value }) => ({ Key, Value }));
}

type Named<Key extends string> = Readonly<Record<Key, string>>;

/** `Tag…`: adds tags, or replaces the values of those there are. */
export const tagging = <State, Row extends Tagged, Key extends string, Input extends Named<Key> & { Tags: Tag[] }>(
  holder: Holder<State, Row, Key>,
  same: SameKey,
  operation: Operation<Input, NoMembers, string, string>,
): Command<Input, NoMembers> =>
  holder.aggregate.command(operation, {
    authorize: (input, state, call) =>
      askOf(holder, input, named(holder, input, state, call), call, requestTags(input.Tags)),
    decide(input, state, call) {
      const row = existing(holder, input, state, call);
      const tags = checkedTags(input.Tags, row.tags, same, call);
      return { type: `${holder.noun}Tagged`, data: { id: holder.model.id(row), tags } };
    },
  });

/** `Untag…`: removes tags by key; keys that are not there are no error. */
export const untagging = <
  State,
  Row extends Tagged,
  Key extends string,
  Input extends Named<Key> & { TagKeys: string[] },
>(
  holder: Holder<State, Row, Key>,
  operation: Operation<Input, NoMembers, string, string>,
): Command<Input, NoMembers> =>
  holder.aggregate.command(operation, {
    authorize: (input, state, call) =>
      askOf(holder, input, named(holder, input, state, call), call, {
        'aws:TagKeys': input.TagKeys,
      }),
    decide: (input, state, call) => ({
      type: `${holder.noun}Untagged`,
      data: { id: holder.model.id(existing(holder, input, state, call)), keys: input.TagKeys },
    }),
  });

/** `List…Tags`, sorted by key, page by page. */
export const tagListing = <State, Row extends Tagged, Key extends string, Input extends Named<Key> & ListInput, Output>(
  holder: Holder<State, Row, Key>,
  operation: Operation<Input, Output, string, string>,
): Query<Input, Output> =>
  query<Input, Output, string, { row: Row | undefined; listed: Listed<Tag> }, Listed<Tag>>(operation, {
    async gather(input, from, call) {
      const row = await found(holder, input, from, call);
      const tags = [...(row?.tags ?? [])].sort((a, b) => (a.Key < b.Key ? -1 : 1));
      return {
        row,
        listed: await page(
          input,
          (tag) => tag.Key,
          sliceOf(tags, (tag) => tag.Key),
        ),
      };
    },
    authorize: (input, { row }, call) => askOf(holder, input, row, call),
    decide: (input, { row, listed }, call) =>
      row ? listed : call.fault('NoSuchEntity', holder.missing(input[holder.input])),
    reply: (listed) => listing(operation, listed, (tag) => tag as never),
  });

/** Reads pages of rows that are at hand already, in the order of their keys. */
export const sliceOf =
  <Item>(items: readonly Item[], key: (item: Item) => string) =>
  ({ after, limit }: { after?: string; limit?: number }): readonly Item[] =>
    (after === undefined ? items : items.filter((item) => key(item) > after)).slice(0, limit);
