export * from './memory-event-log.js';
