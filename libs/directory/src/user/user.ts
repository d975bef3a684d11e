import {
  type Attachable,
  type AttachmentEvent,
  anyCase,
  attachmentEvents,
  type Bounded,
  type BoundaryEvent,
  boundaryEvents,
  type Event,
  type Evolve,
  fold,
  type InlinePolicyEvent,
  inlinePolicyEvents,
  readModel,
  type Tag,
  type Tagged,
  type TagEvent,
  tagEvents,
  type WithInlinePolicies,
} from '@muniment/kernel';
import type { Directory } from '../directory.js';
import { countAttachment, countBoundary } from '../managed-policy/managed-policy.js';

export interface User extends Tagged, Attachable, Bounded, WithInlinePolicies {
  readonly userId: string;
  readonly userName: string;
  readonly path: string;
  readonly createdAt: string;
  /** Ids of the groups that the user is in. */
  readonly groups: readonly string[];
}

export type UserEvent =
  | Event<'UserCreated', { userId: string; userName: string; path: string; boundary?: string; tags: Tag[] }>
  | Event<'UserRenamed', { userId: string; userName: string; path: string }>
  | Event<'UserDeleted', { userId: string }>
  | Event<'UserJoinedGroup', { userId: string; groupId: string }>
  | Event<'UserLeftGroup', { userId: string; groupId: string }>
  | TagEvent<'User'>
  | AttachmentEvent<'User'>
  | BoundaryEvent<'User'>
  | InlinePolicyEvent<'User'>;

/** The row that GetUser and ListUsers read; rebuilt from events at any time. */
export const users = readModel<User>('users', {
  id: (user) => user.userId,
  key: (user) => fold(user.userName),
  anywhere: true,
  indexes: {
    group: (user) => user.groups,
    policy: (user) => user.attached,
    boundary: (user) => (user.boundary === undefined ? [] : [user.boundary]),
  },
});

const table = (account: Directory) => account.users;

/** Complete by type: a forgotten event does not compile. Changes the account in place. */
export const userEvents: Evolve<Directory, UserEvent> = {
  UserCreated(account, user, { at }) {
    account.users.set({ ...user, createdAt: at, groups: [], attached: [], inline: {} });
    if (user.boundary !== undefined) countBoundary(account, user.boundary, 1);
  },
  UserRenamed: (account, { userId, userName, path }) => account.users.update(userId, { userName, path }),
  UserDeleted(account, { userId }) {
    const boundary = account.users.byId(userId)?.boundary;
    if (boundary !== undefined) countBoundary(account, boundary, -1);
    account.users.remove(userId);
  },
  UserJoinedGroup: (account, { userId, groupId }) =>
    account.users.update(userId, (user) => ({ ...user, groups: [...user.groups, groupId] })),
  UserLeftGroup: (account, { userId, groupId }) =>
    account.users.update(userId, (user) => ({ ...user, groups: user.groups.filter((id) => id !== groupId) })),
  ...tagEvents('User', table, anyCase),
  ...attachmentEvents('User', table, countAttachment),
  ...boundaryEvents('User', table, countBoundary),
  ...inlinePolicyEvents('User', table),
};
