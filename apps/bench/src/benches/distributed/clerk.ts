import { Client, textOf } from '../../driver/client.js';
import { signedJsonCall } from '../../driver/json-call.js';
import { Lane, type Target } from '../../driver/lane.js';
import type { Account } from '../../server/installation.js';

const clerkName = 'bench-clerk';
const group = 'bench-clerks';

export const orderArn = (account: string, index: number): string =>
  `arn:aws:orders:us-east-1:${account}:order/${index}`;

/** Somebody whom a service of the account's own asks about. */
export interface Clerk {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
  readonly userName: string;
}

const json = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });

const policy = (account: string) =>
  json(
    {
      Sid: 'ReadOrders',
      Effect: 'Allow',
      Action: ['orders:Get*', 'orders:List*'],
      Resource: `arn:aws:orders:*:${account}:order/*`,
      Condition: {
        StringEquals: { 'orders:Channel': ['web', 'shop'] },
        IpAddress: { 'aws:SourceIp': ['127.0.0.0/8', '::1/128'] },
        StringLike: { 'aws:PrincipalTag/team': 'sales*' },
      },
    },
    {
      Sid: 'Nothing',
      Effect: 'Deny',
      Action: 'orders:*',
      Resource: '*',
      Condition: { Bool: { 'orders:Locked': true } },
    },
  );

const definition = {
  prefix: 'orders',
  actions: [
    { name: 'GetOrder', accessLevel: 'Read', resourceTypes: [{ name: 'order', required: true }] },
    { name: 'ListOrders', accessLevel: 'List' },
  ],
  resourceTypes: [{ name: 'order', arn: 'arn:${Partition}:orders:${Region}:${Account}:order/${OrderId}' }],
  conditionKeys: [
    { name: 'orders:Channel', type: 'String' },
    { name: 'orders:Locked', type: 'Bool' },
  ],
};

/** Registers a service and makes a user with policies that speak of it, as the account's root user. */
export async function makeClerk(target: Target, { id: account, root }: Account): Promise<Clerk> {
  await register(target, root);
  const client = await Client.open(target);
  const iam = (action: string, parameters: Record<string, string>) =>
    client.call(root, { service: 'iam', action, parameters });
  try {
    const tags = { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'sales-eu' };
    const created = await iam('CreateUser', { UserName: clerkName, ...tags });
    await iam('PutUserPolicy', { UserName: clerkName, PolicyName: 'orders', PolicyDocument: policy(account) });
    await iam('CreateGroup', { GroupName: group });
    await iam('AttachGroupPolicy', { GroupName: group, PolicyArn: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess' });
    await iam('AddUserToGroup', { GroupName: group, UserName: clerkName });
    const arn = `arn:aws:iam::${account}:user/${clerkName}`;
    return { account, arn, userId: textOf(created, 'UserId'), userName: clerkName };
  } finally {
    client.close();
  }
}

async function register(target: Target, root: Account['root']): Promise<void> {
  const lane = await Lane.open(target, { keepsBodies: true });
  const call = signedJsonCall('RegisterService', { Definition: JSON.stringify(definition) }, root, target);
  const { status, body } = await new Promise<{ status: number; body: string }>((resolve, reject) =>
    lane.send(call, resolve, reject),
  );
  lane.close();
  if (status !== 200) throw new Error(`RegisterService failed: ${status} ${body}`);
}
