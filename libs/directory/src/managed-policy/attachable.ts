import { awsManagedPolicy } from '@muniment/aws-managed-policies';
import { type Call, fold, policyName } from '@muniment/kernel';
import { arn } from '../arn.js';
import type { Directory } from '../directory.js';
import type { ManagedPolicy } from './managed-policy.js';

export const isAwsManaged = (policyArn: string): boolean => /^arn:[^:]+:iam::aws:/.test(policyArn);

/** Refuses texts that are no ARN, and ARNs of anything but a managed policy. */
export function checkPolicyArn(policyArn: string, call: Call): void {
  if (/^arn:[^:]+:iam::(\d{12}|aws):policy\/./.test(policyArn)) return;
  const code = /^arn:[^:]+:[^:]+:[^:]*:[^:]*:./.test(policyArn) ? 'InvalidInput' : 'ValidationError';
  call.fault(code as never, `ARN ${policyArn} is not valid.`);
}

/** Whether an ARN, path and all, is a policy's own in the call's account. */
export const isNamed = ({ path, policyName: name }: ManagedPolicy, policyArn: string, call: Call): boolean =>
  arn.policy(call, path, name) === policyArn;

/** The customer managed policy of this ARN in a state. */
export function customerManaged(account: Directory, policyArn: string, call: Call): ManagedPolicy | undefined {
  const policy = account.policies.keyed(fold(policyName(policyArn)));
  return policy && isNamed(policy, policyArn, call) ? policy : undefined;
}

/** Policies here are for the roles that services make for themselves (requirements-3 section 2). */
const serviceLinked = '/aws-service-role/';

/** Refuses ARNs of policies that are not there or not for entities of customers, as attaching does. */
export const attachableTo =
  (noun: 'User' | 'Group' | 'Role') =>
  (account: Directory, policyArn: string, call: Call): void => {
    checkPolicyArn(policyArn, call);
    const aws = awsManagedPolicy(policyArn);
    if (aws?.path === serviceLinked) {
      call.fault('PolicyNotAttachable' as never, `Cannot attach a Service Role Policy to a Customer ${noun}.`);
    }
    if (aws || customerManaged(account, policyArn, call)) return;
    call.fault('NoSuchEntity' as never, `Policy ${policyArn} does not exist or is not attachable.`);
  };
