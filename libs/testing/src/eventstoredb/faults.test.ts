import { expect, test } from '@jest/globals';
import {
  DeadlineExceededError,
  NO_STREAM,
  type Position,
  streamNameFilter,
  UnavailableError,
  WrongExpectedVersionError,
} from '@kurrent/kurrentdb-client';
import { all, connected, fresh, heard, noted, notes, numbers, soon } from './connected.testing.js';

const { double, connect } = connected();
const credentials = { username: 'admin', password: 'changeit' };

test('a server that is not ready refuses everything, and everything works when it is', async () => {
  const client = connect();
  const stream = fresh();
  await client.appendToStream(stream, noted(0));
  double.faults.unavailable();
  await expect(client.appendToStream(stream, noted(1))).rejects.toThrow(UnavailableError);
  await expect(client.appendToStream(stream, noted(1), { credentials })).rejects.toThrow(UnavailableError);
  await expect(client.deleteStream(stream)).rejects.toThrow(UnavailableError);
  await expect(all(client.readStream(stream))).rejects.toThrow(UnavailableError);
  const said = heard(client.subscribeToStream(stream));
  await soon(() => expect(said.errors).toEqual([expect.any(UnavailableError)]));
  double.faults.clear();
  await soon(async () => void (await client.appendToStream(stream, noted(2), { streamState: 0n })));
  // The native part of the client, which reads, does not come back from a server that refused to be asked: a new one does.
  await expect(all(client.readStream(stream))).rejects.toThrow(UnavailableError);
  expect(await numbers(connect().readStream(stream))).toEqual([0, 2]);
});

test.each([{}, { credentials }])('a lost answer does not say that nothing was written (%p)', async (way) => {
  const client = connect();
  const stream = fresh();
  const event = noted(1);
  await client.appendToStream(fresh(), noted(0));
  double.faults.dropAfterCommit();
  await expect(client.appendToStream(stream, event, { streamState: NO_STREAM, ...way })).rejects.toThrow(
    UnavailableError,
  );
  expect(double.events().filter((written) => written.stream === stream)).toHaveLength(1);
  await soon(async () => {
    const again = await client.appendToStream(stream, event, { streamState: NO_STREAM, ...way });
    expect(again.nextExpectedRevision).toBe(0n);
  });
  expect(double.events().filter((written) => written.stream === stream)).toHaveLength(1);
});

test('an answer that hangs is waited for by the client of batches for ever, deadline or not', async () => {
  const client = connect();
  const stream = fresh();
  double.faults.dropAfterCommit('hang');
  const answer = client.appendToStream(stream, noted(1), { deadline: 300 }).then(
    () => 'answered',
    () => 'failed',
  );
  const waited = new Promise((resolve) => setTimeout(() => resolve('waited'), 1000));
  expect(await Promise.race([answer, waited])).toBe('waited');
  expect(double.events().some((written) => written.stream === stream)).toBe(true);
  double.faults.dropAfterCommit('hang');
  const call = client.appendToStream(stream, noted(2), { deadline: 300, credentials });
  await expect(call).rejects.toThrow(DeadlineExceededError);
});

test('a late append is answered with a timeout and written all the same', async () => {
  const client = connect();
  const stream = fresh();
  double.faults.delay(800, 'batchAppend');
  const late = client.appendToStream(stream, noted(1), { deadline: 300 });
  await expect(late).rejects.toThrow(DeadlineExceededError);
  await soon(() => expect(double.events().some((written) => written.stream === stream)).toBe(true));
});

test('a read has no deadline: who wants one keeps it himself', async () => {
  const client = connect('&discoveryInterval=20&defaultDeadline=300');
  const stream = fresh();
  await client.appendToStream(stream, noted(0));
  expect(await numbers(client.readStream(stream))).toEqual([0]);
  double.faults.delay(1000, 'read');
  const read = numbers(client.readStream(stream));
  const waited = new Promise((resolve) => setTimeout(() => resolve('waited'), 600));
  expect(await Promise.race([read, waited])).toBe('waited');
  expect((await client.appendToStream(stream, noted(1))).success).toBe(true);
  expect(await read).toEqual([0, 1]);
});

