import { describe, expect, test } from '@jest/globals';
import { NO_STREAM, type Position } from '@muniment/kernel';
import type { EventLog } from '@muniment/runtime';
import { type DirectEvent, everything, happened, streamed } from '@muniment/testing';
import { behindProxy, double, opened, timed } from './opened.testing.js';

const direct = (n: number): DirectEvent => ({
  type: 'Happened',
  data: { n },
  metadata: { ...happened(n).meta, version: 1 },
});

/** How often each event is seen by who reads page after page and always goes on where the page says. */
async function seen(log: EventLog, limit: number, after: Position = 0): Promise<number[]> {
  return (await everything(log, ['directory'], after, limit)).map(({ data }) => (data as { n: number }).n);
}

describe('events of one commit (KurrentDB #627, #4251)', () => {
  test.each([1, 2, 3, 4, 5, 100])('are seen once each, whatever the page: %d', async (limit) => {
    const server = await double();
    const { log } = await opened(server.connectionString);
    await log.append('directory-1', NO_STREAM, [happened(0), happened(1)]);
    const transaction = server.transaction('directory-2');
    transaction.prepare(direct(3), direct(4));
    await log.append('directory-3', NO_STREAM, [happened(2)]);
    transaction.prepare(direct(5));
    await transaction.commit();
    await log.append('directory-1', 1, [happened(6)]);
    expect(await seen(log, limit)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const events = await everything(log, ['directory']);
    for (const { position } of events) {
      const later = events.filter((event) => event.position > position);
      expect(await everything(log, ['directory'], position, limit)).toEqual(later);
    }
    expect(new Set(events.map(({ position }) => position)).size).toBe(5);
  });

  test('a commit that is larger than the page makes the page larger', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString);
    const transaction = server.transaction('directory-1');
    transaction.prepare(...Array.from({ length: 9 }, (_, n) => direct(n)));
    await transaction.commit();
    await log.append('directory-2', NO_STREAM, [happened(9)]);
    const slice = await log.readAll(['directory'], 0, 2);
    expect(slice.events).toHaveLength(9);
    expect(await seen(log, 2)).toEqual(Array.from({ length: 10 }, (_, n) => n));
  });
});

describe('positions', () => {
  test('the server’s own events are no events: not in pages, not the head', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString);
    let position = 0;
    for (let n = 0; n < 30; n++) {
      ({ position } = await log.append('directory-1', n - 1, [happened(n)]));
      expect(await log.head()).toBe(position);
    }
    expect(await log.readAll(['calls'], 0, 10)).toEqual({ events: [], position });
    expect(await seen(log, 7)).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  test('an empty page goes no further than an event that was there before (KurrentDB #4991)', async () => {
    const server = await double();
    server.faults.endCheckpoints();
    const { log } = await opened(server.connectionString);
    log.onAppended(() => undefined);
    let after = 0;
    for (let n = 0; n < 20; n++) {
      await log.append(`calls-${n}`, NO_STREAM, [happened(n)]);
      const { events, position } = await log.readAll(['directory'], after, 10);
      expect(events).toEqual([]);
      expect(position).toBe(server.events().at(-1)?.at.commit);
      expect(position).toBeLessThan(server.end);
      after = position;
    }
    await log.append('directory-1', NO_STREAM, [happened(20)]);
    expect(await seen(log, 10, after)).toEqual([20]);
  });

  test('they grow with the commits, and append, stream and category tell the same', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString);
    const appended = [
      await log.append('directory-1', NO_STREAM, [happened(0), happened(1), happened(2)]),
      await log.append('directory-1', 2, [happened(3)]),
    ];
    const events = await streamed(log, 'directory-1');
    expect(await everything(log, ['directory'])).toEqual(events);
    expect(appended.map(({ position }) => position)).toEqual([events[2]?.position, events[3]?.position]);
    expect(events.map(({ position }) => position)).toEqual(server.events().map(({ at }) => at.commit));
  });

  test('a page that takes its time is waited for while the server answers others', async () => {
    const { server, proxy, url } = await behindProxy();
    const deadlineMilliseconds = 2400;
    const { log } = await opened(url, { deadlineMilliseconds });
    const many = Array.from({ length: 800 }, (_, n) => ({ ...direct(n), data: { n, text: 'x'.repeat(12_000) } }));
    await server.append('directory-1', many);
    await log.head();
    // Each answer takes a fraction of the deadline; a page goes to and fro for its many parts.
    proxy.delay(200);
    const { value, milliseconds } = await timed(() => log.readAll(['directory'], 0, 2000));
    expect(value).toMatchObject({ events: { length: 800 } });
    expect(milliseconds).toBeGreaterThan(deadlineMilliseconds);
  }, 30_000);

  test('a position that is none of this log’s is an error, not an outage', async () => {
    const server = await double();
    const { log, failures } = await opened(server.connectionString);
    const { position } = await log.append('directory-1', NO_STREAM, [happened(1)]);
    await log.append('directory-1', 0, [happened(2)]);
    await expect(log.readAll(['directory'], position + 1, 10)).rejects.toThrow('the event log refuses it');
    expect(failures).toEqual([]);
  });

  test('what is none of ours is not taken for an event', async () => {
    const server = await double();
    const { log } = await opened(server.connectionString);
    await server.append('directory-1', [{ type: 'Noted', data: { n: 1 } }]);
    await expect(log.readAll(['directory'], 0, 10)).rejects.toThrow('of stream `directory-1` is none of muniment’s');
    await expect(streamed(log, 'directory-1')).rejects.toThrow('none of muniment’s');
  });
});
