import type { Event, Evolve, Table, Tag, Tagged } from '@muniment/kernel';
import type { Platform } from '../platform/platform.js';

export type ResourceTagEvent =
  | Event<'OrganizationResourceTagged', { resourceId: string; tags: Tag[] }>
  | Event<'OrganizationResourceUntagged', { resourceId: string; keys: string[] }>;

/** What can have tags: a root, a unit, an account, a policy. Their ids do not meet. */
type Tables = Pick<Platform, 'units' | 'members' | 'organizationPolicies'>;

function onResource(
  { units, members, organizationPolicies }: Tables,
  id: string,
  change: (tags: readonly Tag[]) => Tag[],
) {
  for (const table of [units, members, organizationPolicies] as unknown as Table<Tagged>[]) {
    if (table.byId(id)) table.update(id, (row) => ({ ...row, tags: change(row.tags) }));
  }
}

export const resourceTagEvents: Evolve<Platform, ResourceTagEvent> = {
  OrganizationResourceTagged: (platform, { resourceId, tags }) =>
    onResource(platform, resourceId, (old) => {
      const fresh = new Set(tags.map(({ Key }) => Key));
      return [...old.filter(({ Key }) => !fresh.has(Key)), ...tags];
    }),
  OrganizationResourceUntagged: (platform, { resourceId, keys }) =>
    onResource(platform, resourceId, (old) => old.filter(({ Key }) => !keys.includes(Key))),
};
