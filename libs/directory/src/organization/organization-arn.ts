import type { Call } from '@muniment/kernel';
import { type ControlType, controls, ownedByAws } from './control-policies.js';
import type { Organization } from './organization.js';

type In = Pick<Organization, 'organizationId' | 'managementAccount'>;

/** ARNs belong to the management account, whatever account they are about. */
const own = ({ partition }: Pick<Call, 'partition'>, { managementAccount }: In, rest: string): string =>
  `arn:${partition}:organizations::${managementAccount}:${rest}`;

const kindOf = (id: string): string => {
  if (id.startsWith('r-')) return 'root';
  return id.startsWith('ou-') ? 'ou' : 'account';
};

export const organizationArn = (call: Pick<Call, 'partition'>, organization: In): string =>
  own(call, organization, `organization/${organization.organizationId}`);

/** Of a root, a unit or an account, as its id says. */
export const targetArn = (call: Pick<Call, 'partition'>, organization: In, id: string): string =>
  own(call, organization, `${kindOf(id)}/${organization.organizationId}/${id}`);

export function policyArn(call: Pick<Call, 'partition'>, organization: In, type: ControlType, id: string): string {
  const { inArn } = controls[type];
  if (ownedByAws(id)) return `arn:${call.partition}:organizations::aws:policy/${inArn}/${id}`;
  return own(call, organization, `policy/${organization.organizationId}/${inArn}/${id}`);
}
