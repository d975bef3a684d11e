export { type CallRecord, callRecords } from './call-record/call-record.js';
export type { CallFacts } from './call-record/facts.js';
export { lastUsed } from './last-used/last-used.js';
export { auditOperations } from './operations.js';
