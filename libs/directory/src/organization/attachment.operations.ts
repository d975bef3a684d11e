import { organizations as api } from '@muniment/aws-model';
import { type Asks, type Call, listing, page, query, sliceOf, type Sources } from '@muniment/kernel';
import { everybody, type Platform, platform } from '../platform/platform.js';
import {
  ask,
  asked,
  askOn,
  asManager,
  inPlatform,
  memberIn,
  organizationFrom,
  organizationIn,
  unitIn,
  within,
} from './calling.js';
import { type ControlType, controls, ownedByAws } from './control-policies.js';
import {
  attachmentKey,
  type Member,
  members,
  type Organization,
  type OrganizationalUnit,
  organizationalUnits,
  type Target,
} from './organization.js';
import { targetArn } from './organization-arn.js';
import { rootOnWire } from './organization.operations.js';
import {
  type AnyPolicy,
  askOnPolicy,
  controlType,
  missingPolicy,
  policyFrom,
  policyIn,
  summaryOnWire,
} from './organization-policy.operations.js';

const missingTarget = "We can't find a root, OU, or account with the TargetId that you specified.";
const notEnabled = 'This operation can be performed only for enabled policy types.';

/** Policies of one type on one target, those of AWS's own counted. */
const mostOnTarget = 5;

interface Attachment {
  readonly PolicyId: string;
  readonly TargetId: string;
}

/** Both the policy and what it is attached to have to be allowed. */
function askOnBoth({ PolicyId, TargetId }: Attachment, state: Platform, call: Call): Asks {
  const organization = organizationIn(state, call);
  const policy = policyIn(state, organization, PolicyId);
  const target = state.units.byId(TargetId) ?? state.members.byId(TargetId);
  const type = policy && { 'organizations:PolicyType': policy.policyType };
  const onTarget = askOn(call, organization, TargetId, target?.tags);
  return [askOnPolicy(call, organization, policy), { ...onTarget, context: { ...onTarget.context, ...type } }];
}

/** What an attachment is about, or AWS's refusal. */
function existing({ PolicyId, TargetId }: Attachment, state: Platform, call: Call) {
  const organization = asManager(organizationIn(state, call), call);
  const policy =
    policyIn(state, organization, PolicyId) ?? call.fault('PolicyNotFoundException' as never, missingPolicy);
  const target: Target =
    unitIn(state, organization, TargetId) ??
    memberIn(state, organization, TargetId) ??
    call.fault('TargetNotFoundException' as never, missingTarget);
  const typeOf = (id: string): ControlType | undefined => policyIn(state, organization, id)?.policyType;
  const alike = target.policies.filter((id) => typeOf(id) === policy.policyType);
  return { organization, policy, alike, attached: target.policies.includes(PolicyId) };
}

export const AttachPolicy = platform.command(api.AttachPolicy, {
  account: inPlatform,
  authorize: askOnBoth,
  decide(input, state, call) {
    const { organization, policy, alike, attached } = existing(input, state, call);
    if (!organization.enabled.includes(policy.policyType)) call.fault('PolicyTypeNotEnabledException', notEnabled);
    if (attached) {
      call.fault(
        'DuplicatePolicyAttachmentException',
        'The selected policy is already attached to the specified target.',
      );
    }
    if (alike.length >= mostOnTarget) {
      call.fault(
        'ConstraintViolationException',
        'You have attached the maximum number of policies of this type to the specified target.',
        { Reason: 'MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED' },
      );
    }
    return { type: 'OrganizationPolicyAttached', data: { policyId: input.PolicyId, targetId: input.TargetId } };
  },
});

export const DetachPolicy = platform.command(api.DetachPolicy, {
  account: inPlatform,
  authorize: askOnBoth,
  decide(input, state, call) {
    const { PolicyId: policyId, TargetId: targetId } = input;
    const { policy, alike, attached } = existing(input, state, call);
    if (!attached) {
      call.fault(
        'PolicyNotAttachedException',
        "The policy isn't attached to the specified target in the specified root.",
      );
    }
    if (ownedByAws(policyId) && !controls[policy.policyType].detachable) {
      call.fault('InvalidInputException', "You specified a policy that can't be detached.", {
        Reason: 'NON_DETACHABLE_POLICY',
      });
    }
    if (alike.length === 1) {
      call.fault(
        'ConstraintViolationException',
        'You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.',
        { Reason: 'MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED' },
      );
    }
    return { type: 'OrganizationPolicyDetached', data: { policyId, targetId } };
  },
});

interface OfRoot {
  readonly RootId: string;
  readonly PolicyType: string;
}

const askOnRoot = ({ RootId, PolicyType }: OfRoot, state: Platform, call: Call): Asks => {
  const organization = organizationIn(state, call);
  const onRoot = askOn(call, organization, RootId, state.units.byId(RootId)?.tags);
  return { ...onRoot, context: { ...onRoot.context, 'organizations:PolicyType': PolicyType } };
};

