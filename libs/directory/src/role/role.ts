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

export interface Role extends Tagged, Attachable, Bounded, WithInlinePolicies {
  readonly roleId: string;
  readonly roleName: string;
  readonly path: string;
  readonly createdAt: string;
  /** The trust policy; users and roles in it by unique id (`trust.ts`). */
  readonly trust: string;
  readonly description?: string;
  readonly maxSessionSeconds: number;
}

type Created = {
  roleId: string;
  roleName: string;
  path: string;
  trust: string;
  description?: string;
  maxSessionSeconds: number;
  boundary?: string;
  tags: Tag[];
};

export type RoleEvent =
  | Event<'RoleCreated', Created>
  | Event<'RoleUpdated', { roleId: string; description?: string; maxSessionSeconds?: number }>
  | Event<'RoleTrustChanged', { roleId: string; trust: string }>
  | Event<'RoleDeleted', { roleId: string }>
  | TagEvent<'Role'>
  | AttachmentEvent<'Role'>
  | BoundaryEvent<'Role'>
  | InlinePolicyEvent<'Role'>;

export const roles = readModel<Role>('roles', {
  id: (role) => role.roleId,
  key: (role) => fold(role.roleName),
  anywhere: true,
  indexes: {
    policy: (role) => role.attached,
    boundary: (role) => (role.boundary === undefined ? [] : [role.boundary]),
  },
});

const table = (account: Directory) => account.roles;

export const roleEvents: Evolve<Directory, RoleEvent> = {
  RoleCreated(account, role, { at }) {
    account.roles.set({ ...role, createdAt: at, attached: [], inline: {} });
    if (role.boundary !== undefined) countBoundary(account, role.boundary, 1);
  },
  RoleUpdated: (account, { roleId, ...changes }) => account.roles.update(roleId, changes),
  RoleTrustChanged: (account, { roleId, trust }) => account.roles.update(roleId, { trust }),
  RoleDeleted(account, { roleId }) {
    const boundary = account.roles.byId(roleId)?.boundary;
    if (boundary !== undefined) countBoundary(account, boundary, -1);
    account.roles.remove(roleId);
  },
  ...tagEvents('Role', table, anyCase),
  ...attachmentEvents('Role', table, countAttachment),
  ...boundaryEvents('Role', table, countBoundary),
  ...inlinePolicyEvents('Role', table),
};
