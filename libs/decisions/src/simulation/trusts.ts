import { arn, type Role, roles, shownTrust } from '@muniment/directory/contract';
import { type Call, fold, type Sources } from '@muniment/kernel';
import type { CompiledPolicy } from '@muniment/policy';
import { Considered } from './considered.js';
import { idOfInput } from './policy-name.js';
import { entityOf } from './who.js';

const ofSts = (action: string): boolean => /^sts:/i.test(action);

/** A role by its exact ARN, which assuming it takes as well. */
async function roleOf(resource: string, from: Sources): Promise<{ account: string; role: Role } | undefined> {
  const entity = entityOf(resource);
  if (entity?.kind !== 'role' || entity.sessionName !== undefined) return undefined;
  const { account } = entity;
  const role = await from.find(roles, fold(entity.name), account);
  return role && arn.role(entity, role.path, role.roleName) === resource ? { account, role } : undefined;
}

/**
 * Trust policies of the roles among the resources, by ARN, if one is to be assumed. Where in the policies of other
 * accounts a statement stands is those accounts' affair.
 */
export async function trustsOf(
  actions: readonly string[],
  resources: readonly string[],
  from: Sources,
  considered: Considered,
  call: Call,
): Promise<ReadonlyMap<string, CompiledPolicy>> {
  const trusts = new Map<string, CompiledPolicy>();
  if (!actions.some(ofSts)) return trusts;
  const foreign = new Considered();
  for (const resource of new Set(resources)) {
    const found = await roleOf(resource, from);
    if (!found) continue;
    const { account, role } = found;
    const own = account === call.account;
    const id = idOfInput(`role_${role.roleName}_AssumeRolePolicyDocument`);
    trusts.set(resource, (own ? considered : foreign).compiled(role.trust, id, 'trust', call.partition));
    if (own) considered.shownAs(await shownTrust(role.trust, from, call), id, 'trust', call.partition);
  }
  return trusts;
}
