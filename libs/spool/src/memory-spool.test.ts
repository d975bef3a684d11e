import { callSpoolContract } from '@muniment/testing';
import { MemorySpool } from './memory-spool.js';

callSpoolContract('memory', async () => {
  const spool = new MemorySpool(1_000_000);
  return { spool, close: () => spool.close() };
});
