import { expect, test } from '@jest/globals';
import {
  ANY,
  NO_STREAM,
  STREAM_EXISTS,
  StreamDeletedError,
  StreamNotFoundError,
  streamNameFilter,
  WrongExpectedVersionError,
} from '@kurrent/kurrentdb-client';
import { all, connected, fresh, noted, notes, numbers } from './connected.testing.js';

const { double, connect } = connected();
const credentials = { username: 'admin', password: 'changeit' };
const inAll = (stream: string) => connect().readAll({ filter: streamNameFilter({ prefixes: [stream] }) });

test('a deleted stream is not there and begins anew where it ended', async () => {
  const client = connect();
  const stream = fresh();
  const { position } = await client.appendToStream(stream, notes(3));
  const deleted = await client.deleteStream(stream, { expectedRevision: 2n });
  expect(deleted.position?.commit).toBeGreaterThan(position?.commit as bigint);
  await expect(all(client.readStream(stream))).rejects.toThrow(StreamNotFoundError);
  const exists = client.appendToStream(stream, noted(9), { streamState: STREAM_EXISTS });
  await expect(exists).rejects.toThrow(WrongExpectedVersionError);
  const again = await client.appendToStream(stream, [noted(10), noted(11)], { streamState: NO_STREAM });
  expect(again.nextExpectedRevision).toBe(4n);
  const events = await all(client.readStream(stream));
  expect(events.map(({ event }) => event?.revision)).toEqual([3n, 4n]);
  expect(await numbers(client.readStream(stream, { direction: 'backwards', fromRevision: 'end' }))).toEqual([11, 10]);
});

test('a deleted stream takes its last revision too', async () => {
  const client = connect();
  const stream = fresh();
  await client.appendToStream(stream, notes(2));
  await client.deleteStream(stream);
  const again = await client.appendToStream(stream, noted(5), { streamState: 1n });
  expect(again.nextExpectedRevision).toBe(2n);
  expect(await numbers(client.readStream(stream))).toEqual([5]);
});

test('`$all` shows the events of deleted streams until a scavenge', async () => {
  const client = connect();
  const stream = fresh();
  await client.appendToStream(stream, notes(3));
  await client.deleteStream(stream);
  expect(await numbers(inAll(stream))).toEqual([0, 1, 2]);
  double.scavenge();
  expect(await all(inAll(stream))).toEqual([]);
  expect((await client.appendToStream(stream, noted(7))).nextExpectedRevision).toBe(3n);
  expect(await numbers(client.readStream(stream))).toEqual([7]);
});

test.each(['deleteStream', 'tombstoneStream'] as const)('%s says when the stream is elsewhere', async (remove) => {
  const client = connect();
  const stream = fresh();
  await client.appendToStream(stream, notes(2));
  const error = await client[remove](stream, { expectedRevision: 0n }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WrongExpectedVersionError);
  expect(error).toMatchObject({ streamName: stream, expectedState: 0n, actualState: 1n });
  expect(await all(client.readStream(stream))).toHaveLength(2);
});

test('a stream with a tombstone takes nothing ever again', async () => {
  const client = connect();
  const stream = fresh();
  await client.appendToStream(stream, notes(1));
  await client.tombstoneStream(stream, { expectedRevision: ANY });
  await expect(all(client.readStream(stream))).rejects.toThrow(StreamDeletedError);
  await expect(client.appendToStream(stream, noted(1))).rejects.toThrow(StreamDeletedError);
  await expect(client.appendToStream(stream, noted(1), { credentials })).rejects.toThrow(StreamDeletedError);
  await expect(client.deleteStream(stream)).rejects.toThrow(StreamDeletedError);
  const types = (await all(inAll(stream))).map(({ event }) => [event?.type, event?.revision]);
  expect(types).toEqual([
    ['Noted', 0n],
    ['$streamDeleted', 9223372036854775807n],
  ]);
});

test.each([
  ['$maxCount', { maxCount: 2 }, [3, 4]],
  ['$tb', { truncateBefore: 4 }, [4]],
  ['both', { maxCount: 4, truncateBefore: 2 }, [2, 3, 4]],
  ['$tb of all', { truncateBefore: 5 }, []],
  ['$maxAge of an hour', { maxAge: 3600 }, [0, 1, 2, 3, 4]],
])('%s leaves out the old events', async (_, metadata, expected) => {
  const client = connect();
  const stream = fresh();
  await client.appendToStream(stream, notes(5));
  await client.setStreamMetadata(stream, metadata);
  expect((await client.getStreamMetadata(stream)).metadata).toEqual(metadata);
  expect(await numbers(client.readStream(stream))).toEqual(expected);
  const backwards = { direction: 'backwards', fromRevision: 'end' } as const;
  expect(await numbers(client.readStream(stream, backwards))).toEqual([...expected].reverse());
  expect(await all(inAll(stream))).toHaveLength(5);
});

test('$maxAge leaves out what is older', async () => {
  const client = connect();
  const stream = fresh();
  await client.setStreamMetadata(stream, { maxAge: 1 });
  await client.appendToStream(stream, notes(1));
  expect(await numbers(client.readStream(stream))).toEqual([0]);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  expect(await numbers(client.readStream(stream))).toEqual([]);
});

test('a stream of metadata alone has no events, and exists for who wants it to', async () => {
  const client = connect();
  const stream = fresh();
  await client.setStreamMetadata(stream, { maxCount: 3, mine: 'kept' });
  await expect(all(client.readStream(stream))).rejects.toThrow(StreamNotFoundError);
  await client.appendToStream(stream, noted(0), { streamState: STREAM_EXISTS });
  expect((await client.getStreamMetadata(stream)).metadata).toEqual({ maxCount: 3, mine: 'kept' });
});
