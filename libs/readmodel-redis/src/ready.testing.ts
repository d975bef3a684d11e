import { expect } from '@jest/globals';
import { eventually } from '@muniment/testing';
import type { RedisReadModels } from './redis-read-models.js';

/** Where time is not what is asked about: a machine that is busy with other tests is slow. */
export const patient = { readTimeout: 5000, writeTimeout: 5000 };

/** Read models whose Redis is there. */
export async function ready(readModels: RedisReadModels): Promise<RedisReadModels> {
  await eventually(() => expect(readModels.connected).toBe(true), 5000);
  return readModels;
}
