import { organizations as api } from '@muniment/aws-model';
import {
  type Ask,
  type Call,
  listing,
  page,
  query,
  requestTags,
  sliceOf,
  type Sources,
  type Tag,
} from '@muniment/kernel';
import { readPolicy } from '@muniment/policy';
import { everybody, type Platform, platform } from '../platform/platform.js';
import {
  ask,
  asked,
  asManager,
  checkedTags,
  drawId,
  inPlatform,
  organizationFrom,
  organizationIn,
  tagsOn,
  within,
} from './calling.js';
import { type ControlType, controls, isControlType, ownedByAws } from './control-policies.js';
import { attachmentKey, type Organization } from './organization.js';
import { policyArn } from './organization-arn.js';
import { type OrganizationPolicy, organizationPolicies } from './organization-policy.js';

export const missingPolicy = "We can't find a policy with the PolicyId that you specified.";
const taken = 'A policy with the specified name and type already exists.';

/** Characters as they were sent, white space counted (requirements of AWS Organizations for both types). */
const longestContent = 5120;

/** A policy as reads see it: AWS's own or the organization's. */
export interface AnyPolicy {
  readonly policyId: string;
  readonly policyType: ControlType;
  readonly name: string;
  readonly description: string;
  readonly content: string;
  readonly tags: readonly Tag[];
}

const ofAws = (policyType: ControlType): AnyPolicy => ({ ...controls[policyType].fullAccess, policyType, tags: [] });

/** What AWS has for other uses is not to be had here. */
export function controlType(type: string, organization: Organization, call: Call): ControlType {
  if (isControlType(type) && organization.featureSet === 'ALL') return type;
  const text = "You can't use the specified policy type with the feature set currently enabled for this organization.";
  return call.fault('PolicyTypeNotAvailableForOrganizationException' as never, text);
}

export function policyIn(state: Platform, organization: Organization | undefined, id: string): AnyPolicy | undefined {
  const type = ownedByAws(id);
  return type ? ofAws(type) : within(state.organizationPolicies.byId(id), organization);
}

export async function policyFrom(
  from: Sources,
  organization: Organization | undefined,
  id: string,
): Promise<AnyPolicy | undefined> {
  const type = ownedByAws(id);
  return type ? ofAws(type) : within(await from.findById(organizationPolicies, id, everybody), organization);
}

/** The question about a policy. */
export function askOnPolicy(call: Call, organization: Organization | undefined, policy: AnyPolicy | undefined): Ask {
  if (!organization || !policy) return ask(call, undefined);
  const { policyId, policyType, tags } = policy;
  const context = { 'organizations:PolicyType': policyType, ...tagsOn(tags) };
  return ask(call, policyArn(call, organization, policyType, policyId), context);
}

export const summaryOnWire = (policy: AnyPolicy, organization: Organization, call: Call): api.PolicySummary => ({
  Id: policy.policyId,
  Arn: policyArn(call, organization, policy.policyType, policy.policyId),
  Name: policy.name,
  Description: policy.description,
  Type: policy.policyType,
  AwsManaged: ownedByAws(policy.policyId) !== undefined,
});

const policyOnWire = (policy: AnyPolicy, organization: Organization, call: Call): api.Policy => ({
  PolicySummary: summaryOnWire(policy, organization, call),
  Content: policy.content,
});

/** Refuses content that is no policy of its type. */
function checkContent(content: string, policyType: ControlType, call: Call): void {
  if (content.length > longestContent) {
    const text = `You have exceeded the maximum policy size of ${longestContent} bytes.`;
    call.fault('ConstraintViolationException' as never, text, { Reason: 'POLICY_CONTENT_LIMIT_EXCEEDED' });
  }
  const reading = readPolicy(content, controls[policyType].kind, { partition: call.partition });
  if (reading.ok && controls[policyType].accepts(reading.policy)) return;
  const text = 'The provided policy document does not meet the requirements of the specified policy type.';
  call.fault('MalformedPolicyDocumentException' as never, text);
}

function sameName(state: Platform, { organizationId }: Organization, name: string, type: ControlType) {
  if (controls[type].fullAccess.name === name) return ofAws(type);
  const all = state.organizationPolicies.indexed('organization', organizationId) as OrganizationPolicy[];
  return all.find((policy) => policy.policyType === type && policy.name === name);
}

