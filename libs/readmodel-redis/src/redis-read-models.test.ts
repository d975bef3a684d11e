import { beforeAll, beforeEach } from '@jest/globals';
import { needsServer, readModelsContract, type ServerProcess, startRedis } from '@muniment/testing';
import { openRedis } from './redis-read-models.js';
import { patient, ready } from './ready.testing.js';

needsServer('redis');

let redis: ServerProcess;
let prefix: string;
let test = 0;
beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(() => {
  prefix = `test${++test}`;
});

readModelsContract('Redis', async () => {
  const open = () => ready(openRedis({ ...patient, url: redis.url, prefix, holder: 'one' }));
  let readModels = await open();
  let reopened = 0;
  return {
    readModels,
    reopen: async () => {
      await readModels.close();
      // Not each time: one start in ten tells as much.
      if (reopened++ % 10 === 0) await redis.restart();
      readModels = await open();
      return readModels;
    },
    close: () => readModels.close(),
  };
});
