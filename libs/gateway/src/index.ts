export { DerivedKeys, type DerivedKeysOptions } from './derived-keys.js';
export { Gateway, type GatewayOptions } from './gateway.js';
export type { Incoming, Outgoing } from './incoming.js';
export { dummyKey, type KnownCredential, type SigningKeys } from './signing-keys.js';
export * from './key-answers.js';
export * from './remote-keys.js';
