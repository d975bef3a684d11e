import type { Event } from '@muniment/kernel';
import { given as givenOf, home } from '@muniment/testing';
import { type DirectoryEvent, directory } from './directory.js';

/** An account in which this has happened. */
export const given = (...events: DirectoryEvent[]) => givenOf(directory, events);

type Data<Type extends DirectoryEvent['type']> = Extract<DirectoryEvent, { type: Type }>['data'];

/** An event whose data is checked against its type. */
export const event = <Type extends DirectoryEvent['type']>(type: Type, data: Data<Type>): Event<Type, Data<Type>> => ({
  type,
  data,
});

export const account = home;

/** Unique ids of the things in the examples, of AWS's form and length. */
export const ids = {
  alice: 'AIDAALICE000000000000',
  bob: 'AIDABOB00000000000000',
  admins: 'AGPAADMINS00000000000',
  readers: 'AGPAREADERS0000000000',
  deploy: 'AROADEPLOY00000000000',
  audit: 'AROAAUDIT000000000000',
  server: 'AIPASERVER00000000000',
  policy: 'ANPAPOLICY00000000000',
} as const;

export const arns = {
  alice: `arn:aws:iam::${account}:user/staff/Alice`,
  bob: `arn:aws:iam::${account}:user/bob`,
  admins: `arn:aws:iam::${account}:group/teams/Admins`,
  readers: `arn:aws:iam::${account}:group/readers`,
  deploy: `arn:aws:iam::${account}:role/service/Deploy`,
  audit: `arn:aws:iam::${account}:role/audit`,
  server: `arn:aws:iam::${account}:instance-profile/web/Server`,
  policy: `arn:aws:iam::${account}:policy/own/Mine`,
  readOnly: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
  powerUser: 'arn:aws:iam::aws:policy/PowerUserAccess',
  billing: 'arn:aws:iam::aws:policy/job-function/Billing',
} as const;

export const allowAll = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';

export const trusting = (principal: unknown): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
  });

export const ec2Trust = trusting({ Service: 'ec2.amazonaws.com' });

export const tags = [{ Key: 'Team', Value: 'red' }];

/** What the examples start from; `Alice`, `Admins`, `Deploy`, `Server` and `Mine` lie in paths and have tags if they can. */
export const created = {
  alice: event('UserCreated', { userId: ids.alice, userName: 'Alice', path: '/staff/', tags }),
  bob: event('UserCreated', { userId: ids.bob, userName: 'bob', path: '/', tags: [] }),
  admins: event('GroupCreated', { groupId: ids.admins, groupName: 'Admins', path: '/teams/' }),
  readers: event('GroupCreated', { groupId: ids.readers, groupName: 'readers', path: '/' }),
  deploy: event('RoleCreated', {
    roleId: ids.deploy,
    roleName: 'Deploy',
    path: '/service/',
    trust: ec2Trust,
    maxSessionSeconds: 3600,
    tags,
  }),
  audit: event('RoleCreated', {
    roleId: ids.audit,
    roleName: 'audit',
    path: '/',
    trust: ec2Trust,
    maxSessionSeconds: 7200,
    description: 'Reads everything',
    tags: [],
  }),
  server: event('InstanceProfileCreated', {
    instanceProfileId: ids.server,
    instanceProfileName: 'Server',
    path: '/web/',
    tags,
  }),
  policy: event('PolicyCreated', {
    policyId: ids.policy,
    policyName: 'Mine',
    path: '/own/',
    document: allowAll,
    tags: [],
  }),
} as const;

/** So many events that are there only to be many. */
export const noise = <E extends Event>(count: number, make: (n: number) => E): E[] =>
  Array.from({ length: count }, (_, n) => make(n));
