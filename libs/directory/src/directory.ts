import { aggregate, type Evolve, type StateOf } from '@muniment/kernel';
import { type GroupEvent, groupEvents, groups } from './group/group.js';
import {
  type InstanceProfileEvent,
  instanceProfileEvents,
  instanceProfiles,
} from './instance-profile/instance-profile.js';
import {
  type ManagedPolicyEvent,
  managedPolicies,
  managedPolicyEvents,
  policyUsage,
  policyVersions,
} from './managed-policy/managed-policy.js';
import {
  type RegisteredServiceEvent,
  registeredServiceEvents,
  registeredServices,
} from './registered-service/registered-service.js';
import { type RoleEvent, roleEvents, roles } from './role/role.js';
import { type UserEvent, userEvents, users } from './user/user.js';

const models = {
  users,
  groups,
  roles,
  instanceProfiles,
  policies: managedPolicies,
  policyVersions,
  policyUsage,
  services: registeredServices,
};

/** Who there is in an account and which policies they have: one aggregate, so names and quotas are its invariants. */
export interface Directory extends StateOf<typeof models> {}

export type DirectoryEvent =
  | UserEvent
  | GroupEvent
  | RoleEvent
  | InstanceProfileEvent
  | ManagedPolicyEvent
  | RegisteredServiceEvent;

const evolve: Evolve<Directory, DirectoryEvent> = {
  ...userEvents,
  ...groupEvents,
  ...roleEvents,
  ...instanceProfileEvents,
  ...managedPolicyEvents,
  ...registeredServiceEvents,
};

export const directory = aggregate<typeof models, DirectoryEvent>('directory', { models, evolve, version: 1 });
