import { expect, test } from '@jest/globals';
import { unrestricted } from '@muniment/kernel';
import { GetCallerIdentity } from './get-caller-identity.js';
import { account, alice, aliceInSession, answer, holding, otherAccount, root, sessionOf } from './sts.testing.js';

const arn = `arn:aws:sts::${otherAccount}:assumed-role/Reader/ann`;
const ann = holding({
  account: otherAccount,
  accessKeyId: 'ASIAANNANNANNANNANNA',
  secretAccessKey: '',
  principal: {
    type: 'AssumedRole',
    account: otherAccount,
    arn,
    roleArn: `arn:aws:iam::${otherAccount}:role/Reader`,
    roleId: 'AROAREADER',
    sessionName: 'ann',
  },
  session: sessionOf('AssumeRole'),
});

const user = { UserId: 'AIDAALICE', Account: account, Arn: `arn:aws:iam::${account}:user/alice` };

test.each([
  ['a user', alice, user],
  ['a user in a session of GetSessionToken', aliceInSession, user],
  ['the root user', root, { UserId: account, Account: account, Arn: `arn:aws:iam::${account}:root` }],
  [
    'the session of a role, in the role’s account (requirements-4 ARN-10)',
    ann,
    { UserId: 'AROAREADER:ann', Account: otherAccount, Arn: arn },
  ],
])('%s learns id, account and ARN (requirements-4 section 7)', async (_, caller, expected) => {
  expect((await answer(GetCallerIdentity, {}, caller)).output).toEqual(expected);
});

test('nobody needs a permission, so nobody can be denied (requirements-2 section 8)', () => {
  expect(GetCallerIdentity.definition.authorize).toBe(unrestricted);
});
