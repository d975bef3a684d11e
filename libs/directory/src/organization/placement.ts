import type { Sources } from '@muniment/kernel';
import { everybody } from '../platform/platform.js';
import { type ControlType, controls, ownedByAws } from './control-policies.js';
import {
  type Member,
  members,
  type Organization,
  type OrganizationalUnit,
  organizationalUnits,
  organizations,
} from './organization.js';
import { organizationPolicies } from './organization-policy.js';

type From = Pick<Sources, 'findById'>;

/** Where an account stands. */
export interface Placement {
  readonly organization: Organization;
  readonly member: Member;
  /** From the root to the unit that the account stands in. */
  readonly units: readonly OrganizationalUnit[];
}

/** A policy that limits an account, by attachment to it or to what it stands in. */
export interface ControlPolicy {
  readonly policyId: string;
  readonly name: string;
  readonly content: string;
}

/** How often rows are read anew that changed between one and the next. */
const tries = 3;

/** The account's place in its organization; undefined when it is in none. */
export async function placementOf(from: From, accountId: string): Promise<Placement | undefined> {
  for (let attempt = 1; attempt <= tries; attempt++) {
    const member = await from.findById(members, accountId, everybody);
    if (!member) return undefined;
    const organization = await from.findById(organizations, member.organizationId, everybody);
    const units = organization && (await unitsUpFrom(from, member.parentId));
    if (units) return { organization, member, units };
  }
  // Without the whole way up nobody knows what limits the account: to say that nothing does would let it do anything.
  throw new Error(`no way from account \`${accountId}\` to the root of its organization`);
}

/** From the root down to a unit; undefined when one of them is not there. */
async function unitsUpFrom(from: From, unitId: string): Promise<OrganizationalUnit[] | undefined> {
  const units: OrganizationalUnit[] = [];
  for (let id: string | undefined = unitId; id !== undefined; ) {
    const unit: OrganizationalUnit | undefined = await from.findById(organizationalUnits, id, everybody);
    if (!unit) return undefined;
    units.unshift(unit);
    id = unit.parentId;
  }
  return units;
}

/** Whether control policies bind the account: those of an organization never bind its management account. */
export const isBound = ({ organization, member }: Placement): boolean =>
  organization.managementAccount !== member.accountId;

/** `o-…/r-…/ou-…/`: as `aws:PrincipalOrgPaths` spells the place of an account (requirements-4 section 9). */
export const pathOf = ({ organization, units }: Pick<Placement, 'organization' | 'units'>): string =>
  [organization.organizationId, ...units.map(({ unitId }) => unitId), ''].join('/');

/**
 * Policies of a type at each level from the root to the account; undefined when none binds it. A policy that is
 * attached and not there counts as one that cannot be read: its content is empty.
 */
export async function controlPolicies(
  from: From,
  placement: Placement,
  type: ControlType,
): Promise<readonly (readonly ControlPolicy[])[] | undefined> {
  if (!isBound(placement) || !placement.organization.enabled.includes(type)) return undefined;
  const levels: ControlPolicy[][] = [];
  for (const { policies } of [...placement.units, placement.member]) {
    const level: ControlPolicy[] = [];
    for (const policyId of policies) {
      const own = ownedByAws(policyId);
      const row = own ? undefined : await from.findById(organizationPolicies, policyId, everybody);
      if ((own ?? row?.policyType ?? type) !== type) continue;
      level.push(own ? controls[own].fullAccess : (row ?? { policyId, name: policyId, content: '' }));
    }
    levels.push(level);
  }
  return levels;
}
