import { type Ask, type Asks, requestTags, type Tag } from '@muniment/kernel';

/**
 * Creating something with tags needs the permission to tag it as well, as tagging it later does: AWS refuses
 * `CreateRole` with tags by naming `iam:TagRole`.
 */
export function creatingWithTags(ask: Ask, tagAction: string, tags: readonly Tag[] = []): Asks {
  const asked = { ...ask, context: { ...ask.context, ...requestTags(tags) } };
  return tags.length === 0 ? asked : [asked, { ...asked, action: tagAction }];
}
