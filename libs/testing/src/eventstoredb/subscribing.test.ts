import { expect, test } from '@jest/globals';
import {
  END,
  eventTypeFilter,
  type Filter,
  jsonEvent,
  type KurrentDBClient,
  type Position,
  START,
  StreamDeletedError,
  streamNameFilter,
} from '@kurrent/kurrentdb-client';
import { connected, fresh, heard, noted, notes, soon } from './connected.testing.js';

const { double, connect } = connected();

/** Follows what a filter lets through, and notes the checkpoints. */
function follow(client: KurrentDBClient, filter: Partial<Filter>, fromPosition: Position | 'start' | 'end' = START) {
  const checkpoints: Position[] = [];
  const checkpointReached = async (_: unknown, position: Position) => void checkpoints.push(position);
  const said = heard(client.subscribeToAll({ fromPosition, filter: { ...filter, checkpointReached } as Filter }));
  return { ...said, checkpoints };
}

test('a stream is followed from its start, past what it has, to what comes', async () => {
  const client = connect();
  const stream = fresh();
  await client.appendToStream(stream, notes(3));
  const said = heard(client.subscribeToStream(stream, { fromRevision: START }));
  await soon(() => expect(said.marks).toEqual(['confirmation', 'caughtUp']));
  expect(said.numbers).toEqual([0, 1, 2]);
  await client.appendToStream(stream, [noted(3), noted(4)]);
  await soon(() => expect(said.numbers).toEqual([0, 1, 2, 3, 4]));
  expect(said.errors).toEqual([]);
});

test.each([
  ['after a revision', 1n, [2, 3]],
  ['from its end', END, [3]],
] as const)('a stream is followed %s', async (_, fromRevision, expected) => {
  const client = connect();
  const stream = fresh();
  await client.appendToStream(stream, notes(3));
  const said = heard(client.subscribeToStream(stream, { fromRevision }));
  await soon(() => expect(said.marks).toContain('caughtUp'));
  await client.appendToStream(stream, noted(3));
  await soon(() => expect(said.numbers).toEqual(expected));
});

test('a stream that is not there yet can be followed, and says when it is gone for ever', async () => {
  const client = connect();
  const stream = fresh();
  const said = heard(client.subscribeToStream(stream));
  await soon(() => expect(said.marks).toContain('caughtUp'));
  await client.appendToStream(stream, noted(0));
  await soon(() => expect(said.numbers).toEqual([0]));
  await client.tombstoneStream(stream);
  await soon(() => expect(said.errors).toEqual([expect.any(StreamDeletedError)]));
});

test('all streams are followed by a filter, without loss between old and new', async () => {
  const client = connect();
  const prefix = fresh('all');
  const append = (n: number) => client.appendToStream(`${prefix}-${n % 3}`, noted(n));
  for (let n = 0; n < 20; n++) await append(n);
  const said = follow(client, streamNameFilter({ prefixes: [prefix] }));
  await Promise.all(Array.from({ length: 60 }, (_, n) => append(20 + n)));
  await soon(() => expect(said.numbers).toHaveLength(80));
  expect([...said.numbers].sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 80 }, (_, n) => n));
  expect(said.marks.filter((mark) => mark === 'caughtUp')).toHaveLength(1);
});

test('all streams are followed after a position, and from the end', async () => {
  const client = connect();
  const prefix = fresh('after');
  const filter = streamNameFilter({ prefixes: [prefix] });
  await client.appendToStream(prefix, noted(0));
  const { position } = await client.appendToStream(prefix, noted(1));
  await client.appendToStream(prefix, noted(2));
  const after = follow(client, filter, position as Position);
  const atEnd = follow(client, filter, 'end');
  await soon(() => expect([...after.marks, ...atEnd.marks]).toHaveLength(4));
  await client.appendToStream(prefix, noted(3));
  await soon(() => expect(after.numbers).toEqual([2, 3]));
  await soon(() => expect(atEnd.numbers).toEqual([3]));
});

test('what nobody asked for is seen as checkpoints, in the interval and at the end', async () => {
  const client = connect();
  const noise = fresh('noise');
  const said = follow(client, eventTypeFilter({ prefixes: ['Rare'], maxSearchWindow: 10, checkpointInterval: 2 }));
  await soon(() => expect(said.marks).toContain('caughtUp'));
  const before = said.checkpoints.length;
  for (let n = 0; n < 45; n++) await client.appendToStream(noise, noted(n));
  await soon(() => expect(said.checkpoints.length).toBeGreaterThanOrEqual(before + 2));
  const rare = await client.appendToStream(noise, jsonEvent({ type: 'RareThing', data: { n: 99 } }));
  await soon(() => expect(said.numbers).toEqual([99]));
  const commits = said.checkpoints.map(({ commit }) => commit);
  expect(commits).toEqual([...new Set(commits)].sort((a, b) => Number(a - b)));
  const again = follow(client, eventTypeFilter({ prefixes: ['Rare'] }), said.checkpoints.at(-1) as Position);
  await soon(() => expect(again.numbers).toEqual([99]));
  expect(said.checkpoints.every(({ commit }) => commit < (rare.position?.commit as bigint))).toBe(true);
});

test('a position within a record cannot be followed from', async () => {
  const client = connect();
  const { position } = await client.appendToStream(fresh(), noted(0));
  const commit = (position as Position).commit + 1n;
  const said = heard(client.subscribeToAll({ fromPosition: { commit, prepare: commit } }));
  await soon(() =>
    expect(said.errors.map(({ message }) => message)).toEqual([expect.stringContaining('invalid position')]),
  );
});

test('who unsubscribes is followed by nobody', async () => {
  const client = connect();
  const subscription = client.subscribeToAll({ fromPosition: END });
  const said = heard(subscription);
  await soon(() => expect(double.subscriptions).toBe(1));
  await soon(() => expect(said.marks).toContain('caughtUp'));
  await subscription.unsubscribe();
  await soon(() => expect(double.subscriptions).toBe(0));
  expect(said.errors).toEqual([]);
});

test('a slow reader gets all of it in the end', async () => {
  const client = connect();
  const stream = fresh('slow');
  for (let part = 0; part < 4; part++) {
    const events = Array.from({ length: 100 }, (_, n) =>
      jsonEvent({ type: 'Wide', data: { n: part * 100 + n, pad: 'x'.repeat(2000) } }),
    );
    await client.appendToStream(stream, events);
  }
  const seen: unknown[] = [];
  for await (const { event } of client.subscribeToStream(stream, { fromRevision: START })) {
    seen.push((event?.data as { n: number } | undefined)?.n);
    if (seen.length % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    if (seen.length === 400) break;
  }
  expect(seen).toEqual(Array.from({ length: 400 }, (_, n) => n));
});
