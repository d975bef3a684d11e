import { organizations as api } from '@muniment/aws-model';
import {
  type Ask,
  type Call,
  type ContextValue,
  listing,
  page,
  query,
  requestTags,
  sliceOf,
  type Tag,
} from '@muniment/kernel';
import { everybody, type Platform, platform } from '../platform/platform.js';
import {
  asked,
  askOn,
  asManager,
  checkedTags,
  inPlatform,
  memberIn,
  organizationFrom,
  organizationIn,
  unitIn,
  within,
} from './calling.js';
import { ownedByAws } from './control-policies.js';
import { members, type Organization, organizationalUnits } from './organization.js';
import { askOnPolicy, policyFrom, policyIn } from './organization-policy.operations.js';

const missing = "We can't find a root, OU, account, or policy with the ResourceId that you specified.";

/** Condition keys of what a request says, beside those of the resource. */
type Context = Record<string, ContextValue>;

const withContext = (ask: Ask, context: Context): Ask => ({ ...ask, context: { ...ask.context, ...context } });

interface Resource {
  readonly tags: readonly Tag[];
}

/** The policies of AWS's own have no tags. */
function resourceIn(state: Platform, organization: Organization, id: string): Resource | undefined {
  const found = unitIn(state, organization, id) ?? memberIn(state, organization, id);
  return found ?? (ownedByAws(id) ? undefined : policyIn(state, organization, id));
}

function askOnResource(id: string, state: Platform, call: Call, context: Context): Ask {
  const organization = organizationIn(state, call);
  const policy = id.startsWith('p-') ? policyIn(state, organization, id) : undefined;
  if (id.startsWith('p-')) return withContext(askOnPolicy(call, organization, policy), context);
  const tags = (state.units.byId(id) ?? state.members.byId(id))?.tags;
  return withContext(askOn(call, organization, id, tags), context);
}

function existing(id: string, state: Platform, call: Call): Resource {
  const organization = asManager(organizationIn(state, call), call);
  return resourceIn(state, organization, id) ?? call.fault('TargetNotFoundException' as never, missing);
}

export const TagResource = platform.command(api.TagResource, {
  account: inPlatform,
  authorize: ({ ResourceId, Tags }, state, call) => askOnResource(ResourceId, state, call, requestTags(Tags)),
  decide({ ResourceId: resourceId, Tags }, state, call) {
    const tags = checkedTags(Tags, existing(resourceId, state, call).tags, call);
    return { type: 'OrganizationResourceTagged', data: { resourceId, tags } };
  },
});

export const UntagResource = platform.command(api.UntagResource, {
  account: inPlatform,
  authorize: ({ ResourceId, TagKeys }, state, call) =>
    askOnResource(ResourceId, state, call, { 'aws:TagKeys': TagKeys }),
  decide({ ResourceId: resourceId, TagKeys: keys }, state, call) {
    existing(resourceId, state, call);
    return { type: 'OrganizationResourceUntagged', data: { resourceId, keys } };
  },
});

export const ListTagsForResource = query(api.ListTagsForResource, {
  async gather(input, from, call) {
    const { ResourceId: id } = input;
    const organization = await organizationFrom(from, call);
    const policy = id.startsWith('p-') ? await policyFrom(from, organization, id) : undefined;
    const resource: Resource | undefined =
      policy ??
      within(await from.findById(organizationalUnits, id, everybody), organization) ??
      within(await from.findById(members, id, everybody), organization);
    const tags = [...(resource?.tags ?? [])].sort((a, b) => (a.Key < b.Key ? -1 : 1));
    const key = ({ Key }: Tag) => Key;
    return { organization, policy, resource, listed: await page<Tag>(asked(input), key, sliceOf(tags, key)) };
  },
  authorize: ({ ResourceId }, { organization, policy, resource }, call) =>
    policy ? askOnPolicy(call, organization, policy) : askOn(call, organization, ResourceId, resource?.tags),
  decide(_, { organization, resource, listed }, call) {
    asManager(organization, call);
    return resource ? listed : call.fault('TargetNotFoundException', missing);
  },
  reply: (listed) => listing(api.ListTagsForResource, listed, (tag) => tag),
});
