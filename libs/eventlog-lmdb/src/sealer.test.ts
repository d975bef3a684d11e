import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvelopeSealer } from '@muniment/runtime';
import { sealerContract } from '@muniment/testing';
import { openEventLog } from './lmdb-event-log.js';

sealerContract('envelope over keys in LMDB', async () => {
  const path = await mkdtemp(join(tmpdir(), 'keys-'));
  const log = await openEventLog({ path });
  return {
    sealer: new EnvelopeSealer(randomBytes(32), log.keys),
    close: async () => {
      await log.close();
      await rm(path, { recursive: true });
    },
  };
});
