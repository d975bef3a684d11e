import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import { readModelsContract } from '@muniment/testing';
import { openReadModels } from './lmdb-read-models.js';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'readmodels-'));
});
afterEach(() => rm(path, { recursive: true }));

for (const cachedRows of [4, 1000]) {
  readModelsContract(`LMDB, ${cachedRows} rows in memory`, async () => {
    let readModels = await openReadModels({ path, cachedRows });
    return {
      readModels,
      reopen: async () => {
        await readModels.close();
        readModels = await openReadModels({ path, cachedRows });
        return readModels;
      },
      close: () => readModels.close(),
    };
  });
}
