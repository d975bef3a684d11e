import { iam } from '@muniment/aws-model';
import { type Call, listing, page, query } from '@muniment/kernel';
import { credentials, type Credentials } from '../credentials.js';
import { accessKeysLastUsed } from '../other-contexts.js';
import { askAbout, idOf, ownerNamed, ownerOf } from '../owner.js';
import { type AccessKey, accessKeys } from './access-key.js';

/** Of a user and of the root user alike, active or not; AWS does not raise it (requirements-4 section 2.2). */
const accessKeysPerUser = 2;

/** 30 bytes are 40 characters of base64. */
const secretBytes = 30;

/** The owner's key of this id; another user's is as good as none. */
function keyOf(accessKeyId: string, userId: string, account: Credentials, call: Call): AccessKey {
  const key = account.accessKeys.byId(accessKeyId);
  if (key?.userId === userId) return key;
  return call.fault('NoSuchEntity' as never, `The Access Key with id ${accessKeyId} cannot be found.`);
}

const metadata = (userName: string, { accessKeyId, status, createdAt }: AccessKey) => ({
  UserName: userName,
  AccessKeyId: accessKeyId,
  Status: status,
  CreateDate: new Date(createdAt),
});

export const CreateAccessKey = credentials.command(iam.CreateAccessKey, {
  async gather({ UserName }, _, from, call) {
    const owner = await ownerNamed(UserName, from, call);
    return { owner, accessKeyId: from.id('AKIA'), secret: from.random(secretBytes), sealed: '' };
  },
  authorize: (_input, _state, _call, { owner }) => askAbout(owner),
  // Sealing leaves a data key behind, which only a caller who may and a user who is there are worth.
  async prepare(_, __, from, call, gathered) {
    if (gathered.owner.userId === undefined) return gathered;
    const subject = { account: call.account, id: gathered.accessKeyId };
    return { ...gathered, sealed: await from.seal(subject, gathered.secret) };
  },
  decide(_, account, call, { owner, accessKeyId, sealed }) {
    const userId = idOf(owner, call);
    if (account.accessKeys.indexed('user', userId).length >= accessKeysPerUser) {
      call.fault('LimitExceeded', `Cannot exceed quota for AccessKeysPerUser: ${accessKeysPerUser}`);
    }
    return { type: 'AccessKeyCreated', data: { accessKeyId, userId, sealed } };
  },
  reply(_, account, call, { owner, accessKeyId, secret }) {
    const key = account.accessKeys.byId(accessKeyId);
    // A repeated call finds the key of its first try, whose secret went out with an answer that got lost.
    if (!key)
      return call.fault(
        'ServiceFailure',
        'The access key was created, but its secret is lost: delete it and create another.',
      );
    return { AccessKey: { ...metadata(owner.userName, key), SecretAccessKey: secret } };
  },
});

export const ListAccessKeys = query(iam.ListAccessKeys, {
  async gather(input, from, call) {
    const owner = await ownerNamed(input.UserName, from, call);
    const { userId } = owner;
    const listed = await page<AccessKey>(input, accessKeys.key, (part) =>
      userId === undefined ? [] : from.filed(accessKeys, 'user', userId, part),
    );
    return { owner, listed };
  },
  authorize: (_, { owner }) => askAbout(owner),
  decide(_, { owner, listed }, call) {
    idOf(owner, call);
    return { owner, listed };
  },
  reply: ({ owner, listed }) => listing(iam.ListAccessKeys, listed, (key) => metadata(owner.userName, key)),
});

export const UpdateAccessKey = credentials.command(iam.UpdateAccessKey, {
  gather: ({ UserName }, _, from, call) => ownerNamed(UserName, from, call),
  authorize: (_input, _state, _call, owner) => askAbout(owner),
  decide({ AccessKeyId: accessKeyId, Status: status }, account, call, owner) {
    const key = keyOf(accessKeyId, idOf(owner, call), account, call);
    if (status !== 'Active' && status !== 'Inactive') {
      return call.fault('InvalidInput', `Status ${status} cannot be set.`);
    }
    return key.status === status ? [] : { type: 'AccessKeyStatusChanged', data: { accessKeyId, status } };
  },
});

export const DeleteAccessKey = credentials.command(iam.DeleteAccessKey, {
  gather: ({ UserName }, _, from, call) => ownerNamed(UserName, from, call),
  authorize: (_input, _state, _call, owner) => askAbout(owner),
  decide({ AccessKeyId }, account, call, owner) {
    const { accessKeyId } = keyOf(AccessKeyId, idOf(owner, call), account, call);
    return { type: 'AccessKeyDeleted', data: { accessKeyId } };
  },
});

export const GetAccessKeyLastUsed = query(iam.GetAccessKeyLastUsed, {
  async gather({ AccessKeyId }, from, call) {
    const key = await from.findById(accessKeys, AccessKeyId);
    if (!key) return undefined;
    const owner = await ownerOf(key.userId, from, call);
    return owner && { owner, used: await from.findById(accessKeysLastUsed, AccessKeyId) };
  },
  authorize: (_, found) => (found ? askAbout(found.owner) : { resource: '*' }),
  decide({ AccessKeyId }, found, call) {
    // No other error is declared: keys of other accounts must look like keys that are not there.
    return (
      found ??
      call.fault(
        'AccessDenied',
        `User: ${call.caller.principal.arn} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key ${AccessKeyId}`,
      )
    );
  },
  reply: ({ owner, used }) => ({
    UserName: owner.userName,
    AccessKeyLastUsed: used
      ? { LastUsedDate: new Date(used.at), Region: used.region, ServiceName: used.service }
      : { Region: 'N/A', ServiceName: 'N/A' },
  }),
});
