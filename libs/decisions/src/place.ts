import {
  type ControlPolicy,
  controlPolicies,
  type ControlType,
  pathOf,
  placementOf,
} from '@muniment/directory/contract';
import type { Principal } from '@muniment/kernel';
import type { CompiledPolicy } from '@muniment/policy';
import type { Documents } from './documents.js';
import type { Reader } from './rows.js';

/** Levels from the root of an organization to an account. */
type Levels = readonly (readonly CompiledPolicy[])[];

/** Where an account stands in its organization, and what limits it there. */
export interface Place {
  readonly organizationId: string;
  /** The one path that there is, as `aws:PrincipalOrgPaths` has it. */
  readonly paths: readonly [string];
  /** Absent: no such policies bind the account, as they never bind the management account (ruling 40). */
  readonly scps: Levels | undefined;
  readonly rcps: Levels | undefined;
}

const types: Readonly<Record<ControlType, 'scp' | 'rcp'>> = {
  SERVICE_CONTROL_POLICY: 'scp',
  RESOURCE_CONTROL_POLICY: 'rcp',
};

/** Undefined: the account is in no organization. */
export async function placeOf(
  account: string,
  from: Reader,
  documents: Pick<Documents, 'compiled'>,
  partition: string,
): Promise<Place | undefined> {
  const placement = await placementOf(from, account);
  if (!placement) return undefined;
  const compiled = async (control: ControlType): Promise<Levels | undefined> => {
    const levels = await controlPolicies(from, placement, control);
    const compile = ({ policyId, content }: ControlPolicy) =>
      documents.compiled(content, policyId, types[control], partition);
    return levels?.map((level) => level.map(compile));
  };
  return {
    organizationId: placement.organization.organizationId,
    paths: [pathOf(placement)],
    scps: await compiled('SERVICE_CONTROL_POLICY'),
    rcps: await compiled('RESOURCE_CONTROL_POLICY'),
  };
}

/** Services manage their own roles; no organization keeps them from their work (ruling 40). */
export const isServiceLinked = (principal: Principal): boolean =>
  principal.type === 'AssumedRole' && principal.roleArn.includes(':role/aws-service-role/');

/**
 * What Muniment itself answers and AWS leaves to service control policies. All else can have resource control
 * policies: AWS's services that support them, and services of the user's own.
 */
const uncontrolled: ReadonlySet<string> = new Set([
  'access-analyzer',
  'account',
  'cloudtrail',
  'iam',
  'organizations',
  'rolesanywhere',
  'signin',
]);

/** Whether resource control policies count for an action. */
export const isControlled = (action: string): boolean =>
  !uncontrolled.has(action.slice(0, action.indexOf(':')).toLowerCase());
