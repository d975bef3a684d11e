import { arn, groups, roles, users } from '@muniment/directory/contract';
import { type Call, fold, type Principal, type Sources, type Tag } from '@muniment/kernel';
import type { CompiledPolicy, PolicySet } from '@muniment/policy';
import { type Place, placeOf } from '../place.js';
import { type Library, policiesOfGroup, standingOf } from '../standing.js';
import type { Considered } from './considered.js';
import { type Entity, entityOf, nobodyOf, sessionOf } from './who.js';

/** Somebody's policies as they are stored, and what they count for. */
export interface Source {
  readonly entity: Entity;
  /** Its own ARN, whatever path it was asked for by; of a session the role's. */
  readonly arn: string;
  readonly tags: readonly Tag[];
  /** Who has these policies when nobody else is said to call; of a group nobody. */
  readonly principal: Principal;
  readonly policies: Pick<PolicySet, 'identity' | 'boundary'>;
  readonly place: Place | undefined;
}

type Refusing = Call<'InvalidInput'>;

/** What `PolicySourceArn` names; refuses what names nothing of the caller's account. */
export function readSource(text: string, call: Refusing): Entity {
  const entity = entityOf(text);
  if (entity?.partition !== call.partition) {
    return call.fault('InvalidInput', `Invalid ARN provided in the request: ${text}`);
  }
  if (entity.account !== call.account) {
    call.fault(
      'InvalidInput',
      `Invalid Policy Source Arn: caller's account ${call.account} does not have access to policies in account ${entity.account}.`,
    );
  }
  return entity;
}

interface Found extends Pick<Source, 'arn' | 'tags' | 'principal'> {
  /** A group has no standing of its own: these are all of its policies. */
  readonly group?: readonly CompiledPolicy[];
}

type Find = (entity: Entity, library: Library, from: Sources) => Promise<Found | undefined>;

const finding: Readonly<Record<Entity['kind'], Find>> = {
  async user(entity, { account }, from) {
    const user = await from.find(users, fold(entity.name), account);
    if (!user) return undefined;
    const { userId, userName, path, tags } = user;
    const own = arn.user(entity, path, userName);
    return { arn: own, tags, principal: { type: 'User', account, arn: own, userId, userName } };
  },
  async group(entity, library, from) {
    const { account, name } = entity;
    const group = await from.find(groups, fold(name), account);
    if (!group) return undefined;
    const policies = await policiesOfGroup(group, library);
    const own = arn.group(entity, group.path, group.groupName);
    return { arn: own, tags: [], principal: nobodyOf(account), group: policies };
  },
  async role(entity, { account }, from) {
    const role = await from.find(roles, fold(entity.name), account);
    if (!role) return undefined;
    const { path, roleId, roleName, tags } = role;
    const roleArn = arn.role(entity, path, roleName);
    return { arn: roleArn, tags, principal: sessionOf({ roleArn, roleId, roleName }, entity) };
  },
};

/** Names are found in any case and with any path, as AWS finds them. Undefined: there is nobody of this name. */
export async function sourceOf(entity: Entity, from: Sources, considered: Considered): Promise<Source | undefined> {
  const { account, partition, kind } = entity;
  const library: Library = { documents: considered, from, account, partition };
  const found = await finding[kind](entity, library, from);
  if (!found) return undefined;
  const { group, ...known } = found;
  const policies = group ? { identity: group } : (await standingOf(found.principal, library))?.policies;
  return policies && { ...known, entity, policies, place: await placeOf(account, from, considered, partition) };
}
