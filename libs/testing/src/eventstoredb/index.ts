export { type DirectEvent, type DoubleSettings, EventStoreDouble } from './eventstore-double.js';
export type { Endpoint, Faults, Loss, Method } from './faults.js';
export { startEventStoreDouble } from './process.testing.js';
