import { iam } from '@muniment/aws-model';
import { page, query } from '@muniment/kernel';
import { directory } from '../directory.js';
import { pagedOnWire } from '../mixed-listing.js';
import { quotas } from '../quotas.js';
import { listedVersions, policyNamed, versionOf } from './lookup.js';
import { askToRead, changing, checkManaged, existingPolicy, missingPolicy } from './managed-policy.operations.js';
import { type ManagedPolicy, type PolicyVersion, versionKey } from './managed-policy.js';
import { versionInList, versionOnWire } from './policy-on-wire.js';

const missingVersion = (policyArn: string, versionId: string): string =>
  `Policy ${policyArn} version ${versionId} does not exist or is not attachable.`;

export const CreatePolicyVersion = directory.command(iam.CreatePolicyVersion, {
  authorize: changing,
  decide({ PolicyArn, PolicyDocument: document, SetAsDefault: setAsDefault = false }, account, call) {
    const { policyId, versionIds, nextVersion } = existingPolicy(account, PolicyArn, call);
    checkManaged(document, call);
    if (versionIds.length >= quotas.VersionsPerPolicy) {
      const text =
        `A managed policy can have up to ${quotas.VersionsPerPolicy} versions. ` +
        'Before you create a new version, you must delete an existing version.';
      call.fault('LimitExceeded', text);
    }
    return {
      type: 'PolicyVersionCreated',
      data: { policyId, versionId: `v${nextVersion}`, document, setAsDefault },
    };
  },
  reply({ PolicyArn }, account, call) {
    const { policyId, versionIds, defaultVersionId } = existingPolicy(account, PolicyArn, call);
    const newest = account.policyVersions.byId(versionKey(policyId, versionIds.at(-1) as string));
    return { PolicyVersion: versionInList(newest as PolicyVersion, defaultVersionId) };
  },
});

export const GetPolicyVersion = query(iam.GetPolicyVersion, {
  async gather({ PolicyArn, VersionId }, from, call) {
    const policy = await policyNamed(from, PolicyArn, call);
    return { policy, version: policy && (await versionOf(from, policy, VersionId)) };
  },
  authorize: ({ PolicyArn }, { policy }, call) => askToRead(call, PolicyArn, policy),
  decide({ PolicyArn, VersionId }, { policy, version }, call) {
    if (!policy) return call.fault('NoSuchEntity', missingPolicy(PolicyArn));
    return { policy, version: version ?? call.fault('NoSuchEntity', missingVersion(PolicyArn, VersionId)) };
  },
  reply: ({ policy, version }) => ({ PolicyVersion: versionOnWire(version, policy.defaultVersionId) }),
});

const numberOf = (versionId: string): number => Number(versionId.slice(1));

/** Newest first. */
export const ListPolicyVersions = query(iam.ListPolicyVersions, {
  async gather(input, from, call) {
    const policy = await policyNamed(from, input.PolicyArn, call);
    const versionIds = [...(policy?.versionIds ?? [])].reverse();
    const before = ({ after, limit }: { after?: string; limit?: number }) =>
      (after === undefined ? versionIds : versionIds.filter((id) => numberOf(id) < numberOf(after))).slice(0, limit);
    const { rows, next } = await page(input, (id) => id, before);
    return { policy, versions: policy ? await listedVersions(from, policy, rows) : [], next };
  },
  authorize: ({ PolicyArn }, { policy }, call) => askToRead(call, PolicyArn, policy),
  decide: ({ PolicyArn }, { policy, ...listed }, call) => ({
    policy: policy ?? call.fault('NoSuchEntity', missingPolicy(PolicyArn)),
    ...listed,
  }),
  reply: ({ policy, versions, next }) => ({
    Versions: versions.map((version) => versionInList(version, policy.defaultVersionId)),
    ...pagedOnWire({ next }),
  }),
});

const has = ({ versionIds }: ManagedPolicy, versionId: string): boolean => versionIds.includes(versionId);

export const DeletePolicyVersion = directory.command(iam.DeletePolicyVersion, {
  authorize: changing,
  decide({ PolicyArn, VersionId: versionId }, account, call) {
    const policy = existingPolicy(account, PolicyArn, call);
    if (!has(policy, versionId)) call.fault('NoSuchEntity', missingVersion(PolicyArn, versionId));
    if (policy.defaultVersionId === versionId) {
      call.fault('DeleteConflict', 'Cannot delete the default version of a policy.');
    }
    return { type: 'PolicyVersionDeleted', data: { policyId: policy.policyId, versionId } };
  },
});

export const SetDefaultPolicyVersion = directory.command(iam.SetDefaultPolicyVersion, {
  authorize: changing,
  decide({ PolicyArn, VersionId: versionId }, account, call) {
    const policy = existingPolicy(account, PolicyArn, call);
    if (!has(policy, versionId)) call.fault('NoSuchEntity', missingVersion(PolicyArn, versionId));
    if (policy.defaultVersionId === versionId) return [];
    return { type: 'PolicyDefaultVersionSet', data: { policyId: policy.policyId, versionId } };
  },
});
