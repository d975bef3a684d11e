import { expect, test } from '@jest/globals';
import { rootKeyEvents } from '@muniment/credentials/contract';
import { GetAccessKeyInfo } from './get-access-key-info.js';
import { account, alice, aliceInSession, answer, fault, otherAccount } from './sts.testing.js';

const key = 'AKIAIOSFODNN7EXAMPLE';
const history = { [account]: [], [otherAccount]: rootKeyEvents(otherAccount, key, 'sealed') };

test('tells the account of any long-term key, of other accounts too (requirements-1 section 11)', async () => {
  const { output, asks } = await answer(GetAccessKeyInfo, { AccessKeyId: key }, alice, history);
  expect(output).toEqual({ Account: otherAccount });
  expect(asks).toEqual([{ action: 'sts:GetAccessKeyInfo', resource: '*' }]);
});

test('knows the temporary key that the caller itself uses', async () => {
  const { output } = await answer(
    GetAccessKeyInfo,
    { AccessKeyId: aliceInSession.accessKeyId },
    aliceInSession,
    history,
  );
  expect(output).toEqual({ Account: account });
});

test('refuses keys that are not, or no longer, known (requirements-1 section 11)', async () => {
  const unknown = 'AKIAI44QH8DHBEXAMPLE';
  const deleted = {
    [account]: [
      ...rootKeyEvents(account, unknown, 'sealed'),
      { type: 'AccessKeyDeleted', data: { accessKeyId: unknown } },
    ],
  };
  const refusal = fault('ValidationError', `The access key ID ${unknown} is not known.`);
  await expect(answer(GetAccessKeyInfo, { AccessKeyId: unknown }, alice, history)).rejects.toEqual(refusal);
  await expect(answer(GetAccessKeyInfo, { AccessKeyId: unknown }, alice, deleted)).rejects.toEqual(refusal);
});
