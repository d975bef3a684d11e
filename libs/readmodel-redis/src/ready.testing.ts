import { expect } from '@jest/globals';
import { eventually } from '@muniment/testing';
import type { RedisReadModels } from './redis-read-models.js';

/** Read models whose Redis is there. */
export async function ready(readModels: RedisReadModels): Promise<RedisReadModels> {
  await eventually(() => expect(readModels.connected).toBe(true), 5000);
  return readModels;
}
