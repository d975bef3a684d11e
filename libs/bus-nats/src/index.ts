export type { BusState } from './connection.js';
export type { Verb } from './micro.js';
export { type BusFigures, NatsBus, askServices, openNats } from './nats-bus.js';
export type { NatsOptions, ServiceDescription } from './options.js';
