import { type Group, groups, managedDocument, roles, users } from '@muniment/directory/contract';
import type { Principal, Tag } from '@muniment/kernel';
import type { CompiledPolicy, PolicySet, PolicyType } from '@muniment/policy';
import { type Documents, unreadable } from './documents.js';
import type { Reader } from './rows.js';

/** What the directory knows of a principal that decisions need: its policies and tags, and its name as it is now. */
export interface Standing {
  readonly principal: Principal;
  readonly policies: PolicySet;
  readonly tags: readonly Tag[];
}

/** Where policies of one account are read and compiled. */
export interface Library {
  readonly documents: Pick<Documents, 'compiled'>;
  readonly from: Reader;
  readonly account: string;
  readonly partition: string;
}

/** What a user, a group and a role have in common. */
interface Holder {
  readonly inline: Readonly<Record<string, string>>;
  readonly attached: readonly string[];
  readonly boundary?: string;
}

/** The root user is the account itself: it has no row, no policies, no tags. */
const ofRoot = (principal: Principal): Standing => ({ principal, policies: { identity: [] }, tags: [] });

/** Undefined: there is no such principal any more. */
export async function standingOf(principal: Principal, library: Library): Promise<Standing | undefined> {
  switch (principal.type) {
    case 'Root':
      return ofRoot(principal);
    case 'User':
      return ofUser(principal, library);
    case 'AssumedRole':
      return ofRole(principal, library);
  }
}

async function ofUser(
  principal: Extract<Principal, { type: 'User' }>,
  library: Library,
): Promise<Standing | undefined> {
  const user = await library.from.findById(users, principal.userId, library.account);
  if (!user) return undefined;
  const { userName, path, tags } = user;
  const identity = [...(await identityPolicies(user, '', library)), ...(await groupPolicies(user.groups, library))];
  // Credentials outlive a rename and are the user's all the same, under its new name.
  const arn = `arn:${library.partition}:iam::${library.account}:user${path}${userName}`;
  return { principal: { ...principal, arn, userName }, tags, policies: await bounded(user, identity, library) };
}

async function ofRole(
  principal: Extract<Principal, { type: 'AssumedRole' }>,
  library: Library,
): Promise<Standing | undefined> {
  const role = await library.from.findById(roles, principal.roleId, library.account);
  if (!role) return undefined;
  const policies = await bounded(role, await identityPolicies(role, '', library), library);
  return { principal, tags: role.tags, policies };
}

async function bounded({ boundary }: Holder, identity: CompiledPolicy[], library: Library): Promise<PolicySet> {
  return boundary === undefined
    ? { identity }
    : { identity, boundary: await managedPolicy(boundary, 'boundary', library) };
}

/** `prefix` tells policies of a group from those of the user itself. */
async function identityPolicies(
  { inline, attached }: Pick<Holder, 'inline' | 'attached'>,
  prefix: string,
  library: Library,
): Promise<CompiledPolicy[]> {
  const policies = Object.entries(inline).map(([name, text]) =>
    library.documents.compiled(text, `${prefix}${name}`, 'identity', library.partition),
  );
  for (const arn of attached) policies.push(await managedPolicy(arn, 'identity', library));
  return policies;
}

async function groupPolicies(ids: readonly string[], library: Library): Promise<CompiledPolicy[]> {
  const policies: CompiledPolicy[] = [];
  for (const id of ids) {
    const group = await library.from.findById(groups, id, library.account);
    if (group) policies.push(...(await policiesOfGroup(group, library)));
    else policies.push(unreadable(id, 'identity'));
  }
  return policies;
}

export const policiesOfGroup = (group: Group, library: Library): Promise<CompiledPolicy[]> =>
  identityPolicies(group, `group/${group.groupName}/`, library);

/** The default version of a managed policy, AWS's or the account's own. */
export async function managedPolicy(arn: string, type: PolicyType, library: Library): Promise<CompiledPolicy> {
  const text = await managedDocument(library.from, arn, library.account);
  return text === undefined ? unreadable(arn, type) : library.documents.compiled(text, arn, type, library.partition);
}
