import { organizations as api } from '@muniment/aws-model';
import { type Call, fold, listing, page, query, requestTags, sliceOf, type Sources } from '@muniment/kernel';
import { everybody, type Platform, platform } from '../platform/platform.js';
import { roles } from '../role/role.js';
import {
  ask,
  asked,
  asManager,
  checkedTags,
  drawId,
  inPlatform,
  organizationFrom,
  organizationIn,
  within,
} from './calling.js';
import { type Member, members } from './organization.js';

const usualRole = 'OrganizationAccountAccessRole';

/** Twelve digits that nobody takes for a shorter number, and that no account has. */
function drawAccountId(state: Platform, call: Call): string {
  for (;;) {
    const digits = Array.from(call.id('').slice(-12), (letter) => letter.charCodeAt(0) % 10).join('');
    const accountId = `${digits.startsWith('0') ? '1' : ''}${digits}`.slice(0, 12);
    if (!state.accounts.byId(accountId)) return accountId;
  }
}

interface Made {
  readonly member: Member;
  readonly complete: boolean;
}

/** Complete when the management account can get in: the role is made by another service in answer to the event. */
const statusOnWire = (member: Member, complete: boolean): api.CreateAccountStatus => ({
  Id: member.created?.requestId ?? '',
  AccountName: member.name,
  State: complete ? 'SUCCEEDED' : 'IN_PROGRESS',
  RequestedTimestamp: new Date(member.joinedAt),
  ...(complete ? { CompletedTimestamp: new Date(member.joinedAt) } : {}),
  AccountId: member.accountId,
});

const newest = (state: Platform, organizationId: string, email: string): Member | undefined =>
  state.members.indexed('organization', organizationId).find((row) => row.created && row.email === email);

/** A new account without any credentials: its first way in is the role that trusts the management account. */
export const CreateAccount = platform.command(api.CreateAccount, {
  account: inPlatform,
  authorize({ Tags = [] }, _, call) {
    const on = ask(call, undefined, requestTags(Tags));
    return [on, Tags.length > 0 && { ...on, action: 'organizations:TagResource' }];
  },
  decide({ AccountName: name, Email: email, RoleName: roleName = usualRole, Tags }, state, call) {
    const { organizationId, rootId: parentId, managementAccount } = asManager(organizationIn(state, call), call);
    if (newest(state, organizationId, email)) {
      call.fault('InvalidInputException', 'An account with the specified email address already exists.', {
        Reason: 'INVALID_EMAIL_ADDRESS_TARGET',
      });
    }
    const accountId = drawAccountId(state, call);
    const created = { requestId: drawId(call, 'car-', 20), roleName, managementAccount };
    const place = { accountId, organizationId, parentId };
    const tags = checkedTags(Tags, [], call);
    return [
      { type: 'AccountCreated', data: { accountId } },
      { type: 'AccountJoinedOrganization', data: { ...place, name, email, method: 'CREATED', created, tags } },
    ];
  },
  reply({ Email }, state, call) {
    const { organizationId } = asManager(organizationIn(state, call), call);
    const member = newest(state, organizationId, Email) as Member;
    return { CreateAccountStatus: statusOnWire(member, false) };
  },
});

/** Whether the role is there by which the management account gets in. */
async function isComplete(from: Sources, { created, accountId }: Member): Promise<boolean> {
  return created !== undefined && (await from.find(roles, fold(created.roleName), accountId)) !== undefined;
}

export const ListCreateAccountStatus = query(api.ListCreateAccountStatus, {
  async gather(input, from, call) {
    const organization = await organizationFrom(from, call);
    const { States = ['IN_PROGRESS', 'SUCCEEDED'] } = input;
    const made = await from.filed(members, 'organization', organization?.organizationId ?? '', { account: everybody });
    const rows: Made[] = [];
    for (const member of made) {
      if (!member.created) continue;
      const complete = await isComplete(from, member);
      if (States.includes(complete ? 'SUCCEEDED' : 'IN_PROGRESS')) rows.push({ member, complete });
    }
    const key = ({ member }: Made) => member.accountId;
    return { organization, listed: await page(asked(input), key, sliceOf(rows, key)) };
  },
  authorize: (_, __, call) => ask(call, undefined),
  decide(_, { organization, listed }, call) {
    asManager(organization, call);
    return listed;
  },
  reply: (listed) =>
    listing(api.ListCreateAccountStatus, listed, ({ member, complete }) => statusOnWire(member, complete)),
});

export const DescribeCreateAccountStatus = query(api.DescribeCreateAccountStatus, {
  async gather({ CreateAccountRequestId }, from, call) {
    const organization = await organizationFrom(from, call);
    const [row] = await from.filed(members, 'request', CreateAccountRequestId, { account: everybody });
    const member = within(row, organization);
    return { organization, member, complete: member !== undefined && (await isComplete(from, member)) };
  },
  authorize: (_, __, call) => ask(call, undefined),
  decide(_, { organization, member, complete }, call) {
    asManager(organization, call);
    const text = "We can't find an create account request with the CreateAccountRequestId that you specified.";
    return { member: member ?? call.fault('CreateAccountStatusNotFoundException', text), complete };
  },
  reply: ({ member, complete }) => ({ CreateAccountStatus: statusOnWire(member, complete) }),
});
