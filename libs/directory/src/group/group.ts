import {
  type Attachable,
  type AttachmentEvent,
  attachmentEvents,
  type Event,
  type Evolve,
  fold,
  type InlinePolicyEvent,
  inlinePolicyEvents,
  readModel,
  type WithInlinePolicies,
} from '@muniment/kernel';
import type { Directory } from '../directory.js';
import { countAttachment } from '../managed-policy/managed-policy.js';

/** Members are filed with the users: a user knows its groups. */
export interface Group extends Attachable, WithInlinePolicies {
  readonly groupId: string;
  readonly groupName: string;
  readonly path: string;
  readonly createdAt: string;
}

export type GroupEvent =
  | Event<'GroupCreated', { groupId: string; groupName: string; path: string }>
  | Event<'GroupRenamed', { groupId: string; groupName: string; path: string }>
  | Event<'GroupDeleted', { groupId: string }>
  | AttachmentEvent<'Group'>
  | InlinePolicyEvent<'Group'>;

export const groups = readModel<Group>('groups', {
  id: (group) => group.groupId,
  key: (group) => fold(group.groupName),
  indexes: { policy: (group) => group.attached },
});

const table = (account: Directory) => account.groups;

export const groupEvents: Evolve<Directory, GroupEvent> = {
  GroupCreated: (account, group, { at }) => account.groups.set({ ...group, createdAt: at, attached: [], inline: {} }),
  GroupRenamed: (account, { groupId, groupName, path }) => account.groups.update(groupId, { groupName, path }),
  GroupDeleted: (account, { groupId }) => account.groups.remove(groupId),
  ...attachmentEvents('Group', table, countAttachment),
  ...inlinePolicyEvents('Group', table),
};
