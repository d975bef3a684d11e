import type { sts } from '@muniment/aws-model';
import { managedDocument } from '@muniment/directory/contract';
import type { Call, Session, Sources } from '@muniment/kernel';
import { readPolicy } from '@muniment/policy';

/** What a request says of policies that narrow the session. */
export interface PolicyInput {
  readonly Policy?: string;
  readonly PolicyArns?: readonly sts.PolicyDescriptorType[];
}

const managedPerSession = 10;
/** Inline policy and ARNs together, as they were sent (requirements-4 section 2.2). */
const plaintextCharacters = 2048;

/** ARNs of managed policies that are passed; refuses more of them than there may be. */
export function policyArns({ PolicyArns = [] }: PolicyInput, call: Call): string[] {
  if (PolicyArns.length > managedPerSession) {
    call.fault('ValidationError', `The number of managed session policies exceeds the limit of ${managedPerSession}.`);
  }
  return PolicyArns.map(({ arn }) => arn ?? call.fault('ValidationError', 'A managed session policy has no arn.'));
}

/** The first ARN that is neither one of AWS's policies nor one of the role's account. */
export async function missingPolicy(
  arns: readonly string[],
  account: string,
  from: Sources,
): Promise<string | undefined> {
  for (const arn of arns) {
    if ((await managedDocument(from, arn, account)) === undefined) return arn;
  }
  return undefined;
}

/** AWS's text for session policies that take more room than they may. */
export const policyTooLarge = (percent: number): string =>
  `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`;

/** AWS's text for session tags that take more room than they may. */
export const tagsTooLarge = (percent: number): string =>
  `Packed size of session tags consumes ${percent}% of allotted space.`;

/** The policies a session carries; refuses what is too long or no policy. */
export function sessionPolicies(
  { Policy }: PolicyInput,
  arns: readonly string[],
  call: Call,
): Pick<Session, 'policy' | 'policyArns'> {
  const length = [Policy ?? '', ...arns].reduce((sum, text) => sum + text.length, 0);
  if (length > plaintextCharacters) {
    call.fault('PackedPolicyTooLarge' as never, policyTooLarge(Math.ceil((length * 100) / plaintextCharacters)));
  }
  if (Policy !== undefined) {
    const reading = readPolicy(Policy, 'session', { partition: call.partition });
    if (!reading.ok) call.fault('MalformedPolicyDocument' as never, reading.error.message);
  }
  return {
    ...(Policy === undefined ? {} : { policy: compact(Policy) }),
    ...(arns.length === 0 ? {} : { policyArns: arns }),
  };
}

/** Leaves out the white space between the tokens of a JSON text; the texts in it stay as they are. */
const compact = (json: string): string =>
  json.replace(/"(?:[^"\\]|\\.)*"|\s+/g, (part) => (part.startsWith('"') ? part : ''));
