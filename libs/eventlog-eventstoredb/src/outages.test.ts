import { describe, expect, test } from '@jest/globals';
import { NO_STREAM } from '@muniment/kernel';
import { LogUnavailable } from '@muniment/runtime';
import { eventually, everything, happened, streamed } from '@muniment/testing';
import { behindProxy, double, opened, quick, soon, timed } from './opened.testing.js';

/** Every way to ask the log something. */
const questions = (log: Awaited<ReturnType<typeof opened>>['log']): (() => Promise<unknown>)[] => [
  () => log.append('directory-9', NO_STREAM, [happened(9)]),
  () => log.append('directory-1', 0, []),
  () => log.head(),
  () => log.readAll(['directory'], 0, 10),
  () => streamed(log, 'directory-1'),
  () => log.remove('directory-1'),
];

describe('the server is away (R10, R11)', () => {
  test.each(['stopped', 'unavailable', 'silent', 'refused', 'half open', 'slow'] as const)(
    '%s: everything fails within a second, and works again when it is back',
    async (how) => {
      const { server, proxy, url } = await behindProxy();
      const { log, failures } = await quick(url);
      await log.append('directory-1', NO_STREAM, [happened(1)]);
      const away = {
        stopped: () => server.stop(),
        unavailable: () => server.faults.unavailable(),
        silent: () => server.faults.delay(Infinity),
        refused: () => proxy.refuse(),
        'half open': () => proxy.blackHole(),
        slow: () => proxy.delay(2500),
      };
      const back = {
        stopped: () => server.start(),
        unavailable: () => server.faults.clear(),
        silent: () => server.faults.clear(),
        refused: () => proxy.pass(),
        'half open': () => proxy.pass(),
        slow: () => proxy.pass(),
      };
      await away[how]();
      for (const { value, milliseconds } of await Promise.all(questions(log).map(timed))) {
        expect(value).toBeInstanceOf(LogUnavailable);
        expect(milliseconds).toBeLessThan(soon());
      }
      expect(failures).toHaveLength(1);
      await back[how]();
      await eventually(async () => {
        expect(await log.append('directory-2', NO_STREAM, [happened(2)])).toMatchObject({ revision: 0 });
      }, 5000);
      await eventually(
        async () =>
          expect(await everything(log, ['directory'])).toContainEqual(
            expect.objectContaining({ stream: 'directory-1' }),
          ),
        5000,
      );
    },
    15_000,
  );

  test('who starts without it reads as soon as it is there', async () => {
    const server = await double();
    await server.stop();
    const { log } = await opened(server.connectionString, { deadlineMilliseconds: 800 });
    const { value, milliseconds } = await timed(() => log.head());
    expect(value).toBeInstanceOf(LogUnavailable);
    expect(milliseconds).toBeLessThan(soon());
    await server.start();
    await eventually(async () => expect(await log.head()).toBe(0), 5000);
  });

  test('a short outage, a restart with its memory lost, costs nobody anything', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString);
    for (let n = 0; n < 5; n++) {
      await log.append('directory-1', n - 1, [happened(n)]);
      const restarted = server.restart();
      expect(await log.append(`directory-2${n}`, NO_STREAM, [happened(n)])).toMatchObject({ revision: 0 });
      await restarted;
    }
    expect(await streamed(log, 'directory-1')).toHaveLength(5);
  }, 20_000);

  test('a server that answers late is busy and not silent: who asks next is waited for as long as ever', async () => {
    const server = await double();
    const { log } = await quick(server.connectionString);
    server.faults.delay(1000);
    const { value } = await timed(() => log.head());
    expect(value).toBeInstanceOf(LogUnavailable);
    // Longer than a silent server is waited for.
    server.faults.delay(300);
    await eventually(async () => expect(await streamed(log, 'warmup-1')).toHaveLength(1), 5000);
  });

  test('after it is closed the log says so at once', async () => {
    const server = await double();
    const { log, failures } = await opened(server.connectionString);
    await log.head();
    await log.close();
    for (const { value } of await Promise.all(questions(log).map(timed))) expect(value).toBeInstanceOf(LogUnavailable);
    expect(failures).toEqual([]);
    await log.close();
  });
});

describe('the leader is another node', () => {
  test('writes and reads go there, within the time they have', async () => {
    const [follower, leader] = [await double(), await double()];
    const { log, failures } = await opened(follower.connectionString);
    await log.append('directory-1', NO_STREAM, [happened(1)]);
    follower.faults.notLeader({ address: '127.0.0.1', port: leader.port });
    expect(await log.append('directory-2', NO_STREAM, [happened(2)])).toMatchObject({ revision: 0 });
    await log.append('directory-2', 0, [happened(3)]);
    expect(leader.events().map(({ stream }) => stream)).toEqual(['directory-2', 'directory-2']);
    expect(await streamed(log, 'directory-2')).toHaveLength(2);
    expect(await log.head()).toBe(leader.events()[1]?.at.commit);
    expect(failures).toEqual([]);
  });
});

test('a server of 20.10 knows neither batches nor features: single appends do', async () => {
  const server = await double({ release: '20.10' });
  const { log } = await opened(server.connectionString);
  await log.append('directory-1', NO_STREAM, [happened(1), happened(2)]);
  server.faults.dropAfterCommit('reset');
  expect(await log.append('directory-1', 1, [happened(3)])).toMatchObject({ revision: 2 });
  await expect(log.append('directory-1', 1, [happened(4)])).rejects.toMatchObject({ actual: 2, expected: 1 });
  expect(await everything(log, ['directory'], 0, 2)).toHaveLength(3);
});
