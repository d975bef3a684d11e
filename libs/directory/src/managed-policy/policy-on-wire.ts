import type { iam } from '@muniment/aws-model';
import { encodeDocument } from '@muniment/kernel';
import type { AnyPolicy, ListedVersion } from './lookup.js';
import type { PolicyUsage, PolicyVersion } from './managed-policy.js';

/** Lists leave tags and description out, single reads have them. */
export const policyInList = (policy: AnyPolicy, { attachments, boundaries }: PolicyUsage): iam.Policy => ({
  PolicyName: policy.policyName,
  PolicyId: policy.policyId,
  Arn: policy.policyArn,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersionId,
  AttachmentCount: attachments,
  PermissionsBoundaryUsageCount: boundaries,
  IsAttachable: true,
  CreateDate: new Date(policy.createdAt),
  UpdateDate: new Date(policy.updatedAt),
});

export const policyOnWire = (policy: AnyPolicy, usage: PolicyUsage): iam.Policy => ({
  ...policyInList(policy, usage),
  ...(policy.description === undefined ? {} : { Description: policy.description }),
  Tags: [...policy.tags],
});

/** Only single reads of a version show its document. */
export const versionInList = (version: ListedVersion, defaultVersionId: string): iam.PolicyVersion => ({
  VersionId: version.versionId,
  IsDefaultVersion: version.versionId === defaultVersionId,
  CreateDate: new Date(version.createdAt),
});

export const versionOnWire = (version: PolicyVersion, defaultVersionId: string): iam.PolicyVersion => ({
  Document: encodeDocument(version.document),
  ...versionInList(version, defaultVersionId),
});
