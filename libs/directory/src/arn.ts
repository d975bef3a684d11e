import type { Call } from '@muniment/kernel';

/** ARNs of IAM's resources: `arn:aws:iam::111122223333:user/path/name` (requirements-4 section 1.1). */
const iamArn =
  (type: string) =>
  ({ account, partition }: Pick<Call, 'account' | 'partition'>, path: string, name: string): string =>
    `arn:${partition}:iam::${account}:${type}${path}${name}`;

export const arn = {
  user: iamArn('user'),
  group: iamArn('group'),
  role: iamArn('role'),
  policy: iamArn('policy'),
  instanceProfile: iamArn('instance-profile'),
  root: ({ account, partition }: Pick<Call, 'account' | 'partition'>): string =>
    `arn:${partition}:iam::${account}:root`,
} as const;
