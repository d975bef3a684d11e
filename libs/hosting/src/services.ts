/** What the six services are made of; apart from the rest, since it brings the clients of NATS and Redis with it. */
export { type ContextRows, noSealer, respondFor } from './context-responder.js';
export { fromLastState, unlessAway } from './last-state.js';
export { LocalRows, type MadeOfRows } from './local-rows.js';
export type { Parts } from './parts.js';
export { dataKeyProjections, dataKeysOf } from './data-keys.js';
export { followingChecks, stalledLogged, watchProjection } from './projection-health.js';
export { type ServiceName, serviceNames } from './service-names.js';
export { startPlatform } from './platform-start.js';
export { sharedRootKey } from './root-key.js';
export { run } from './run.js';
export type { Serving } from './replica.js';
export type { Serve } from './replica.module.js';
export { SharedRows } from './shared-rows.js';
