import type { AnyOperation } from '@muniment/kernel';
import * as group from './group/group.operations.js';
import * as instanceProfile from './instance-profile/instance-profile.operations.js';
import * as role from './role/role.operations.js';
import * as user from './user/user.operations.js';

/** Operation modules export some wire forms beside operations; those are plain functions. */
const operationsOf = (...nouns: readonly object[]): AnyOperation[] =>
  nouns.flatMap((noun) => Object.values(noun).filter((each): each is AnyOperation => each?.kind !== undefined));

export const directoryOperations: readonly AnyOperation[] = operationsOf(user, group, role, instanceProfile);
