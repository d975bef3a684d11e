export * from './bus.contract.js';
export * from './clock.js';
export * from './event-log.contract.js';
export * from './events.js';
export * from './eventually.js';
export { Given, given, home, type InputOf, Outcome, type OutputOf } from './given.testing.js';
export * from './ids.js';
export * from './read-models.contract.js';
export * from './sealer.contract.js';
