/** What other contexts may know of the directory: its read models. */
export { arn } from './arn.js';
export { type Directory, type DirectoryEvent, directory } from './directory.js';
export { type Group, groups } from './group/group.js';
export { type InstanceProfile, instanceProfiles } from './instance-profile/instance-profile.js';
export { isAwsManaged } from './managed-policy/attachable.js';
export { managedDocument } from './managed-policy/lookup.js';
export {
  type ManagedPolicy,
  managedPolicies,
  type PolicyVersion,
  policyUsage,
  policyVersions,
  versionKey,
} from './managed-policy/managed-policy.js';
export { type RegisteredService, registeredServices } from './registered-service/registered-service.js';
export { type Role, roles } from './role/role.js';
export { shownTrust } from './role/trust.js';
export { type User, users } from './user/user.js';
export { type Account, accounts, everybody, type PlatformEvent, platform } from './platform/platform.js';
export { accessAfter, type AccountAccess } from './organization/account-access.js';
export { type ControlType, controls } from './organization/control-policies.js';
export { type Member, members, type Organization, organizations } from './organization/organization.js';
export {
  type ControlPolicy,
  controlPolicies,
  isBound,
  pathOf,
  type Placement,
  placementOf,
} from './organization/placement.js';