export const CreatePolicy = platform.command(api.CreatePolicy, {
  account: inPlatform,
  authorize({ Type, Tags = [] }, _, call) {
    const asks = ask(call, undefined, { 'organizations:PolicyType': Type, ...requestTags(Tags) });
    return [asks, Tags.length > 0 && { ...asks, action: 'organizations:TagResource' }];
  },
  decide({ Name: name, Type, Description: description, Content: content, Tags }, state, call) {
    const organization = asManager(organizationIn(state, call), call);
    const policyType = controlType(Type, organization, call);
    if (sameName(state, organization, name, policyType)) call.fault('DuplicatePolicyException', taken);
    checkContent(content, policyType, call);
    const { organizationId } = organization;
    const tags = checkedTags(Tags, [], call);
    const data = { policyId: drawId(call, 'p-', 8), organizationId, policyType, name, description, content, tags };
    return { type: 'OrganizationPolicyCreated', data };
  },
  reply({ Name, Type }, state, call) {
    const organization = asManager(organizationIn(state, call), call);
    const policyType = controlType(Type, organization, call);
    const policy = sameName(state, organization, Name, policyType) ?? call.fault('DuplicatePolicyException', taken);
    return { Policy: policyOnWire(policy as AnyPolicy, organization, call) };
  },
});

async function gatherPolicy(id: string, from: Sources, call: Call) {
  const organization = await organizationFrom(from, call);
  return { organization, policy: await policyFrom(from, organization, id) };
}

export const DescribePolicy = query(api.DescribePolicy, {
  gather: ({ PolicyId }, from, call) => gatherPolicy(PolicyId, from, call),
  authorize: (_, { organization, policy }, call) => askOnPolicy(call, organization, policy),
  decide: (_, { organization, policy }, call) => ({
    organization: asManager(organization, call),
    policy: policy ?? call.fault('PolicyNotFoundException', missingPolicy),
  }),
  reply: ({ organization, policy }, _, call) => ({ Policy: policyOnWire(policy, organization, call) }),
});

/** A policy that can be changed; AWS's own cannot. */
function changeable(state: Platform, organization: Organization, id: string, call: Call): OrganizationPolicy {
  if (ownedByAws(id)) {
    call.fault(
      'InvalidInputException' as never,
      "You specified a policy that is managed by AWS and can't be modified.",
      { Reason: 'IMMUTABLE_POLICY' },
    );
  }
  const policy = within(state.organizationPolicies.byId(id), organization);
  return policy ?? call.fault('PolicyNotFoundException' as never, missingPolicy);
}

const askOnPolicyIn = ({ PolicyId }: { PolicyId: string }, state: Platform, call: Call): Ask => {
  const organization = organizationIn(state, call);
  return askOnPolicy(call, organization, policyIn(state, organization, PolicyId));
};

export const UpdatePolicy = platform.command(api.UpdatePolicy, {
  account: inPlatform,
  authorize: askOnPolicyIn,
  decide({ PolicyId: policyId, Name: name, Description: description, Content: content }, state, call) {
    const organization = asManager(organizationIn(state, call), call);
    const { policyType } = changeable(state, organization, policyId, call);
    const namesake = name === undefined ? undefined : sameName(state, organization, name, policyType);
    if (namesake && namesake.policyId !== policyId) call.fault('DuplicatePolicyException', taken);
    if (content !== undefined) checkContent(content, policyType, call);
    return {
      type: 'OrganizationPolicyUpdated',
      data: {
        policyId,
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
        ...(content === undefined ? {} : { content }),
      },
    };
  },
  reply({ PolicyId }, state, call) {
    const organization = asManager(organizationIn(state, call), call);
    return { Policy: policyOnWire(changeable(state, organization, PolicyId, call), organization, call) };
  },
});

export const DeletePolicy = platform.command(api.DeletePolicy, {
  account: inPlatform,
  authorize: askOnPolicyIn,
  decide({ PolicyId: policyId }, state, call) {
    const organization = asManager(organizationIn(state, call), call);
    changeable(state, organization, policyId, call);
    const key = attachmentKey(organization.organizationId, policyId);
    if (state.units.indexed('policy', key).length + state.members.indexed('policy', key).length > 0) {
      const text =
        'The policy is attached to one or more entities. You must detach it from all roots, organizational units (OUs), ' +
        'and accounts before performing this operation.';
      call.fault('PolicyInUseException', text);
    }
    return { type: 'OrganizationPolicyDeleted', data: { policyId } };
  },
});

export const ListPolicies = query(api.ListPolicies, {
  async gather(input, from, call) {
    const organization = await organizationFrom(from, call);
    const own = await from.filed(organizationPolicies, 'organization', organization?.organizationId ?? '', {
      account: everybody,
    });
    const all: AnyPolicy[] = isControlType(input.Filter) ? [ofAws(input.Filter), ...own] : [];
    const key = ({ policyId }: AnyPolicy) => policyId;
    const rows = all.filter(({ policyType }) => policyType === input.Filter).sort((a, b) => (key(a) < key(b) ? -1 : 1));
    return { organization, listed: await page(asked(input), key, sliceOf(rows, key)) };
  },
  authorize: ({ Filter }, _, call) => ask(call, undefined, { 'organizations:PolicyType': Filter }),
  decide: (_, { organization, listed }, call) => ({ organization: asManager(organization, call), listed }),
  reply: ({ organization, listed }, _, call) =>
    listing(api.ListPolicies, listed, (policy) => summaryOnWire(policy, organization, call)),
});
