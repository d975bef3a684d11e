import { sts } from '@muniment/aws-model';
import { accessKeys } from '@muniment/credentials/contract';
import { query } from '@muniment/kernel';

/**
 * Tells a key's account and nothing of its state. Temporary keys are stored nowhere, so of them only the caller's own
 * is known; the model declares no error for the others (requirements-1 section 11).
 */
export const GetAccessKeyInfo = query(sts.GetAccessKeyInfo, {
  async gather({ AccessKeyId }, from, { caller }) {
    if (AccessKeyId === caller.accessKeyId) return caller.account;
    return (await from.anywhere(accessKeys, AccessKeyId))?.account;
  },
  authorize: () => ({ resource: '*' }),
  decide: ({ AccessKeyId }, account, call) =>
    account ?? call.fault('ValidationError', `The access key ID ${AccessKeyId} is not known.`),
  reply: (account) => ({ Account: account }),
});
