import { isAwsManaged } from '@muniment/directory/contract';
import { policyName } from '@muniment/kernel';

/** What the id of a compiled policy says: how it came into the simulation, and what it is called. */
export type PolicyName =
  /** With the request. */
  | { readonly from: 'input'; readonly name: string }
  | { readonly from: 'aws-managed' | 'user-managed'; readonly name: string; readonly arn: string }
  | { readonly from: 'inline'; readonly name: string; readonly group?: string };

/** No name of a policy begins so: what comes with a request is never taken for what is stored. */
const given = '/';

/** Id of a policy that came with the request: `PolicyInputList.1`. */
export const idOfInput = (name: string): string => `${given}${name}`;

export function readPolicyName(id: string): PolicyName {
  if (id.startsWith(given)) return { from: 'input', name: id.slice(given.length) };
  if (id.startsWith('arn:')) {
    return { from: isAwsManaged(id) ? 'aws-managed' : 'user-managed', name: policyName(id), arn: id };
  }
  const [prefix, group, name] = id.split('/');
  return prefix === 'group' && group !== undefined && name !== undefined
    ? { from: 'inline', name, group }
    : { from: 'inline', name: id };
}
