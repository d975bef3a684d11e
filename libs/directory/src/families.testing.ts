import type { AnyOperation, Ask } from '@muniment/kernel';
import { arns, created, ids } from './directory.testing.js';
import type { DirectoryEvent } from './directory.js';

/*
 * Tags, inline policies, attached policies and boundaries behave alike on whatever has them: one table of nouns, and
 * every rule told once.
 */

export interface Noun {
  readonly noun: string;
  readonly input: object;
  /** The same name in other letters: all lookups ignore case (requirements-4 NAM-5). */
  readonly shouted: object;
  readonly created: DirectoryEvent;
  readonly id: string;
  readonly missing: string;
  readonly arn: string;
  /** What every question about it says of its tags. */
  readonly tagContext: object;
}

const tagContext = { 'aws:ResourceTag/Team': 'red', 'iam:ResourceTag/Team': 'red' };

export const User: Noun = {
  noun: 'User',
  input: { UserName: 'Alice' },
  shouted: { UserName: 'ALICE' },
  created: created.alice,
  id: ids.alice,
  missing: 'The user with name Alice cannot be found.',
  arn: arns.alice,
  tagContext,
};
export const Group: Noun = {
  noun: 'Group',
  input: { GroupName: 'Admins' },
  shouted: { GroupName: 'ADMINS' },
  created: created.admins,
  id: ids.admins,
  missing: 'The group with name Admins cannot be found.',
  arn: arns.admins,
  tagContext: {},
};
export const Role: Noun = {
  noun: 'Role',
  input: { RoleName: 'Deploy' },
  shouted: { RoleName: 'DEPLOY' },
  created: created.deploy,
  id: ids.deploy,
  missing: 'The role with name Deploy cannot be found.',
  arn: arns.deploy,
  tagContext,
};
export const InstanceProfile: Noun = {
  noun: 'InstanceProfile',
  input: { InstanceProfileName: 'Server' },
  shouted: { InstanceProfileName: 'SERVER' },
  created: created.server,
  id: ids.server,
  missing: 'Instance Profile Server cannot be found.',
  arn: arns.server,
  tagContext,
};

export type Family<Name extends string> = { readonly noun: Noun } & Readonly<Record<Name, AnyOperation>>;

/** An event of a family: `UserPolicyPut`, `RolePolicyPut`, … */
export const of = ({ noun, id }: Noun, type: string, data: object) =>
  ({ type: `${noun}${type}`, data: { id, ...data } }) as DirectoryEvent;

/** The context of a question about a noun; a group's says nothing of itself. */
export function contextOf({ tagContext: tags, noun }: Noun, more: object = {}): { context: Ask['context'] } {
  const boundary = noun === 'User' || noun === 'Role' ? { 'iam:PermissionsBoundary': undefined } : {};
  return { context: { ...tags, ...boundary, ...more } };
}
