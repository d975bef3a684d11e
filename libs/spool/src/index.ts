export { MemorySpool } from './memory-spool.js';
export { DiskSpool, openSpool, SpoolDamaged, type SpoolOptions } from './spool.js';
