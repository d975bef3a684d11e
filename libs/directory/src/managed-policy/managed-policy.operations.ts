import { iam } from '@muniment/aws-model';
import {
  type Ask,
  type Call,
  checkedTags,
  exactCase,
  fold,
  type Holder,
  policyName,
  query,
  resourceTags,
  sliceOf,
  type Tag,
  tagging,
  tagListing,
  untagging,
} from '@muniment/kernel';
import { policySize } from '@muniment/policy';
import { arn } from '../arn.js';
import { creatingWithTags } from '../creating-with-tags.js';
import { type Directory, directory } from '../directory.js';
import { type Kind, mixedPage, pagedOnWire } from '../mixed-listing.js';
import { checkDocument } from '../policy-document.js';
import { within } from '../quotas.js';
import { checkPolicyArn, customerManaged, isAwsManaged, isNamed } from './attachable.js';
import { type AnyPolicy, allOfAws, ofCustomer, policyKey, policyNamed, usageOf, usageOfAll } from './lookup.js';
import { type ManagedPolicy, managedPolicies, type PolicyUsage } from './managed-policy.js';
import { policyInList, policyOnWire } from './policy-on-wire.js';

export const missingPolicy = (policyArn: string): string => `Policy ${policyArn} was not found.`;

type Tagged = { readonly tags: readonly Tag[] } | undefined;

/** What is asked about reading one policy; AWS's are every account's to read. */
export function askToRead(call: Call, policyArn: string, policy: Tagged): Ask {
  checkPolicyArn(policyArn, call);
  return { resource: policyArn, context: resourceTags(policy?.tags) };
}

/** AWS's policies belong to the account `aws`: nothing in this one allows changing them, not even being root. */
const askToChange = (call: Call, policyArn: string, policy: Tagged): Ask => ({
  ...askToRead(call, policyArn, policy),
  ...(isAwsManaged(policyArn) ? { account: 'aws' } : {}),
});

/** The question of an operation that changes the policy it names. */
export const changing = ({ PolicyArn }: { PolicyArn: string }, account: Directory, call: Call): Ask =>
  askToChange(call, PolicyArn, customerManaged(account, PolicyArn, call));

/** The customer managed policy of an ARN, or AWS's refusal. */
export const existingPolicy = (account: Directory, policyArn: string, call: Call): ManagedPolicy =>
  customerManaged(account, policyArn, call) ?? call.fault('NoSuchEntity' as never, missingPolicy(policyArn));

/** Refuses documents that no managed policy may have; white space has no size (requirements-4 LIM-10). */
export function checkManaged(document: string, call: Call): void {
  checkDocument(document, 'identity', call);
  within('PolicySize', policySize(document), call);
}

export const CreatePolicy = directory.command(iam.CreatePolicy, {
  authorize: ({ PolicyName, Path = '/', Tags }, _, call) =>
    creatingWithTags({ resource: arn.policy(call, Path, PolicyName) }, 'iam:TagPolicy', Tags),
  decide({ PolicyName, Path: path = '/', PolicyDocument: document, Description, Tags = [] }, account, call) {
    if (account.policies.keyed(fold(PolicyName))) {
      const text = `A policy called ${PolicyName} already exists. Duplicate names are not allowed.`;
      call.fault('EntityAlreadyExists', text);
    }
    checkManaged(document, call);
    within('PoliciesPerAccount', account.policies.size + 1, call);
    const tags = checkedTags(Tags, [], exactCase, call);
    const description = Description === undefined ? {} : { description: Description };
    return {
      type: 'PolicyCreated',
      data: { policyId: call.id('ANPA'), policyName: PolicyName, path, document, tags, ...description },
    };
  },
  reply({ PolicyName, Tags = [] }, account, call) {
    const policy = ofCustomer(account.policies.keyed(fold(PolicyName)) as ManagedPolicy, call);
    const { policyArn } = policy;
    return {
      Policy: {
        ...policyInList(policy, { policyArn, attachments: 0, boundaries: 0 }),
        ...(Tags.length > 0 ? { Tags: [...policy.tags] } : {}),
      },
    };
  },
});

