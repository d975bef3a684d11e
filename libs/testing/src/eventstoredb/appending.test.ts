import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  type AppendStreamState,
  binaryEvent,
  type KurrentDBClient,
  MaxAppendSizeExceededError,
  NO_STREAM,
  STREAM_EXISTS,
  WrongExpectedVersionError,
} from '@kurrent/kurrentdb-client';
import { all, connected, fresh, noted, notes, numbers } from './connected.testing.js';

const { double, connect } = connected();

/** The client appends over a stream of batches, or over a call for each append when it brings credentials. */
const ways = { batch: {}, call: { credentials: { username: 'admin', password: 'changeit' } } };

describe.each(Object.entries(ways))('an append by %s', (_, way) => {
  const append = (client: KurrentDBClient, stream: string, streamState: AppendStreamState, events = notes(1)) =>
    client.appendToStream(stream, events, { streamState, ...way });

  test('gives the revision and the position of its last event', async () => {
    const client = connect();
    const stream = fresh();
    const { position, nextExpectedRevision, success } = await append(client, stream, NO_STREAM, notes(3));
    expect({ nextExpectedRevision, success }).toEqual({ nextExpectedRevision: 2n, success: true });
    const [last] = await all(client.readStream(stream, { direction: 'backwards', fromRevision: 'end', maxCount: 1 }));
    expect(last?.event?.position).toEqual(position);
    expect((await append(client, stream, 2n)).position?.commit).toBeGreaterThan(position?.commit as bigint);
  });

  test.each(['any', NO_STREAM] as const)('that expects %s begins a stream', async (state) => {
    const appended = append(connect(), fresh(), state);
    expect(await appended).toMatchObject({ success: true, nextExpectedRevision: 0n });
  });

  test.each([STREAM_EXISTS, 0n] as const)('that expects %s begins no stream', async (state) => {
    const stream = fresh();
    const refused = wrongVersion(append(connect(), stream, state));
    expect(await refused).toEqual({ stream, expected: state, actual: NO_STREAM });
  });

  test.each(['any', STREAM_EXISTS, 1n] as const)('that expects %s goes on a stream of two events', async (state) => {
    const client = connect();
    const stream = fresh();
    await append(client, stream, NO_STREAM, notes(2));
    expect(await append(client, stream, state)).toMatchObject({ success: true, nextExpectedRevision: 2n });
  });

  test.each([NO_STREAM, 0n, 5n] as const)('that expects %s is refused by a stream of two events', async (state) => {
    const client = connect();
    const stream = fresh();
    await append(client, stream, NO_STREAM, notes(2));
    expect(await wrongVersion(append(client, stream, state))).toEqual({ stream, expected: state, actual: 1n });
    expect(await all(client.readStream(stream))).toHaveLength(2);
  });

  test('of events that are there already is answered and not written again', async () => {
    const client = connect();
    const stream = fresh();
    const events = notes(2);
    const first = await append(client, stream, NO_STREAM, events);
    await append(client, stream, 1n);
    for (const state of [NO_STREAM, 'any', STREAM_EXISTS] as const) {
      expect(await append(client, stream, state, events)).toEqual(first);
    }
    expect(await all(client.readStream(stream))).toHaveLength(3);
  });

  test('of events that are there in part is refused', async () => {
    const client = connect();
    const stream = fresh();
    const [known] = notes(1);
    await append(client, stream, NO_STREAM, [known as never]);
    for (const state of [NO_STREAM, 'any'] as const) {
      await expect(append(client, stream, state, [known as never, noted(9)])).rejects.toThrow(
        WrongExpectedVersionError,
      );
    }
  });

  test('of the same event where the stream ends is written twice: idempotency is best effort', async () => {
    const client = connect();
    const stream = fresh();
    const event = noted(1, randomUUID());
    await append(client, stream, NO_STREAM, [event]);
    await append(client, stream, 0n, [event]);
    double.forgetIds();
    await append(client, stream, 'any', [event]);
    expect(await numbers(client.readStream(stream))).toEqual([1, 1, 1]);
  });

  test('of too much is refused as a whole', async () => {
    const client = connect();
    const stream = fresh();
    const large = () => binaryEvent({ type: 'Large', data: Buffer.alloc(400 * 1024) });
    await append(client, stream, NO_STREAM, [large(), large()] as never);
    const refused = append(client, stream, 1n, [large(), large(), large()] as never).catch((error: unknown) => error);
    expect(await refused).toBeInstanceOf(MaxAppendSizeExceededError);
    expect(await refused).toMatchObject({ maxAppendSize: 1024 * 1024 });
    expect(await all(client.readStream(stream))).toHaveLength(2);
  });
});

test('64 writers of one revision: one of them wins', async () => {
  const client = connect();
  const stream = fresh();
  const tries = notes(64).map((event) => client.appendToStream(stream, event, { streamState: NO_STREAM }));
  const ends = await Promise.allSettled(tries);
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await all(client.readStream(stream))).toHaveLength(1);
});

test('content, metadata and type are what was written', async () => {
  const client = connect();
  const stream = fresh();
  const before = Math.floor(Date.now() / 1000) * 1000;
  const event = { ...noted(7), metadata: { by: 'me', text: 'ünïcode' } };
  const data = Buffer.from([0, 255, 1]);
  const binary = binaryEvent({ type: 'Bytes', data, metadata: Buffer.from([9]) });
  await client.appendToStream(stream, [event, binary]);
  const [first, second] = await all(client.readStream(stream));
  expect(first?.event).toMatchObject({ id: event.id, type: 'Noted', data: { n: 7 }, metadata: event.metadata });
  expect(first?.event?.created.getTime()).toBeGreaterThanOrEqual(before);
  // The native part of the client knows whole seconds only.
  expect(first?.event?.created.getMilliseconds()).toBe(0);
  expect(second?.event).toMatchObject({ isJson: false, type: 'Bytes' });
  expect(Buffer.from(second?.event?.data as Uint8Array)).toEqual(data);
});

async function wrongVersion(appended: Promise<unknown>) {
  const error = await appended.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WrongExpectedVersionError);
  const { streamName, expectedState, actualState } = error as WrongExpectedVersionError;
  return { stream: streamName, expected: expectedState, actual: actualState };
}
