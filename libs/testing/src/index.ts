export * from './clock.js';
export * from './event-log.contract.js';
export * from './events.js';
export * from './eventually.js';
export * from './ids.js';