export const GetPolicy = query(iam.GetPolicy, {
  gather: async ({ PolicyArn }, from, call) => ({
    policy: await policyNamed(from, PolicyArn, call),
    usage: await usageOf(from, PolicyArn),
  }),
  authorize: ({ PolicyArn }, { policy }, call) => askToRead(call, PolicyArn, policy),
  decide: ({ PolicyArn }, { policy, usage }, call) => ({
    policy: policy ?? call.fault('NoSuchEntity', missingPolicy(PolicyArn)),
    usage,
  }),
  reply: ({ policy, usage }) => ({ Policy: policyOnWire(policy, usage) }),
});

/** Which uses a filter asks for (API reference, `PolicyUsageFilter`). */
const used: Readonly<Record<'PermissionsPolicy' | 'PermissionsBoundary', (usage: PolicyUsage) => boolean>> = {
  PermissionsPolicy: ({ attachments }) => attachments > 0,
  PermissionsBoundary: ({ boundaries }) => boundaries > 0,
};

export const ListPolicies = query(iam.ListPolicies, {
  async gather(input, from, call) {
    const { Scope = 'All', PathPrefix = '/', OnlyAttached = false, PolicyUsageFilter } = input;
    const usage = await usageOfAll(from);
    const filter = PolicyUsageFilter ?? (OnlyAttached ? 'PermissionsPolicy' : undefined);
    const keep = ({ path, policyArn }: AnyPolicy): boolean =>
      path.startsWith(PathPrefix) && (filter === undefined || used[filter](usage(policyArn)));
    const kinds: readonly Kind<'Local' | 'AWS', AnyPolicy>[] = [
      {
        kind: 'Local',
        key: policyKey,
        keep,
        read: async (part) => (await from.list(managedPolicies, part)).map((row) => ofCustomer(row, call)),
      },
      { kind: 'AWS', key: policyKey, keep, read: sliceOf(allOfAws(call), policyKey) },
    ];
    const listed = await mixedPage(
      input,
      kinds.filter(({ kind }) => Scope === 'All' || kind === Scope),
      call,
    );
    return { listed, usage };
  },
  authorize: ({ PathPrefix = '/' }, _, call) => ({ resource: arn.policy(call, PathPrefix, '') }),
  reply: ({ listed, usage }) => ({
    Policies: listed.items.map(({ row }) => policyInList(row, usage(row.policyArn))),
    ...pagedOnWire(listed),
  }),
});

export const DeletePolicy = directory.command(iam.DeletePolicy, {
  authorize: changing,
  decide({ PolicyArn: policyArn }, account, call) {
    const { policyId, versionIds } = existingPolicy(account, policyArn, call);
    const { attachments = 0, boundaries = 0 } = account.policyUsage.byId(policyArn) ?? {};
    if (attachments > 0 || boundaries > 0) {
      call.fault('DeleteConflict', 'Cannot delete a policy attached to entities.');
    }
    if (versionIds.length > 1) {
      const text =
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. " +
        'The default version is deleted with the policy.';
      call.fault('DeleteConflict', text);
    }
    return { type: 'PolicyDeleted', data: { policyId, policyArn } };
  },
});

const holder: Holder<Directory, ManagedPolicy, 'PolicyArn'> = {
  aggregate: directory,
  noun: 'Policy',
  input: 'PolicyArn',
  model: managedPolicies,
  table: (account) => account.policies,
  key: (policyArn) => fold(policyName(policyArn)),
  is: isNamed,
  ask: askToChange,
  missing: missingPolicy,
};

export const TagPolicy = tagging(holder, exactCase, iam.TagPolicy);
export const UntagPolicy = untagging(holder, iam.UntagPolicy);
export const ListPolicyTags = tagListing({ ...holder, ask: askToRead }, iam.ListPolicyTags);
