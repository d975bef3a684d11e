import type { SigningCredentials } from '@muniment/sigv4';
import { Client, credentialsIn } from '../driver/client.js';
import type { Target } from '../driver/lane.js';
import type { Account } from './installation.js';
import { seededPath } from './seed.js';

/** A user with long-term keys: the caller of everything that is measured. */
export interface Caller {
  readonly account: string;
  readonly credentials: SigningCredentials;
}

export const roleName = 'bench-role';

const json = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });

const fromHere = { IpAddress: { 'aws:SourceIp': ['127.0.0.0/8', '::1/128'] } };

/** Of the user itself: what it may do and one thing that it may not, with conditions to be evaluated at each call. */
const ownPolicy = (account: string) =>
  json(
    {
      Sid: 'ChangeLoad',
      Effect: 'Allow',
      Action: ['iam:CreateUser', 'iam:DeleteUser', 'iam:TagUser'],
      Resource: `arn:aws:iam::${account}:user${seededPath}*`,
      Condition: fromHere,
    },
    {
      Sid: 'BecomeRole',
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Resource: `arn:aws:iam::${account}:role/${roleName}`,
    },
    {
      Sid: 'KeepKept',
      Effect: 'Deny',
      Action: 'iam:*',
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/kept': 'yes' } },
    },
  );

const trust = (account: string) =>
  json({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'sts:AssumeRole',
    Condition: fromHere,
  });

const benchUser = 'bench-caller';
const benchGroup = 'bench-readers';

/** Makes the caller of an account, as its root user: policies of its own, a group with AWS's read-only policy, a role. */
export async function makeCaller(target: Target, { id, root }: Account): Promise<Caller> {
  const client = await Client.open(target);
  const iam = (action: string, parameters: Record<string, string>) =>
    client.call(root, { service: 'iam', action, parameters });
  try {
    await iam('CreateUser', { UserName: benchUser });
    await iam('PutUserPolicy', { UserName: benchUser, PolicyName: 'own', PolicyDocument: ownPolicy(id) });
    await iam('CreateGroup', { GroupName: benchGroup });
    await iam('AttachGroupPolicy', { GroupName: benchGroup, PolicyArn: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess' });
    await iam('AddUserToGroup', { GroupName: benchGroup, UserName: benchUser });
    await iam('CreateRole', { RoleName: roleName, AssumeRolePolicyDocument: trust(id) });
    return { account: id, credentials: credentialsIn(await iam('CreateAccessKey', { UserName: benchUser })) };
  } finally {
    client.close();
  }
}
