export type { Lost } from './positions.js';
export { openRedis, RedisReadModels, type RedisOptions } from './redis-read-models.js';
