import type { AnyOperation } from '@muniment/kernel';
import * as accountAlias from './account/account-alias.operations.js';
import * as accountDetails from './account/get-account-authorization-details.js';
import * as accountSummary from './account/get-account-summary.js';
import * as group from './group/group.operations.js';
import * as instanceProfile from './instance-profile/instance-profile.operations.js';
import * as policyEntities from './managed-policy/list-entities-for-policy.js';
import * as policy from './managed-policy/managed-policy.operations.js';
import * as policyVersion from './managed-policy/policy-version.operations.js';
import * as attachment from './organization/attachment.operations.js';
import * as createAccount from './organization/create-account.js';
import * as handshake from './organization/handshake.operations.js';
import * as member from './organization/member.operations.js';
import * as organization from './organization/organization.operations.js';
import * as organizationPolicy from './organization/organization-policy.operations.js';
import * as organizationalUnit from './organization/organizational-unit.operations.js';
import * as organizationTags from './organization/resource-tags.operations.js';
import * as registeredService from './registered-service/registered-service.operations.js';
import * as role from './role/role.operations.js';
import * as user from './user/user.operations.js';

/** Operation modules export some wire forms beside operations; those are plain functions. */
const operationsOf = (...nouns: readonly object[]): AnyOperation[] =>
  nouns.flatMap((noun) => Object.values(noun).filter((each): each is AnyOperation => each?.kind !== undefined));

export const directoryOperations: readonly AnyOperation[] = operationsOf(
  user,
  group,
  role,
  instanceProfile,
  policy,
  policyVersion,
  policyEntities,
  accountAlias,
  accountSummary,
  accountDetails,
  registeredService,
  organization,
  organizationalUnit,
  member,
  organizationPolicy,
  attachment,
  handshake,
  createAccount,
  organizationTags,
);
