import type { Ask, Call, ContextValue, Sources, Tag } from '@muniment/kernel';
import { everybody, type Platform } from '../platform/platform.js';
import { type Member, members, type Organization, type OrganizationalUnit, organizations } from './organization.js';
import { targetArn } from './organization-arn.js';

/** All organizations stand in the platform's one stream. */
export const inPlatform = () => everybody;

/** IAM counts 100 items to a page, Organizations 20. */
const pageSize = 20;

/** The page that an input asks for, as the kernel spells it. */
export const asked = ({ NextToken, MaxResults }: { readonly NextToken?: string; readonly MaxResults?: number }) => ({
  ...(NextToken === undefined ? {} : { Marker: NextToken }),
  MaxItems: MaxResults ?? pageSize,
});

/** Ids in the form of AWS: a prefix and so many lower-case letters and digits. */
export const drawId = (call: Call, prefix: string, length: number): string =>
  prefix + call.id('').slice(-length).toLowerCase();

/** The organization that the caller's account is in. */
export function organizationIn(platform: Platform, { account }: Call): Organization | undefined {
  const member = platform.members.byId(account);
  return member && platform.organizations.byId(member.organizationId);
}

export async function organizationFrom(from: Sources, { account }: Call): Promise<Organization | undefined> {
  const member = await from.findById(members, account, everybody);
  return member && from.findById(organizations, member.organizationId, everybody);
}

/** The caller's organization, or AWS's refusal. */
export const asMember = (organization: Organization | undefined, call: Call): Organization =>
  organization ??
  call.fault('AWSOrganizationsNotInUseException' as never, 'Your account is not a member of an organization.');

/** Only the management account manages; to all others the organization's things do not show. */
export function asManager(organization: Organization | undefined, call: Call): Organization {
  const there = asMember(organization, call);
  if (there.managementAccount !== call.account) {
    call.fault('AccessDeniedException' as never, "You don't have permissions to access this resource.");
  }
  return there;
}

/**
 * Asked of the caller's own policies: whether the account may ask at all does not depend on them. Without a resource
 * where there is no organization that could have one.
 */
export const ask = (
  call: Call,
  resource: string | undefined,
  context?: Readonly<Record<string, ContextValue | undefined>>,
): Ask => ({ resource: resource ?? '*', account: call.account, ...(context && { context }) });

/** The question about a root, a unit or an account. */
export const askOn = (call: Call, organization: Organization | undefined, id: string, tags: readonly Tag[] = []): Ask =>
  ask(call, organization && targetArn(call, organization, id), tagsOn(tags));

export const tagsOn = (tags: readonly Tag[] = []): Record<string, ContextValue> =>
  Object.fromEntries(tags.map(({ Key, Value }) => [`aws:ResourceTag/${Key}`, Value]));

/** The unit of this id, if it is in the organization. */
export function unitIn(platform: Platform, organization: Organization, id: string): OrganizationalUnit | undefined {
  const unit = platform.units.byId(id);
  return unit?.organizationId === organization.organizationId ? unit : undefined;
}

/** The account of this id, if it is in the organization. */
export function memberIn(platform: Platform, organization: Organization, id: string): Member | undefined {
  const member = platform.members.byId(id);
  return member?.organizationId === organization.organizationId ? member : undefined;
}

/** A row, if it is of the organization. */
export const within = <Row extends { readonly organizationId: string }>(
  row: Row | undefined,
  organization: Organization | undefined,
): Row | undefined => (row && row.organizationId === organization?.organizationId ? row : undefined);

/** Refuses tags that are there twice, reserved, or too many. */
export function checkedTags(tags: readonly Tag[] = [], old: readonly Tag[] = [], call: Call): Tag[] {
  const keys = new Set(tags.map(({ Key }) => Key));
  const refuse = (Reason: string, text: string) => call.fault('InvalidInputException' as never, text, { Reason });
  if (keys.size < tags.length)
    refuse('DUPLICATE_TAG_KEY', 'Tag keys must be unique among the tags attached to the same entity.');
  if (tags.some(({ Key }) => /^aws:/i.test(Key)))
    refuse('INVALID_SYSTEM_TAGS_PARAMETER', 'Tag keys cannot begin with aws:, which is reserved.');
  const kept = old.filter(({ Key }) => !keys.has(Key)).length;
  if (kept + tags.length > 50) {
    call.fault(
      'ConstraintViolationException' as never,
      'You have exceeded the number of tags allowed on this resource.',
      { Reason: 'MAX_TAG_LIMIT_EXCEEDED' },
    );
  }
  return tags.map(({ Key, Value }) => ({ Key, Value }));
}
