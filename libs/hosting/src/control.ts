/** What an operator's program asks of the replicas, and what it needs to ask. Brings no client of a store with it. */
import type { Check, HealthStatus } from '@muniment/nest';
import type { ServiceName } from './service-names.js';

export { busSettings } from './bus-settings.js';
export * from './projection-work.js';
export { type ServiceName, serviceNames } from './service-names.js';

/** A replica answers an operator on `muniment.control.<service>.<replica>.<operation>`. */
export const controlPrefix = (service: string, replica: string): string => `muniment.control.${service}.${replica}`;

/** How a replica stands: what it answers to `Status`, and to NATS's own `$SRV.STATS`. */
export interface ReplicaStatus {
  readonly service: ServiceName;
  readonly replica: string;
  readonly state: HealthStatus;
  readonly checks: readonly Check[];
}
