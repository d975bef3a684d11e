import { randomUUID } from 'node:crypto';
import { EventStoreDouble, eventLogContract } from '@muniment/testing';
import { openEventStore } from './event-store-log.js';
import { named } from './named.testing.js';

// What is judged here is what it does, not how fast a busy machine is.
const deadlineMilliseconds = 5000;
const schedules = 10;

eventLogContract(
  'EventStoreDB (double)',
  async () => {
    const double = await new EventStoreDouble().start();
    const log = await openEventStore({ url: double.connectionString, deadlineMilliseconds });
    return {
      log,
      close: async () => {
        await log.close();
        await double.stop();
      },
    };
  },
  { schedules },
);

const url = process.env['MUNIMENT_TEST_EVENTSTOREDB_URL'];
if (url) {
  eventLogContract(
    'EventStoreDB (server)',
    async () => {
      const log = await openEventStore({ url, deadlineMilliseconds });
      return { log: named(log, `test${randomUUID().replaceAll('-', '')}`), close: () => log.close() };
    },
    { schedules },
  );
}
