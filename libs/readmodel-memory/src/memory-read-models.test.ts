import { readModelsContract } from '@muniment/testing';
import { MemoryReadModels } from './memory-read-models.js';

readModelsContract('memory', async () => {
  const readModels = new MemoryReadModels();
  return { readModels, close: () => readModels.close() };
});
