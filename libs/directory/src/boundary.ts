import { awsManagedPolicy } from '@muniment/aws-managed-policies';
import { type Call, Fault } from '@muniment/kernel';
import type { Directory } from './directory.js';
import { customerManaged } from './managed-policy/attachable.js';

/** Refuses a permissions boundary that is not there; AWS says so by 404 also where the model declares no such error. */
export function usableAsBoundary(account: Directory, policyArn: string, call: Call): void {
  if (awsManagedPolicy(policyArn) || customerManaged(account, policyArn, call)) return;
  throw new Fault('NoSuchEntity', `Scope ARN: ${policyArn} does not exist or is not attachable.`, 404);
}
