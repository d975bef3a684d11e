import { iam } from '@muniment/aws-model';
import { query } from '@muniment/kernel';
import { pagedOnWire } from '../mixed-listing.js';
import { accounts, everybody, platform } from '../platform/platform.js';

/** An alias is the account's own, but unique over all accounts: it stands in the platform's one stream. */
const inPlatform = () => everybody;

/** Account-wide operations have no resource of their own. */
const onAccount = () => ({ resource: '*' });

export const CreateAccountAlias = platform.command(iam.CreateAccountAlias, {
  account: inPlatform,
  authorize: onAccount,
  decide({ AccountAlias: alias }, { accounts: all }, call) {
    const { account: accountId } = call;
    // The rest of the rules is the model's pattern (requirements-4 LIM-5).
    if (/^\d{12}$/.test(alias)) call.fault('ValidationError', `account alias \`${alias}\` looks like an account id`);
    if (all.indexed('alias', alias).length > 0) {
      call.fault('EntityAlreadyExists', `The account alias ${alias} already exists.`);
    }
    // A new alias takes the place of the old one (requirements-1 section 2).
    const set = { type: 'AccountAliasSet', data: { accountId, alias } } as const;
    return all.byId(accountId) ? set : [{ type: 'AccountCreated', data: { accountId } }, set];
  },
});

export const DeleteAccountAlias = platform.command(iam.DeleteAccountAlias, {
  account: inPlatform,
  authorize: onAccount,
  decide({ AccountAlias: alias }, { accounts: all }, call) {
    const { account: accountId } = call;
    if (all.byId(accountId)?.alias !== alias) {
      call.fault('NoSuchEntity', `The account alias with name ${alias} cannot be found.`);
    }
    return { type: 'AccountAliasRemoved', data: { accountId } };
  },
});

export const ListAccountAliases = query(iam.ListAccountAliases, {
  gather: async (_, from, call) => (await from.findById(accounts, call.account, everybody))?.alias,
  authorize: onAccount,
  decide: (_, alias) => ({ aliases: alias === undefined ? [] : [alias] }),
  reply: ({ aliases }) => ({ AccountAliases: aliases, ...pagedOnWire({ next: undefined }) }),
});
