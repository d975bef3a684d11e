import { type Call, fold, policyName, type Sources, type Tag } from '@muniment/kernel';
import { arn } from '../arn.js';
import { awsManaged, isNamed } from './attachable.js';
import { type AwsManagedPolicy, awsManagedPolicies } from './aws-managed.gen.js';
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
  /** Of AWS's policies only the version in force is known. */
  readonly aws?: AwsManagedPolicy;
}

export const ofCustomer = (row: ManagedPolicy, call: Call): AnyPolicy => ({
  ...row,
  policyArn: arn.policy(call, row.path, row.policyName),
});

const ofAws = (aws: AwsManagedPolicy, { partition }: Call): AnyPolicy => ({
  policyId: aws.policyId,
  policyName: aws.name,
  path: aws.path,
  createdAt: aws.createdAt,
  updatedAt: aws.updatedAt,
  defaultVersionId: aws.defaultVersionId,
  versionIds: [aws.defaultVersionId],
  policyArn: arn.policy({ account: 'aws', partition }, aws.path, aws.name),
  tags: [],
  aws,
});

/** Names are unique on each side, so they order the account's own policies and AWS's alike. */
export const policyKey = ({ policyName: name }: Pick<AnyPolicy, 'policyName'>): string => fold(name);

/** AWS's policies in the order of their keys. */
export const allOfAws = (call: Call): AnyPolicy[] =>
  awsManagedPolicies.map((aws) => ofAws(aws, call)).sort((a, b) => (policyKey(a) < policyKey(b) ? -1 : 1));

/** The policy of this ARN, path and all; of other accounts nothing is known. */
export async function policyNamed(from: From, policyArn: string, call: Call): Promise<AnyPolicy | undefined> {
  const aws = awsManaged(policyArn);
  if (aws) return ofAws(aws, call);
  const row = await from.find(managedPolicies, fold(policyName(policyArn)));
  return row && isNamed(row, policyArn, call) ? ofCustomer(row, call) : undefined;
}

/** A version that the policy has. */
export async function versionOf(from: From, policy: AnyPolicy, versionId: string): Promise<PolicyVersion | undefined> {
  const { aws, policyId } = policy;
  if (!aws) return from.findById(policyVersions, versionKey(policyId, versionId));
  if (versionId !== aws.defaultVersionId) return undefined;
  return { policyId, versionId, document: aws.document, createdAt: aws.updatedAt };
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
  const aws = awsManaged(policyArn);
  if (aws) return aws.document;
  const policy = await from.find(managedPolicies, fold(policyName(policyArn)), account);
  if (!policy || !policyArn.endsWith(`:iam::${account}:policy${policy.path}${policy.policyName}`)) return undefined;
  const version = await from.findById(policyVersions, versionKey(policy.policyId, policy.defaultVersionId), account);
  return version?.document;
}
