import { type Ask, type Asks, type ContextValue, requestTags, type Tag } from '@muniment/kernel';

/** The new thing counts as having its tags already (requirements-4 section 9, `aws:ResourceTag`). */
const asTagged = (tags: readonly Tag[]): Record<string, ContextValue> =>
  Object.fromEntries(tags.map(({ Key, Value }) => [`aws:ResourceTag/${Key}`, Value]));

/**
 * Creating something with tags needs the permission to tag it as well, as tagging it later does: AWS refuses
 * `CreateRole` with tags by naming `iam:TagRole`.
 */
export function creatingWithTags(ask: Ask, tagAction: string, tags: readonly Tag[] = []): Asks {
  const asked = { ...ask, context: { ...ask.context, ...requestTags(tags), ...asTagged(tags) } };
  return tags.length === 0 ? asked : [asked, { ...asked, action: tagAction }];
}
