import type { Call } from '@muniment/kernel';

/** AWS's default quotas under the names of GetAccountSummary and of the error text (requirements-4 section 2.2). */
export const quotas = {
  UsersPerAccount: 5000,
  GroupsPerAccount: 300,
  RolesPerAccount: 1000,
  PoliciesPerAccount: 1500,
  InstanceProfilesPerAccount: 1000,
  GroupsPerUser: 10,
  AccessKeysPerUser: 2,
  SigningCertificatesPerUser: 2,
  ServerCertificatesPerAccount: 20,
  VersionsPerPolicy: 5,
  PolicyVersionsInUse: 10000,
  AttachedPoliciesPerUser: 10,
  AttachedPoliciesPerGroup: 10,
  AttachedPoliciesPerRole: 10,
  RolesPerInstanceProfile: 1,
  UserPolicySize: 2048,
  GroupPolicySize: 5120,
  RolePolicySize: 10240,
  PolicySize: 6144,
  AssumeRolePolicySize: 2048,
  TagsPerResource: 50,
  // Of Muniment's own API; AWS has no such thing.
  ServicesPerAccount: 100,
} as const;

export type Quota = keyof typeof quotas;

/** Refuses a count above its quota (requirements-4 section 14: `LimitExceeded`, 409). */
export function within(quota: Quota, count: number, call: Call): void {
  if (count > quotas[quota]) call.fault('LimitExceeded' as never, `Cannot exceed quota for ${quota}: ${quotas[quota]}`);
}
