export * from './event-store-log.js';
