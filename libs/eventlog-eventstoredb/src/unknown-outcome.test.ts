import { describe, expect, test } from '@jest/globals';
import { NO_STREAM } from '@muniment/kernel';
import { LogUnavailable, WrongExpectedRevision } from '@muniment/runtime';
import { eventually, happened, streamed } from '@muniment/testing';
import { toStore } from './encoding.js';
import { behindProxy, double, opened, quick, soon, timed } from './opened.testing.js';

const numbers = (events: readonly { data: unknown }[]) => events.map(({ data }) => (data as { n: number }).n);

describe('the answer to a write is lost (R16, KurrentDB #1358, #2274)', () => {
  test.each(['reset', 'hang'] as const)(
    '%s: the events stand in the stream, so the write is a success',
    async (how) => {
      const server = await double();
      const { log } = await quick(server.connectionString);
      await log.append('directory-1', NO_STREAM, [happened(0)]);
      server.faults.dropAfterCommit(how);
      const { value, milliseconds } = await timed(() => log.append('directory-1', 0, [happened(1), happened(2)]));
      expect(milliseconds).toBeLessThan(soon());
      const events = await streamed(log, 'directory-1');
      expect(numbers(events)).toEqual([0, 1, 2]);
      expect(value).toEqual({ revision: 2, position: events[2]?.position });
    },
  );

  test('a first write too', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString);
    server.faults.dropAfterCommit('reset');
    expect(await log.append('directory-1', NO_STREAM, [happened(1)])).toEqual({
      revision: 0,
      position: expect.any(Number),
    });
    expect(numbers(await streamed(log, 'directory-1'))).toEqual([1]);
  });

  test('also when the server has forgotten which events it knows: they are written once', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString);
    await log.append('directory-1', NO_STREAM, [happened(0)]);
    for (let n = 1; n <= 20; n++) {
      server.faults.dropAfterCommit('reset');
      const appending = log.append('directory-1', n - 1, [happened(n)]);
      server.forgetIds();
      expect(await appending).toMatchObject({ revision: n });
    }
    expect(numbers(await streamed(log, 'directory-1'))).toEqual(Array.from({ length: 21 }, (_, n) => n));
  });

  test('an answer lost again and again changes nothing', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString);
    server.faults.dropAfterCommit('reset', 1000);
    for (let n = 0; n < 20; n++)
      expect(await log.append('directory-1', n - 1, [happened(n)])).toMatchObject({ revision: n });
    expect(numbers(await streamed(log, 'directory-1'))).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  test('what nobody has answered for is never called written, and is written once when the same writer comes again', async () => {
    const { server, proxy, url } = await behindProxy();
    const { log } = await quick(url);
    await log.append('directory-1', NO_STREAM, [happened(0)]);
    proxy.dropAnswers();
    const { value, milliseconds } = await timed(() => log.append('directory-1', 0, [happened(1)]));
    expect(value).toBeInstanceOf(LogUnavailable);
    expect(milliseconds).toBeLessThan(soon());
    await proxy.pass();
    // A busy machine may need longer to find its way back than one attempt waits.
    await eventually(async () => {
      expect(await log.append('directory-1', 0, [happened(1)])).toMatchObject({ revision: 1 });
    }, 10_000);
    expect(server.events().filter(({ stream }) => stream === 'directory-1')).toHaveLength(2);
  });

  test('when somebody else was first it is a wrong expectation, not a success', async () => {
    const server = await double();
    const { log } = await quick(server.connectionString);
    server.faults.delay(Infinity, 'batchAppend');
    const appending = timed(() => log.append('directory-1', NO_STREAM, [happened(1), happened(2)]));
    await server.append(
      'directory-1',
      [3, 4, 5].map((n) => ({ type: 'Happened', data: { n }, metadata: { ...happened(n).meta, version: 1 } })),
    );
    const { value, milliseconds } = await appending;
    expect(value).toEqual(new WrongExpectedRevision('directory-1', NO_STREAM, 2));
    expect(milliseconds).toBeLessThan(soon());
  });

  /** What another replica that was asked for the same command has made of it. */
  const otherwise = { ...happened(1), data: { n: 2 } };

  test('what another replica made of the same command is not ours, whatever the store takes for the same', async () => {
    const server = await double();
    const [{ log }, { log: replica }] = [await opened(server.connectionString), await opened(server.connectionString)];
    await replica.append('directory-1', NO_STREAM, [otherwise]);
    const { value } = await timed(() => log.append('directory-1', NO_STREAM, [happened(1)]));
    expect(value).toEqual(new WrongExpectedRevision('directory-1', NO_STREAM, 0));
    expect(numbers(await streamed(log, 'directory-1'))).toEqual([2]);
  });

  test('nor when our own answer was lost', async () => {
    const server = await double();
    const { log } = await quick(server.connectionString);
    server.faults.delay(Infinity, 'batchAppend');
    const appending = timed(() => log.append('directory-1', NO_STREAM, [happened(1)]));
    const { id, type, data, metadata } = toStore(otherwise);
    await server.append('directory-1', [{ type, data, metadata, ...(id !== undefined && { id }) }]);
    expect((await appending).value).toEqual(new WrongExpectedRevision('directory-1', NO_STREAM, 0));
  });

  test('events of ours further on in the stream are no answer', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString);
    await log.append('directory-1', NO_STREAM, [happened(1)]);
    const { id } = toStore(happened(9));
    await server.append('directory-1', [
      { type: 'Happened', data: { n: 2 } },
      { type: 'Happened', id },
    ]);
    server.faults.delay(Infinity, 'batchAppend');
    const { value } = await timed(() => log.append('directory-1', 0, [happened(9)]));
    expect(value).toEqual(new WrongExpectedRevision('directory-1', 0, 2));
  });

  test('a stream that began anew is found again', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString);
    await log.append('calls-1', NO_STREAM, [happened(1), happened(2)]);
    await log.remove('calls-1');
    server.faults.dropAfterCommit('reset');
    expect(await log.append('calls-1', NO_STREAM, [happened(3)])).toMatchObject({ revision: 2 });
    expect(numbers(await streamed(log, 'calls-1'))).toEqual([3]);
  });
});

describe('what a server can refuse', () => {
  test('more than it takes at once is the caller’s error, and the log is not away', async () => {
    const server = await double({ maxAppendSize: 10_000 });
    const { log, failures } = await opened(server.connectionString);
    const large = { ...happened(1), data: { text: 'x'.repeat(20_000) } };
    const { value } = await timed(() => log.append('directory-1', NO_STREAM, [large]));
    expect(value).toBeInstanceOf(Error);
    expect(value).not.toBeInstanceOf(LogUnavailable);
    expect(String(value)).toContain('the event log refuses it');
    expect(failures).toEqual([]);
    expect(await log.append('directory-1', NO_STREAM, [happened(1)])).toMatchObject({ revision: 0 });
  });

  test.each(['$settings', 'muniment-removed', '', 'directory-é'])('a stream cannot be called `%s`', async (stream) => {
    const server = await double();
    const { log } = await opened(server.connectionString);
    await expect(log.append(stream, NO_STREAM, [happened(1)])).rejects.toBeInstanceOf(TypeError);
    await expect(log.remove(stream)).rejects.toBeInstanceOf(TypeError);
    expect(server.events()).toEqual([]);
  });
});
