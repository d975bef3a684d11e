import { type User, users } from '@muniment/directory/contract';
import type { Event, Principal } from '@muniment/kernel';
import { given as givenEvents, home } from '@muniment/testing';
import { credentials, type CredentialsEvent } from './credentials.js';

type Data<Type extends CredentialsEvent['type']> = Extract<CredentialsEvent, { type: Type }>['data'];

/** An event whose data is checked against its type. */
export const event = <Type extends CredentialsEvent['type']>(
  type: Type,
  data: Data<Type>,
): Event<Type, Data<Type>> => ({
  type,
  data,
});

const userNamed = (userName: string, path: string, tags: User['tags']): User => ({
  userId: `AIDA${userName.toUpperCase()}`,
  userName,
  path,
  createdAt: '2026-11-20T09:00:00.000Z',
  groups: [],
  attached: [],
  inline: {},
  tags,
});

export const alice = userNamed('Alice', '/staff/', [{ Key: 'Team', Value: 'red' }]);
export const bob = userNamed('bob', '/', []);

export const arns = {
  root: `arn:aws:iam::${home}:root`,
  alice: `arn:aws:iam::${home}:user/staff/Alice`,
  bob: `arn:aws:iam::${home}:user/bob`,
} as const;

/** What every question about alice says of her. */
export const aboutAlice = {
  resource: arns.alice,
  context: { 'aws:ResourceTag/Team': 'red', 'iam:ResourceTag/Team': 'red' },
};

export const asAlice = {
  type: 'User',
  account: home,
  arn: arns.alice,
  userId: alice.userId,
  userName: alice.userName,
} as const satisfies Principal;

export const asSession: Principal = {
  type: 'AssumedRole',
  account: home,
  arn: `arn:aws:sts::${home}:assumed-role/Reader/ann`,
  roleArn: `arn:aws:iam::${home}:role/Reader`,
  roleId: 'AROAREADER',
  sessionName: 'ann',
};

/** An account with alice and bob; the root user calls. */
export const given = (...events: CredentialsEvent[]) => givenEvents(credentials, events).with(users, [alice, bob]);
