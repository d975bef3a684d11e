import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventLogContract } from '@muniment/testing';
import { openEventLog } from './lmdb-event-log.js';

eventLogContract('LMDB', async () => {
  const path = await mkdtemp(join(tmpdir(), 'eventlog-'));
  const log = await openEventLog({ path, recentEvents: 16 });
  return {
    log,
    close: async () => {
      await log.close();
      await rm(path, { recursive: true });
    },
  };
});
