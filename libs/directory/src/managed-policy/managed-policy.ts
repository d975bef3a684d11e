import {
  type Event,
  type Evolve,
  exactCase,
  fold,
  readModel,
  type Tag,
  type Tagged,
  type TagEvent,
  tagEvents,
} from '@muniment/kernel';
import type { Directory } from '../directory.js';

/** A customer managed policy; its documents are rows of their own, since most reads want none of them. */
export interface ManagedPolicy extends Tagged {
  readonly policyId: string;
  readonly policyName: string;
  readonly path: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly description?: string;
  readonly defaultVersionId: string;
  /** Ids of the versions there are, oldest first. */
  readonly versionIds: readonly string[];
  /** Number of the next version: ids are never given twice (requirements-2 section 27). */
  readonly nextVersion: number;
}

export interface PolicyVersion {
  readonly policyId: string;
  readonly versionId: string;
  readonly document: string;
  readonly createdAt: string;
}

/** How often a managed policy, AWS's or the customer's, is attached in the account, and serves as a boundary. */
export interface PolicyUsage {
  readonly policyArn: string;
  readonly attachments: number;
  readonly boundaries: number;
}

export type ManagedPolicyEvent =
  | Event<
      'PolicyCreated',
      { policyId: string; policyName: string; path: string; description?: string; document: string; tags: Tag[] }
    >
  | Event<'PolicyDeleted', { policyId: string; policyArn: string }>
  | Event<'PolicyVersionCreated', { policyId: string; versionId: string; document: string; setAsDefault: boolean }>
  | Event<'PolicyVersionDeleted', { policyId: string; versionId: string }>
  | Event<'PolicyDefaultVersionSet', { policyId: string; versionId: string }>
  | TagEvent<'Policy'>;

/** Found by name: a customer policy's ARN says path and name, and names are unique whatever the path. */
export const managedPolicies = readModel<ManagedPolicy>('policies', {
  id: (policy) => policy.policyId,
  key: (policy) => fold(policy.policyName),
});

export const versionKey = (policyId: string, versionId: string): string => `${policyId}:${versionId}`;

export const policyVersions = readModel<PolicyVersion>('policy-versions', {
  id: (version) => versionKey(version.policyId, version.versionId),
});

export const policyUsage = readModel<PolicyUsage>('policy-usage', { id: (usage) => usage.policyArn });

const count = (account: Directory, policyArn: string, member: 'attachments' | 'boundaries', by: 1 | -1): void => {
  const usage = account.policyUsage.byId(policyArn) ?? { policyArn, attachments: 0, boundaries: 0 };
  account.policyUsage.set({ ...usage, [member]: usage[member] + by });
};

export const countAttachment = (account: Directory, policyArn: string, by: 1 | -1): void =>
  count(account, policyArn, 'attachments', by);

export const countBoundary = (account: Directory, policyArn: string, by: 1 | -1): void =>
  count(account, policyArn, 'boundaries', by);

export const managedPolicyEvents: Evolve<Directory, ManagedPolicyEvent> = {
  PolicyCreated(account, { document, ...policy }, { at }) {
    const versionId = 'v1';
    const first = {
      createdAt: at,
      updatedAt: at,
      defaultVersionId: versionId,
      versionIds: [versionId],
      nextVersion: 2,
    };
    account.policies.set({ ...policy, ...first });
    account.policyVersions.set({ policyId: policy.policyId, versionId, document, createdAt: at });
  },
  PolicyDeleted(account, { policyId, policyArn }) {
    for (const versionId of account.policies.byId(policyId)?.versionIds ?? []) {
      account.policyVersions.remove(versionKey(policyId, versionId));
    }
    account.policies.remove(policyId);
    account.policyUsage.remove(policyArn);
  },
  PolicyVersionCreated(account, { policyId, versionId, document, setAsDefault }, { at }) {
    account.policyVersions.set({ policyId, versionId, document, createdAt: at });
    account.policies.update(policyId, (policy) => ({
      ...policy,
      updatedAt: at,
      versionIds: [...policy.versionIds, versionId],
      nextVersion: policy.nextVersion + 1,
      defaultVersionId: setAsDefault ? versionId : policy.defaultVersionId,
    }));
  },
  PolicyVersionDeleted(account, { policyId, versionId }, { at }) {
    account.policyVersions.remove(versionKey(policyId, versionId));
    account.policies.update(policyId, (policy) => ({
      ...policy,
      updatedAt: at,
      versionIds: policy.versionIds.filter((id) => id !== versionId),
    }));
  },
  PolicyDefaultVersionSet: (account, { policyId, versionId }, { at }) =>
    account.policies.update(policyId, { defaultVersionId: versionId, updatedAt: at }),
  ...tagEvents('Policy', (account: Directory) => account.policies, exactCase),
};
