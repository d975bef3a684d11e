import { type Event, type Evolve, readModel } from '@muniment/kernel';
import type { Directory } from '../directory.js';

/** A service of the account's own: what its policies may speak of beside AWS's services. */
export interface RegisteredService {
  readonly prefix: string;
  readonly name?: string;
  /** A `ServiceDefinition`, as compact JSON. */
  readonly definition: string;
  /** How many actions it has. */
  readonly actions: number;
  readonly registeredAt: string;
}

export type RegisteredServiceEvent =
  | Event<'ServiceRegistered', { prefix: string; name?: string; definition: string; actions: number }>
  | Event<'ServiceDeregistered', { prefix: string }>;

export const registeredServices = readModel<RegisteredService>('registered-services', {
  id: (service) => service.prefix,
});

export const registeredServiceEvents: Evolve<Directory, RegisteredServiceEvent> = {
  // Registered again, it is another: nothing of the definition before is kept.
  ServiceRegistered: (account, service, { at }) => account.services.set({ ...service, registeredAt: at }),
  ServiceDeregistered: (account, { prefix }) => account.services.remove(prefix),
};
