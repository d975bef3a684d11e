import { randomBytes } from 'node:crypto';
import { EnvelopeSealer } from '@muniment/runtime';
import { sealerContract } from '@muniment/testing';
import { MemoryEventLog } from './memory-event-log.js';

sealerContract('envelope over keys in memory', async () => ({
  sealer: new EnvelopeSealer(randomBytes(32), new MemoryEventLog().keys),
  close: async () => undefined,
}));
