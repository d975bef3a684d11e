import { type Event, type Evolve, readModel, type Table, type Tag, type Tagged } from '@muniment/kernel';
import type { Platform } from '../platform/platform.js';
import { type ControlType, controls } from './control-policies.js';

export interface Organization {
  readonly organizationId: string;
  readonly rootId: string;
  readonly managementAccount: string;
  readonly featureSet: 'ALL' | 'CONSOLIDATED_BILLING';
  readonly createdAt: string;
  /** Types of policies that are in force. */
  readonly enabled: readonly ControlType[];
}

/** What policies are attached to: by id, in the order of their attachment. */
export interface Target extends Tagged {
  readonly organizationId: string;
  readonly policies: readonly string[];
}

/** The root of an organization or a unit of it: accounts and other units stand in it. */
export interface OrganizationalUnit extends Target {
  /** `r-…` or `ou-…`. */
  readonly unitId: string;
  /** Absent: this is the root. */
  readonly parentId?: string;
  readonly name: string;
}

/** An account's place in its organization. */
export interface Member extends Target {
  readonly accountId: string;
  readonly parentId: string;
  readonly name: string;
  readonly email?: string;
  readonly method: 'CREATED' | 'INVITED';
  readonly joinedAt: string;
  /** How the organization has made the account, where it has. */
  readonly created?: Created;
}

interface Created {
  readonly requestId: string;
  /** The role by which the management account gets in. */
  readonly roleName: string;
  readonly managementAccount: string;
}

export type OrganizationEvent =
  | Event<
      'OrganizationCreated',
      {
        organizationId: string;
        rootId: string;
        managementAccount: string;
        featureSet: Organization['featureSet'];
        enabled: ControlType[];
      }
    >
  | Event<'OrganizationDeleted', { organizationId: string }>
  | Event<
      'OrganizationalUnitCreated',
      { organizationId: string; unitId: string; parentId: string; name: string; tags: Tag[] }
    >
  | Event<'OrganizationalUnitRenamed', { unitId: string; name: string }>
  | Event<'OrganizationalUnitDeleted', { unitId: string }>
  | Event<
      'AccountJoinedOrganization',
      {
        accountId: string;
        organizationId: string;
        parentId: string;
        name: string;
        email?: string;
        method: Member['method'];
        created?: Created;
        tags: Tag[];
      }
    >
  | Event<'AccountMoved', { accountId: string; parentId: string }>
  | Event<'AccountLeftOrganization', { accountId: string }>
  | Event<'PolicyTypeEnabled', { organizationId: string; policyType: ControlType }>
  | Event<'PolicyTypeDisabled', { organizationId: string; policyType: ControlType }>;

const inOrganization = { organization: (row: { organizationId: string }) => [row.organizationId] };

/** Policies of AWS's own have one id in all organizations. */
export const attachmentKey = (organizationId: string, policyId: string): string => `${organizationId}/${policyId}`;

const byPlace = {
  ...inOrganization,
  parent: ({ parentId }: { parentId?: string }) => (parentId === undefined ? [] : [parentId]),
  policy: ({ organizationId, policies }: Target) => policies.map((id) => attachmentKey(organizationId, id)),
};

export const organizations = readModel<Organization>('organizations', { id: (row) => row.organizationId });
export const organizationalUnits = readModel<OrganizationalUnit>('organizational-units', {
  id: (row) => row.unitId,
  indexes: byPlace,
});
export const members = readModel<Member>('organization-members', {
  id: (row) => row.accountId,
  indexes: { ...byPlace, request: ({ created }) => (created ? [created.requestId] : []) },
});

/** What stands in an organization has the policies of AWS's own until they are detached. */
const attachedByDefault = (enabled: readonly ControlType[]): string[] =>
  enabled.map((type) => controls[type].fullAccess.policyId);

const enabledIn = (platform: Platform, organizationId: string): readonly ControlType[] =>
  platform.organizations.byId(organizationId)?.enabled ?? [];

/** Changes the policies of everything in an organization. */
function onAllTargets(platform: Platform, organizationId: string, change: (policies: readonly string[]) => string[]) {
  const within = <Row extends Target>(table: Table<Row>): Row[] => table.indexed('organization', organizationId);
  for (const row of within(platform.units)) platform.units.set({ ...row, policies: change(row.policies) });
  for (const row of within(platform.members)) platform.members.set({ ...row, policies: change(row.policies) });
}

const typeOf = (platform: Platform, policyId: string): ControlType | undefined =>
  platform.organizationPolicies.byId(policyId)?.policyType;

export const organizationEvents: Evolve<Platform, OrganizationEvent> = {
  OrganizationCreated(platform, { rootId, ...organization }, { at }) {
    const { organizationId, enabled } = organization;
    platform.organizations.set({ ...organization, rootId, createdAt: at });
    const policies = attachedByDefault(enabled);
    platform.units.set({ unitId: rootId, organizationId, name: 'Root', policies, tags: [] });
  },
  OrganizationDeleted(platform, { organizationId }) {
    for (const { accountId } of platform.members.indexed('organization', organizationId)) {
      platform.members.remove(accountId);
    }
    for (const { unitId } of platform.units.indexed('organization', organizationId)) platform.units.remove(unitId);
    for (const { policyId } of platform.organizationPolicies.indexed('organization', organizationId)) {
      platform.organizationPolicies.remove(policyId);
    }
    platform.organizations.remove(organizationId);
  },
  OrganizationalUnitCreated: (platform, unit) =>
    platform.units.set({ ...unit, policies: attachedByDefault(enabledIn(platform, unit.organizationId)) }),
  OrganizationalUnitRenamed: (platform, { unitId, name }) => platform.units.update(unitId, { name }),
  OrganizationalUnitDeleted: (platform, { unitId }) => platform.units.remove(unitId),
  AccountJoinedOrganization: (platform, member, { at }) =>
    platform.members.set({
      ...member,
      joinedAt: at,
      policies: attachedByDefault(enabledIn(platform, member.organizationId)),
    }),
  AccountMoved: (platform, { accountId, parentId }) => platform.members.update(accountId, { parentId }),
  AccountLeftOrganization: (platform, { accountId }) => platform.members.remove(accountId),
  PolicyTypeEnabled(platform, { organizationId, policyType }) {
    platform.organizations.update(organizationId, (row) => ({ ...row, enabled: [...row.enabled, policyType] }));
    onAllTargets(platform, organizationId, (policies) => [...policies, controls[policyType].fullAccess.policyId]);
  },
  /** Everything of the type is detached and stays so: enabling it again begins with the policies of AWS's own. */
  PolicyTypeDisabled(platform, { organizationId, policyType }) {
    const own = controls[policyType].fullAccess.policyId;
    platform.organizations.update(organizationId, (row) => ({
      ...row,
      enabled: row.enabled.filter((type) => type !== policyType),
    }));
    onAllTargets(platform, organizationId, (policies) =>
      policies.filter((id) => id !== own && typeOf(platform, id) !== policyType),
    );
  },
};
