import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { jsonEvent, KurrentDBClient } from '@kurrent/kurrentdb-client';
import { NO_STREAM } from '@muniment/kernel';
import { LogUnavailable } from '@muniment/runtime';
import { type EventStoreDouble, everything, happened, streamed } from '@muniment/testing';
import { double, opened, timed } from './opened.testing.js';

async function withClient<Result>(
  server: EventStoreDouble,
  act: (client: KurrentDBClient) => Promise<Result>,
): Promise<Result> {
  const client = KurrentDBClient.connectionString(server.connectionString);
  try {
    return await act(client);
  } finally {
    await client.dispose();
  }
}

const metadataOf = (server: EventStoreDouble, stream: string) =>
  withClient(server, async (client) => (await client.getStreamMetadata(stream)).metadata);

describe('retention', () => {
  const retention = { calls: { seconds: 1 }, keys: { newest: 1 } };

  test('streams of the category let go of what is old enough, others of nothing', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString, { retention });
    await log.append('calls-1', NO_STREAM, [happened(1)]);
    await log.append('directory-1', NO_STREAM, [happened(2)]);
    expect(await metadataOf(server, 'calls-1')).toMatchObject({ maxAge: 1 });
    expect(await metadataOf(server, 'directory-1')).toBeUndefined();
    await setTimeout(1100);
    await log.append('calls-1', 0, [happened(3)]);
    expect((await streamed(log, 'calls-1')).map(({ revision }) => revision)).toEqual([1]);
    expect(await streamed(log, 'directory-1')).toHaveLength(1);
  });

  test('streams of a category may keep the newest events alone', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString, { retention });
    for (let n = 0; n < 3; n++) await log.append('keys-1', n - 1, [happened(n)]);
    expect((await streamed(log, 'keys-1')).map(({ revision }) => revision)).toEqual([2]);
    expect((await streamed(log, 'keys-1', { from: 1 })).map(({ revision }) => revision)).toEqual([2]);
  });

  test('metadata that somebody else has set stays', async () => {
    const server = await double();
    await withClient(server, (client) => client.setStreamMetadata('calls-1', { maxAge: 77 }));
    const { log } = await opened(server.connectionString, { retention });
    await log.append('calls-1', NO_STREAM, [happened(1)]);
    expect(await metadataOf(server, 'calls-1')).toMatchObject({ maxAge: 77 });
  });

  test('an answer lost to it leaves no stream without it', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString, { retention });
    server.faults.dropAfterCommit('reset', 2);
    expect(await log.append('calls-1', NO_STREAM, [happened(1)])).toMatchObject({ revision: 0 });
    expect(await metadataOf(server, 'calls-1')).toMatchObject({ maxAge: 1 });
    expect(await streamed(log, 'calls-1')).toHaveLength(1);
  });
});

describe('removal', () => {
  test('another process does not read what was removed, before the server has scavenged and after', async () => {
    const server = await double();
    const [one, other] = [(await opened(server.connectionString)).log, (await opened(server.connectionString)).log];
    for (let n = 0; n < 4; n++) await one.append(`calls-${n % 2}`, (n >> 1) - 1, [happened(n)]);
    expect(await everything(other, ['calls'])).toHaveLength(4);
    await one.remove('calls-0');
    expect(server.events().filter(({ stream }) => stream === 'calls-0')).toHaveLength(2);
    for (const log of [one, other]) {
      expect((await everything(log, ['calls'])).map(({ stream }) => stream)).toEqual(['calls-1', 'calls-1']);
      expect(await streamed(log, 'calls-0')).toEqual([]);
    }
    server.scavenge();
    expect((await everything(other, ['calls'])).map(({ stream }) => stream)).toEqual(['calls-1', 'calls-1']);
  });

  test('several processes remove at once', async () => {
    const server = await double();
    const logs = [];
    for (let n = 0; n < 3; n++) logs.push((await opened(server.connectionString)).log);
    for (let n = 0; n < 6; n++) await logs[0]?.append(`calls-${n}`, NO_STREAM, [happened(n)]);
    await Promise.all(logs.flatMap((log) => [0, 1, 2, 3].map((n) => log.remove(`calls-${n}`))));
    for (const log of logs) expect(await everything(log, ['calls'])).toHaveLength(2);
  });

  test('one that was cut short can be done again', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString, { deadlineMilliseconds: 500 });
    await log.append('calls-1', NO_STREAM, [happened(1)]);
    server.faults.delay(Infinity, 'delete');
    expect((await timed(() => log.remove('calls-1'))).value).toBeInstanceOf(LogUnavailable);
    expect(await everything(log, ['calls'])).toEqual([]);
    server.faults.clear();
    await log.remove('calls-1');
    expect(await streamed(log, 'calls-1')).toEqual([]);
  });

  test('a stream that was deleted by hand may begin anew as well', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString);
    await log.append('directory-1', NO_STREAM, [happened(1)]);
    await withClient(server, (client) => client.deleteStream('directory-1'));
    expect(await streamed(log, 'directory-1')).toEqual([]);
    expect(await log.append('directory-1', NO_STREAM, [happened(2)])).toMatchObject({ revision: 1 });
  });

  test('one that was ended for good refuses events', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString);
    await log.append('directory-1', NO_STREAM, [happened(1)]);
    await withClient(server, (client) => client.tombstoneStream('directory-1'));
    await expect(log.append('directory-1', 0, [happened(2)])).rejects.toThrow('the event log refuses it');
    await withClient(server, (client) => client.appendToStream('directory-2', jsonEvent({ type: 'Noted', data: {} })));
  });
});
