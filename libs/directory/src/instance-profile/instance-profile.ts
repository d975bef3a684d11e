import {
  type Event,
  type Evolve,
  exactCase,
  fold,
  readModel,
  type Tag,
  type Tagged,
  type TagEvent,
  tagEvents,
} from '@muniment/kernel';
import type { Directory } from '../directory.js';

export interface InstanceProfile extends Tagged {
  readonly instanceProfileId: string;
  readonly instanceProfileName: string;
  readonly path: string;
  readonly createdAt: string;
  /** Id of the one role it can hold. */
  readonly roleId?: string;
}

export type InstanceProfileEvent =
  | Event<
      'InstanceProfileCreated',
      { instanceProfileId: string; instanceProfileName: string; path: string; tags: Tag[] }
    >
  | Event<'InstanceProfileDeleted', { instanceProfileId: string }>
  | Event<'InstanceProfileRoleAdded', { instanceProfileId: string; roleId: string }>
  | Event<'InstanceProfileRoleRemoved', { instanceProfileId: string; roleId: string }>
  | TagEvent<'InstanceProfile'>;

export const instanceProfiles = readModel<InstanceProfile>('instance-profiles', {
  id: (profile) => profile.instanceProfileId,
  key: (profile) => fold(profile.instanceProfileName),
  indexes: { role: (profile) => (profile.roleId === undefined ? [] : [profile.roleId]) },
});

export const instanceProfileEvents: Evolve<Directory, InstanceProfileEvent> = {
  InstanceProfileCreated: (account, profile, { at }) => account.instanceProfiles.set({ ...profile, createdAt: at }),
  InstanceProfileDeleted: (account, { instanceProfileId }) => account.instanceProfiles.remove(instanceProfileId),
  InstanceProfileRoleAdded: (account, { instanceProfileId, roleId }) =>
    account.instanceProfiles.update(instanceProfileId, { roleId }),
  InstanceProfileRoleRemoved: (account, { instanceProfileId }) =>
    account.instanceProfiles.update(instanceProfileId, ({ roleId: _, ...profile }) => profile),
  ...tagEvents('InstanceProfile', (account: Directory) => account.instanceProfiles, exactCase),
};
