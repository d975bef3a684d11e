export { LogCorrupted } from './frame.js';
export { type EventLogOptions, LmdbEventLog, openEventLog } from './lmdb-event-log.js';
