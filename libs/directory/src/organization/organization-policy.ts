import { type Event, type Evolve, readModel, type Tag, type Tagged } from '@muniment/kernel';
import type { Platform } from '../platform/platform.js';
import type { ControlType } from './control-policies.js';

/** A service control policy or a resource control policy that an organization has written. */
export interface OrganizationPolicy extends Tagged {
  readonly policyId: string;
  readonly organizationId: string;
  readonly policyType: ControlType;
  readonly name: string;
  readonly description: string;
  readonly content: string;
}

export type OrganizationPolicyEvent =
  | Event<
      'OrganizationPolicyCreated',
      {
        policyId: string;
        organizationId: string;
        policyType: ControlType;
        name: string;
        description: string;
        content: string;
        tags: Tag[];
      }
    >
  | Event<'OrganizationPolicyUpdated', { policyId: string; name?: string; description?: string; content?: string }>
  | Event<'OrganizationPolicyDeleted', { policyId: string }>
  | Event<'OrganizationPolicyAttached', { policyId: string; targetId: string }>
  | Event<'OrganizationPolicyDetached', { policyId: string; targetId: string }>;

export const organizationPolicies = readModel<OrganizationPolicy>('organization-policies', {
  id: (row) => row.policyId,
  indexes: { organization: (row) => [row.organizationId] },
});

/** Changes the policies of a root, a unit or an account. */
function onTarget(platform: Platform, targetId: string, change: (policies: readonly string[]) => string[]): void {
  if (platform.units.byId(targetId)) {
    platform.units.update(targetId, (row) => ({ ...row, policies: change(row.policies) }));
  } else {
    platform.members.update(targetId, (row) => ({ ...row, policies: change(row.policies) }));
  }
}

export const organizationPolicyEvents: Evolve<Platform, OrganizationPolicyEvent> = {
  OrganizationPolicyCreated: (platform, policy) => platform.organizationPolicies.set(policy),
  OrganizationPolicyUpdated: (platform, { policyId, ...changes }) =>
    platform.organizationPolicies.update(policyId, changes),
  OrganizationPolicyDeleted: (platform, { policyId }) => platform.organizationPolicies.remove(policyId),
  OrganizationPolicyAttached: (platform, { policyId, targetId }) =>
    onTarget(platform, targetId, (policies) => [...policies, policyId]),
  OrganizationPolicyDetached: (platform, { policyId, targetId }) =>
    onTarget(platform, targetId, (policies) => policies.filter((id) => id !== policyId)),
};