test.each(['fin', 'rst'] as const)('a subscription is told of a connection that ends (%s)', async (how) => {
  const client = connect();
  const stream = fresh();
  const said = heard(client.subscribeToStream(stream));
  await soon(() => expect(said.marks).toContain('caughtUp'));
  double.dropSubscriptions(how);
  await soon(() => expect(said.errors).toEqual([expect.any(UnavailableError)]));
  await soon(() => expect(double.subscriptions).toBe(0));
  await soon(async () => void (await client.appendToStream(stream, noted(0), { streamState: NO_STREAM })));
  const again = heard(client.subscribeToStream(stream));
  await soon(() => expect(again.numbers).toEqual([0]));
});

test('a silent subscription stays open, says nothing and never wakes', async () => {
  const client = connect();
  const stream = fresh();
  const said = heard(client.subscribeToStream(stream));
  await soon(() => expect(said.marks).toContain('caughtUp'));
  double.faults.silent();
  await client.appendToStream(stream, notes(2));
  const late = heard(client.subscribeToStream(stream));
  await new Promise((resolve) => setTimeout(resolve, 300));
  double.faults.clear();
  await client.appendToStream(stream, notes(1));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect([...said.numbers, ...said.errors, ...late.marks, ...late.numbers, ...late.errors]).toEqual([]);
  expect(double.subscriptions).toBe(2);
  expect(await all(client.readStream(stream))).toHaveLength(3);
});

test('a subscription that repeats itself delivers each event twice', async () => {
  const client = connect();
  const stream = fresh();
  double.faults.duplicates();
  await client.appendToStream(stream, notes(2));
  const said = heard(client.subscribeToStream(stream));
  await soon(() => expect(said.numbers).toEqual([0, 0, 1, 1]));
});

test('a checkpoint of the end with prepare 0 loses an event for who keeps the commit alone', async () => {
  const client = connect();
  const prefix = fresh('end');
  await client.appendToStream(fresh('other'), notes(3));
  double.faults.endCheckpoints();
  const checkpoints: Position[] = [];
  const checkpointReached = async (_: unknown, position: Position) => void checkpoints.push(position);
  const subscription = client.subscribeToAll({ filter: streamNameFilter({ prefixes: [prefix], checkpointReached }) });
  const said = heard(subscription);
  await soon(() => expect(said.marks).toContain('caughtUp'));
  await subscription.unsubscribe();
  const { commit } = checkpoints.at(-1) as Position;
  expect(checkpoints.at(-1)).toEqual({ commit: BigInt(double.end), prepare: 0n });

  const { position } = await client.appendToStream(prefix, noted(1));
  expect(position?.commit).toBe(commit);
  const filter = streamNameFilter({ prefixes: [prefix] });
  const whole = heard(client.subscribeToAll({ filter, fromPosition: { commit, prepare: 0n } }));
  const commitOnly = heard(client.subscribeToAll({ filter, fromPosition: { commit, prepare: commit } }));
  await soon(() => expect(whole.numbers).toEqual([1]));
  await soon(() => expect(commitOnly.marks).toContain('caughtUp'));
  expect(commitOnly.numbers).toEqual([]);
});

test('what is written behind the back is seen by all', async () => {
  const client = connect();
  const stream = fresh();
  await double.append(stream, [{ type: 'Noted', data: { n: 5 }, metadata: { by: 'nobody' } }], 'noStream');
  expect(await numbers(client.readStream(stream))).toEqual([5]);
  const refused = client.appendToStream(stream, noted(1), { streamState: NO_STREAM });
  await expect(refused).rejects.toThrow(WrongExpectedVersionError);
});

test('the server comes back on its port with its events', async () => {
  const client = connect();
  const stream = fresh();
  const event = noted(0);
  await client.appendToStream(stream, event);
  const said = heard(client.subscribeToStream(stream));
  await soon(() => expect(said.numbers).toEqual([0]));
  const { port } = double;
  await double.stop();
  await soon(() => expect(said.errors).toEqual([expect.any(UnavailableError)]));
  await expect(client.appendToStream(stream, noted(1))).rejects.toThrow(/UNAVAILABLE/);
  await double.start();
  expect(double.port).toBe(port);
  await soon(async () => void (await client.appendToStream(stream, noted(1), { streamState: 0n })));
  await soon(async () => expect(await numbers(client.readStream(stream))).toEqual([0, 1]));
});
