import { iam } from '@muniment/aws-model';
import { type Awaitable, type Call, query, type ReadModel, type Sources } from '@muniment/kernel';
import { groups } from '../group/group.js';
import { instanceProfiles } from '../instance-profile/instance-profile.js';
import { managedPolicies, policyVersions } from '../managed-policy/managed-policy.js';
import { accessKeysOfUsers } from '../other-contexts.js';
import { type Quota, quotas } from '../quotas.js';
import { roles } from '../role/role.js';
import { users } from '../user/user.js';

type Entry = (from: Sources, call: Call) => Awaitable<number>;

const rowsOf =
  <Row>(model: ReadModel<Row>): Entry =>
  (from) =>
    from.count(model as ReadModel<never>);

const quota =
  (name: Quota): Entry =>
  () =>
    quotas[name];

const exactly =
  (value: number): Entry =>
  () =>
    value;

/** Nobody keeps such things here, so there are none. */
const none = exactly(0);

/** Where each entry of the answer comes from (API reference, `SummaryMap`; requirements-4 LIM-13). */
const entries: Readonly<Record<iam.SummaryKeyType, Entry>> = {
  Users: rowsOf(users),
  UsersQuota: quota('UsersPerAccount'),
  Groups: rowsOf(groups),
  GroupsQuota: quota('GroupsPerAccount'),
  ServerCertificates: none,
  ServerCertificatesQuota: quota('ServerCertificatesPerAccount'),
  UserPolicySizeQuota: quota('UserPolicySize'),
  GroupPolicySizeQuota: quota('GroupPolicySize'),
  GroupsPerUserQuota: quota('GroupsPerUser'),
  SigningCertificatesPerUserQuota: quota('SigningCertificatesPerUser'),
  AccessKeysPerUserQuota: quota('AccessKeysPerUser'),
  MFADevices: none,
  MFADevicesInUse: none,
  AccountMFAEnabled: none,
  AccountAccessKeysPresent: async (from, { account }) =>
    (await from.filed(accessKeysOfUsers, 'user', account, { limit: 1 })).length,
  AccountPasswordPresent: none,
  AccountSigningCertificatesPresent: none,
  AttachedPoliciesPerGroupQuota: quota('AttachedPoliciesPerGroup'),
  AttachedPoliciesPerRoleQuota: quota('AttachedPoliciesPerRole'),
  AttachedPoliciesPerUserQuota: quota('AttachedPoliciesPerUser'),
  Policies: rowsOf(managedPolicies),
  PoliciesQuota: quota('PoliciesPerAccount'),
  PolicySizeQuota: quota('PolicySize'),
  PolicyVersionsInUse: rowsOf(policyVersions),
  PolicyVersionsInUseQuota: quota('PolicyVersionsInUse'),
  VersionsPerPolicyQuota: quota('VersionsPerPolicy'),
  // AWS's default; version 2 comes with SetSecurityTokenServicePreferences (requirements-2 section 12).
  GlobalEndpointTokenVersion: exactly(1),
  AssumeRolePolicySizeQuota: quota('AssumeRolePolicySize'),
  InstanceProfiles: rowsOf(instanceProfiles),
  InstanceProfilesQuota: quota('InstanceProfilesPerAccount'),
  Providers: none,
  RolePolicySizeQuota: quota('RolePolicySize'),
  Roles: rowsOf(roles),
  RolesQuota: quota('RolesPerAccount'),
};

export const GetAccountSummary = query(iam.GetAccountSummary, {
  gather: (_, from, call) =>
    Promise.all(Object.entries(entries).map(async ([key, entry]) => [key, await entry(from, call)] as const)),
  authorize: () => ({ resource: '*' }),
  reply: (summary) => ({ SummaryMap: Object.fromEntries(summary) }),
});
