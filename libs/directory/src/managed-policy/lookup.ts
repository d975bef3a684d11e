import { fold, policyName, type Sources } from '@muniment/kernel';
import { awsManaged } from './attachable.js';
import { managedPolicies, type ManagedPolicy, policyVersions, versionKey } from './managed-policy.js';

type From = Pick<Sources, 'find' | 'findById'>;

/** The stored customer managed policy of an ARN, in whatever partition; the account has to be its own. */
export async function storedPolicy(from: From, policyArn: string, account: string): Promise<ManagedPolicy | undefined> {
  const policy = await from.find(managedPolicies, fold(policyName(policyArn)), account);
  const ends = policy && `:iam::${account}:policy${policy.path}${policy.policyName}`;
  return ends !== undefined && policyArn.endsWith(ends) ? policy : undefined;
}

/** The document that is in force for a managed policy, AWS's or the account's own; undefined when there is none. */
export async function managedDocument(from: From, policyArn: string, account: string): Promise<string | undefined> {
  const aws = awsManaged(policyArn);
  if (aws) return aws.document;
  const policy = await storedPolicy(from, policyArn, account);
  if (!policy) return undefined;
  const version = await from.findById(policyVersions, versionKey(policy.policyId, policy.defaultVersionId), account);
  return version?.document;
}