/** The organization whose root is meant, and the type of policies. */
function ofRoot({ RootId, PolicyType }: OfRoot, state: Platform, call: Call) {
  const organization = asManager(organizationIn(state, call), call);
  if (organization.rootId !== RootId) {
    call.fault('RootNotFoundException' as never, "You specified a root that doesn't exist.");
  }
  const policyType = controlType(PolicyType, organization, call);
  return { organization, policyType, isEnabled: organization.enabled.includes(policyType) };
}

const rootReply = (_: OfRoot, state: Platform, call: Call) => ({
  Root: rootOnWire(asManager(organizationIn(state, call), call), call),
});

export const EnablePolicyType = platform.command(api.EnablePolicyType, {
  account: inPlatform,
  authorize: askOnRoot,
  decide(input, state, call) {
    const { organization, policyType, isEnabled } = ofRoot(input, state, call);
    if (isEnabled) call.fault('PolicyTypeAlreadyEnabledException', 'The specified policy type is already enabled.');
    return { type: 'PolicyTypeEnabled', data: { organizationId: organization.organizationId, policyType } };
  },
  reply: rootReply,
});

export const DisablePolicyType = platform.command(api.DisablePolicyType, {
  account: inPlatform,
  authorize: askOnRoot,
  decide(input, state, call) {
    const { organization, policyType, isEnabled } = ofRoot(input, state, call);
    if (!isEnabled) call.fault('PolicyTypeNotEnabledException', notEnabled);
    return { type: 'PolicyTypeDisabled', data: { organizationId: organization.organizationId, policyType } };
  },
  reply: rootReply,
});

const targetFrom = async (from: Sources, organization: Organization | undefined, id: string) =>
  within(await from.findById(organizationalUnits, id, everybody), organization) ??
  within(await from.findById(members, id, everybody), organization);

export const ListPoliciesForTarget = query(api.ListPoliciesForTarget, {
  async gather(input, from, call) {
    const organization = await organizationFrom(from, call);
    const target = await targetFrom(from, organization, input.TargetId);
    const found = await Promise.all((target?.policies ?? []).map((id) => policyFrom(from, organization, id)));
    const key = ({ policyId }: AnyPolicy) => policyId;
    const rows = found
      .filter((policy): policy is AnyPolicy => policy?.policyType === input.Filter)
      .sort((a, b) => (key(a) < key(b) ? -1 : 1));
    return { organization, target, listed: await page(asked(input), key, sliceOf(rows, key)) };
  },
  authorize({ TargetId, Filter }, { organization, target }, call) {
    const onTarget = askOn(call, organization, TargetId, target?.tags);
    return { ...onTarget, context: { ...onTarget.context, 'organizations:PolicyType': Filter } };
  },
  decide(_, { organization, target, listed }, call) {
    const managed = asManager(organization, call);
    if (!target) call.fault('TargetNotFoundException', missingTarget);
    return { organization: managed, listed };
  },
  reply: ({ organization, listed }, _, call) =>
    listing(api.ListPoliciesForTarget, listed, (policy) => summaryOnWire(policy, organization, call)),
});

type Attached = { readonly id: string; readonly name: string; readonly type: api.TargetType };

const unitAttached = ({ unitId, name, parentId }: OrganizationalUnit): Attached => ({
  id: unitId,
  name,
  type: parentId === undefined ? 'ROOT' : 'ORGANIZATIONAL_UNIT',
});
const memberAttached = ({ accountId, name }: Member): Attached => ({ id: accountId, name, type: 'ACCOUNT' });

export const ListTargetsForPolicy = query(api.ListTargetsForPolicy, {
  async gather(input, from, call) {
    const organization = await organizationFrom(from, call);
    const policy = await policyFrom(from, organization, input.PolicyId);
    const index = attachmentKey(organization?.organizationId ?? '', input.PolicyId);
    const units = await from.filed(organizationalUnits, 'policy', index, { account: everybody });
    const accounts = await from.filed(members, 'policy', index, { account: everybody });
    const key = ({ id }: Attached) => id;
    const rows = [...units.map(unitAttached), ...accounts.map(memberAttached)].sort((a, b) =>
      key(a) < key(b) ? -1 : 1,
    );
    return { organization, policy, listed: await page(asked(input), key, sliceOf(rows, key)) };
  },
  authorize: (_, { organization, policy }, call) =>
    policy ? askOnPolicy(call, organization, policy) : ask(call, undefined),
  decide(_, { organization, policy, listed }, call) {
    const managed = asManager(organization, call);
    if (!policy) call.fault('PolicyNotFoundException', missingPolicy);
    return { organization: managed, listed };
  },
  reply: ({ organization, listed }, _, call) =>
    listing(api.ListTargetsForPolicy, listed, ({ id, name, type }) => ({
      TargetId: id,
      Arn: targetArn(call, organization, id),
      Name: name,
      Type: type,
    })),
});
