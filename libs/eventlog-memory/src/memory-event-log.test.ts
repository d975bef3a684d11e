import { eventLogContract } from '@muniment/testing';
import { MemoryEventLog } from './memory-event-log.js';

eventLogContract('memory', async () => {
  const log = new MemoryEventLog();
  return { log, close: () => log.close() };
});
