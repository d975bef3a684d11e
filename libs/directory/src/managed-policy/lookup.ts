import { type AwsManagedPolicy, awsManagedPolicies, awsManagedPolicy } from '@muniment/aws-managed-policies';
import { type Call, fold, policyName, type Sources, type Tag } from '@muniment/kernel';
import { arn } from '../arn.js';
import { isNamed } from './attachable.js';
import {
  type ManagedPolicy,
  managedPolicies,
  type PolicyUsage,
  type PolicyVersion,
  policyUsage,
  policyVersions,
  versionKey,
} from './managed-policy.js';

type From = Pick<Sources, 'find' | 'findById'>;

/** A managed policy as reads see it: the account's own or AWS's. */
export interface AnyPolicy
  extends Pick<
    ManagedPolicy,
    'policyId' | 'policyName' | 'path' | 'createdAt' | 'updatedAt' | 'description' | 'defaultVersionId' | 'versionIds'
  > {
  readonly policyArn: string;
  readonly tags: readonly Tag[];
  readonly aws?: AwsManagedPolicy;
}

export const ofCustomer = (row: ManagedPolicy, call: Call): AnyPolicy => ({
  ...row,
  policyArn: arn.policy(call, row.path, row.policyName),
});

/** There are many of them, and a list shows few: what has to be decoded is not decoded before it is wanted. */
const ofAws = (aws: AwsManagedPolicy, { partition }: Call): AnyPolicy => ({
  policyName: aws.name,
  path: aws.path,
  get policyId() {
    return aws.policyId;
  },
  get createdAt() {
    return aws.createdAt;
  },
  get updatedAt() {
    return aws.updatedAt;
  },
  get defaultVersionId() {
    return aws.defaultVersionId;
  },
  get versionIds() {
    return aws.versions.map(({ versionId }) => versionId);
  },
  policyArn: arn.policy({ account: 'aws', partition }, aws.path, aws.name),
  tags: [],
  aws,
});

/** Names are unique on each side, so they order the account's own policies and AWS's alike. */
export const policyKey = ({ policyName: name }: Pick<AnyPolicy, 'policyName'>): string => fold(name);

/** AWS's policies in the order of their keys, which is that of the package. */
export const allOfAws = (call: Call): AnyPolicy[] => awsManagedPolicies().map((aws) => ofAws(aws, call));

/** The policy of this ARN, path and all; of other accounts nothing is known. */
export async function policyNamed(from: From, policyArn: string, call: Call): Promise<AnyPolicy | undefined> {
  const aws = awsManagedPolicy(policyArn);
  if (aws) return ofAws(aws, call);
  const row = await from.find(managedPolicies, fold(policyName(policyArn)));
  return row && isNamed(row, policyArn, call) ? ofCustomer(row, call) : undefined;
}

/** A version that the policy has. */
export async function versionOf(from: From, policy: AnyPolicy, versionId: string): Promise<PolicyVersion | undefined> {
  const { aws, policyId } = policy;
  if (!aws) return from.findById(policyVersions, versionKey(policyId, versionId));
  const version = aws.versions.find((each) => each.versionId === versionId);
  const document = await aws.documentOf(versionId);
  return version && document !== undefined
    ? { policyId, versionId, document, createdAt: version.createdAt }
    : undefined;
}

/** What lists show of a version. */
export type ListedVersion = Pick<PolicyVersion, 'versionId' | 'createdAt'>;

/** Those versions of a policy, without the documents, of which AWS's policies may have hundreds. */
export async function listedVersions(
  from: From,
  { aws, policyId }: AnyPolicy,
  versionIds: readonly string[],
): Promise<ListedVersion[]> {
  const known = new Map(aws?.versions.map((version) => [version.versionId, version]));
  const find = async (versionId: string): Promise<ListedVersion | undefined> =>
    aws ? known.get(versionId) : from.findById(policyVersions, versionKey(policyId, versionId));
  return (await Promise.all(versionIds.map(find))).filter((version) => version !== undefined);
}

const unused = (policyArn: string): PolicyUsage => ({ policyArn, attachments: 0, boundaries: 0 });

export const usageOf = async (from: From, policyArn: string): Promise<PolicyUsage> =>
  (await from.findById(policyUsage, policyArn)) ?? unused(policyArn);

/** The usage of all policies of the account at once. */
export async function usageOfAll(from: Pick<Sources, 'list'>): Promise<(policyArn: string) => PolicyUsage> {
  const usage = new Map((await from.list(policyUsage)).map((each) => [each.policyArn, each]));
  return (policyArn) => usage.get(policyArn) ?? unused(policyArn);
}

/**
 * The document in force for a managed policy, AWS's or the account's own, in whatever partition; undefined when there
 * is none.
 */
export async function managedDocument(from: From, policyArn: string, account: string): Promise<string | undefined> {
  const aws = awsManagedPolicy(policyArn);
  if (aws) return aws.document;
  const policy = await from.find(managedPolicies, fold(policyName(policyArn)), account);
  if (!policy || !policyArn.endsWith(`:iam::${account}:policy${policy.path}${policy.policyName}`)) return undefined;
  const version = await from.findById(policyVersions, versionKey(policy.policyId, policy.defaultVersionId), account);
  return version?.document;
}
