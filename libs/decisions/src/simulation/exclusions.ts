import type { iam } from '@muniment/aws-model';
import { type Call, fold } from '@muniment/kernel';
import type { Entity } from './who.js';
import { type PolicyName, readPolicyName } from './policy-name.js';

/** What a simulation leaves out. */
export interface Exclusions {
  /** Of the policies that are stored with the source and its groups. */
  readonly excludes: (id: string) => boolean;
  readonly boundary: boolean;
  readonly scps: boolean;
}

type Matches = (name: PolicyName) => boolean;

const sameText = (pattern: string, text: string): boolean =>
  pattern.length === text.length && [...pattern].every((char, at) => char === '?' || char === text[at]);

/** `*` once at most, `?` for any one character. */
function matchesOneStar(pattern: string, text: string): boolean {
  const [head = '', tail] = pattern.split('*');
  if (tail === undefined) return sameText(head, text);
  if (head.length + tail.length > text.length) return false;
  return sameText(head, text.slice(0, head.length)) && sameText(tail, text.slice(text.length - tail.length));
}

/** A policy's ARN as it is without its path; AWS takes either. */
const withoutPath = (arn: string): string => arn.replace(/:policy\/.*\//, ':policy/');

function ofArn(pattern: string): Matches {
  return (name) => 'arn' in name && [name.arn, withoutPath(name.arn)].some((arn) => matchesOneStar(pattern, arn));
}

/** Inline policies of the source itself have no owner in their names. */
function ofInline(
  { PolicyName, AttachmentType, AttachmentName }: iam.InlinePolicyIdentifierType,
  source: Entity,
): Matches {
  return (name) => {
    if (name.from !== 'inline' || fold(name.name) !== fold(PolicyName)) return false;
    const kind = name.group === undefined ? source.kind : 'group';
    return kind === AttachmentType && fold(name.group ?? source.name) === fold(AttachmentName);
  };
}

function matcherOf(
  { PolicyType, PolicyArn, InlinePolicyIdentifier: inline }: iam.PolicyIdentifier,
  source: Entity,
  call: Call<'InvalidInput'>,
): Matches {
  if (PolicyArn !== undefined && PolicyArn.split('*').length > 2) {
    return call.fault('InvalidInput', `\`${PolicyArn}\` may have one \`*\` at most`);
  }
  if (PolicyArn !== undefined) return ofArn(PolicyArn);
  return inline ? ofInline(inline, source) : ({ from }) => from === PolicyType;
}

/** What `PolicyExclusionList` says; policies that come with the request are never left out. */
export function readExclusions(
  list: readonly iam.PolicyIdentifier[] = [],
  source: Entity,
  call: Call<'InvalidInput'>,
): Exclusions {
  const matchers = list.map((identifier) => matcherOf(identifier, source, call));
  const types = new Set(list.map(({ PolicyType }) => PolicyType));
  return {
    excludes: (id) => matchers.some((matches) => matches(readPolicyName(id))),
    boundary: types.has('permission-boundary'),
    scps: types.has('scp'),
  };
}
