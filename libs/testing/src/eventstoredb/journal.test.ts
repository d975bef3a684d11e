import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { KurrentDBClient, streamNameFilter } from '@kurrent/kurrentdb-client';
import type { ServerProcess } from '../servers/server-process.js';
import { all, fresh, noted, notes, numbers } from './connected.testing.js';
import { EventStoreDouble } from './eventstore-double.js';
import { Journal } from './journal.js';
import { Log } from './log.js';
import { startEventStoreDouble } from './process.testing.js';
import { Store } from './store.js';

let directory: string;
const opened: EventStoreDouble[] = [];
const open = async () => {
  const double = await new EventStoreDouble({ data: join(directory, 'events') }).start();
  opened.push(double);
  return double;
};
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'muniment-double-'));
});
afterEach(() => Promise.all(opened.splice(0).map((double) => double.stop())));
afterAll(() => rm(directory, { recursive: true }));

test('events, positions, metadata and removals are there after a restart', async () => {
  const first = await open();
  await first.append('a-1', [{ type: 'Noted', data: { text: 'ünïcode\n' } }, { type: 'Noted' }]);
  const transaction = first.transaction('a-2');
  transaction.prepare({ type: 'Noted' }, { type: 'Noted' });
  await transaction.commit();
  const before = first.events();
  const { end } = first;
  await first.stop();
  const second = await open();
  expect(second.events()).toEqual(before);
  expect(second.end).toBe(end);
  expect(await second.append('a-1', [{ type: 'Noted' }], 1)).toMatchObject({ kind: 'written', revision: 2 });
  expect(await second.append('a-2', [{ type: 'Noted' }], 0)).toEqual({ kind: 'wrong', current: 1 });
});

test('a write that was cut off in the middle is not there, and the next one is', async () => {
  const first = await open();
  await first.append('b-1', [{ type: 'Noted' }]);
  await first.stop();
  const file = join(directory, 'events');
  const whole = await readFile(file, 'utf8');
  await appendFile(file, whole.slice(0, 40));
  const second = await open();
  expect(second.events().filter(({ stream }) => stream === 'b-1')).toHaveLength(1);
  await second.append('b-1', [{ type: 'Noted' }], 0);
  await second.stop();
  const third = await open();
  expect(third.events().filter(({ stream }) => stream === 'b-1')).toHaveLength(2);
});

test('a disk that fails once is not written to again', async () => {
  const { journal, writes } = await Journal.open(join(directory, 'failing'));
  const store = new Store(new Log(journal, writes));
  const event = { id: randomUUID(), type: 'Noted', json: true, data: Buffer.from('{}'), metadata: Buffer.alloc(0) };
  await store.append('c-1', 'any', [event]);
  await journal.close();
  await expect(store.append('c-1', 0, [{ ...event, id: randomUUID() }])).rejects.toThrow('the log takes no writes');
  await expect(store.append('c-2', 'any', [event])).rejects.toThrow('the log takes no writes');
  expect([...store.log.forwards({ commit: 0, prepare: 0 })].filter(({ type }) => type === 'Noted')).toHaveLength(1);
});

test('a process that is killed in the middle of writes has lost nothing it acknowledged', async () => {
  const server: ServerProcess = await startEventStoreDouble();
  const prefix = fresh('killed');
  const acknowledged = new Set<number>();
  let next = 0;
  try {
    for (let round = 0; round < 3; round++) {
      const client = KurrentDBClient.connectionString(`${server.url}?tls=false&discoveryInterval=20`);
      const writer = async () => {
        for (;;) {
          const n = next++;
          await client.appendToStream(`${prefix}-${n % 5}`, noted(n));
          acknowledged.add(n);
        }
      };
      const writers = Promise.allSettled([1, 2, 3, 4].map(writer));
      while (acknowledged.size < (round + 1) * 50) await new Promise((resolve) => setTimeout(resolve, 5));
      await server.kill('SIGKILL');
      await writers;
      await client.dispose();
      await server.restart();
    }
    const client = KurrentDBClient.connectionString(`${server.url}?tls=false&discoveryInterval=20`);
    const found = await numbers(client.readAll({ filter: streamNameFilter({ prefixes: [prefix] }) }));
    expect([...acknowledged].filter((n) => !found.includes(n))).toEqual([]);
    expect(new Set(found).size).toBe(found.length);
    await client.appendToStream(fresh(), notes(1));
    expect(await all(client.readAll({ maxCount: 1 }))).toHaveLength(1);
    await client.dispose();
  } finally {
    await server.stop();
  }
}, 60_000);
