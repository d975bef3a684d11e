import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jsonEvent, KurrentDBClient } from '@kurrent/kurrentdb-client';
import { EventStoreDouble } from './eventstore-double.js';

const double = new EventStoreDouble();
let client: KurrentDBClient;
beforeAll(async () => {
  await double.start();
  client = KurrentDBClient.connectionString(double.connectionString);
});
afterAll(async () => {
  await client.dispose();
  await double.stop();
});

test('what was appended is read', async () => {
  const written = await client.appendToStream(
    'a-1',
    [1, 2, 3].map((n) => jsonEvent({ type: 'Noted', data: { n } })),
    { streamState: 'no_stream' },
  );
  expect(written.nextExpectedRevision).toBe(2n);
  const read = [];
  for await (const { event } of client.readStream('a-1')) read.push(event);
  console.log(read, written);
  const all = [];
  for await (const { event } of client.readAll()) all.push([event?.type, event?.position]);
  console.log(all);
});
