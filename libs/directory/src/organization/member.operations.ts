import { organizations as api } from '@muniment/aws-model';
import { type Call, listing, type Page, page, query, type Sources } from '@muniment/kernel';
import { everybody, platform } from '../platform/platform.js';
import {
  ask,
  asked,
  askOn,
  asManager,
  asMember,
  inPlatform,
  memberIn,
  organizationFrom,
  organizationIn,
  unitIn,
  within,
} from './calling.js';
import { type Member, members, type Organization, organizationalUnits } from './organization.js';
import { targetArn } from './organization-arn.js';
import { missingParent } from './organizational-unit.operations.js';

export const missingAccount = "You specified an account that doesn't exist.";

const memberOnWire = (row: Member, organization: Organization, call: Call): api.Account => ({
  Id: row.accountId,
  Arn: targetArn(call, organization, row.accountId),
  ...(row.email === undefined ? {} : { Email: row.email }),
  Name: row.name,
  Status: 'ACTIVE',
  State: 'ACTIVE',
  JoinedMethod: row.method,
  JoinedTimestamp: new Date(row.joinedAt),
});

export const DescribeAccount = query(api.DescribeAccount, {
  async gather({ AccountId }, from, call) {
    const organization = await organizationFrom(from, call);
    return { organization, member: within(await from.findById(members, AccountId, everybody), organization) };
  },
  authorize: ({ AccountId }, { organization, member }, call) => askOn(call, organization, AccountId, member?.tags),
  decide: (_, { organization, member }, call) => ({
    organization: asManager(organization, call),
    member: member ?? call.fault('AccountNotFoundException', missingAccount),
  }),
  reply: ({ organization, member }, _, call) => ({ Account: memberOnWire(member, organization, call) }),
});

export const ListAccounts = query(api.ListAccounts, {
  async gather(input, from, call) {
    const organization = await organizationFrom(from, call);
    const listed = await page(asked(input), members.key, (part) =>
      from.filed(members, 'organization', organization?.organizationId ?? '', { ...part, account: everybody }),
    );
    return { organization, listed };
  },
  authorize: (_, __, call) => ask(call, undefined),
  decide: (_, { organization, listed }, call) => ({ organization: asManager(organization, call), listed }),
  reply: ({ organization, listed }, _, call) =>
    listing(api.ListAccounts, listed, (row) => memberOnWire(row, organization, call)),
});

/** The organization, and the root or unit of this id. */
async function gatherParent(id: string, from: Sources, call: Call) {
  const organization = await organizationFrom(from, call);
  return { organization, parent: within(await from.findById(organizationalUnits, id, everybody), organization) };
}

export const ListAccountsForParent = query(api.ListAccountsForParent, {
  async gather(input, from, call) {
    const found = await gatherParent(input.ParentId, from, call);
    const listed = await page(asked(input), members.key, (part) =>
      from.filed(members, 'parent', input.ParentId, { ...part, account: everybody }),
    );
    return { ...found, listed };
  },
  authorize: ({ ParentId }, { organization, parent }, call) => askOn(call, organization, ParentId, parent?.tags),
  decide(_, { organization, parent, listed }, call) {
    const managed = asManager(organization, call);
    if (!parent) call.fault('ParentNotFoundException', missingParent);
    return { organization: managed, listed };
  },
  reply: ({ organization, listed }, _, call) =>
    listing(api.ListAccountsForParent, listed, (row) => memberOnWire(row, organization, call)),
});

/** Ids of the accounts or of the units that stand in a root or unit. */
async function childrenOf(from: Sources, type: api.ChildType, parentId: string, part: Page): Promise<string[]> {
  if (type === 'ACCOUNT') return (await from.filed(members, 'parent', parentId, part)).map(members.id);
  return (await from.filed(organizationalUnits, 'parent', parentId, part)).map(organizationalUnits.id);
}

export const ListChildren = query(api.ListChildren, {
  async gather(input, from, call) {
    const { ParentId, ChildType } = input;
    const found = await gatherParent(ParentId, from, call);
    const listed = await page<string>(
      asked(input),
      (id) => id,
      (part) => childrenOf(from, ChildType, ParentId, { ...part, account: everybody }),
    );
    return { ...found, listed };
  },
  authorize: ({ ParentId }, { organization, parent }, call) => askOn(call, organization, ParentId, parent?.tags),
  decide(_, { organization, parent, listed }, call) {
    asManager(organization, call);
    return parent ? listed : call.fault('ParentNotFoundException', missingParent);
  },
  reply: (listed, { ChildType }) => listing(api.ListChildren, listed, (Id) => ({ Id, Type: ChildType })),
});

const typeOfParent = (id: string): api.ParentType => (id.startsWith('r-') ? 'ROOT' : 'ORGANIZATIONAL_UNIT');

export const ListParents = query(api.ListParents, {
  async gather({ ChildId }, from, call) {
    const organization = await organizationFrom(from, call);
    const child =
      within(await from.findById(members, ChildId, everybody), organization) ??
      within(await from.findById(organizationalUnits, ChildId, everybody), organization);
    return { organization, child };
  },
  authorize: ({ ChildId }, { organization, child }, call) => askOn(call, organization, ChildId, child?.tags),
  decide(_, { organization, child }, call): string {
    asManager(organization, call);
    const text = "We can't find an organizational unit (OU) or AWS account with the ChildId that you specified.";
    return child?.parentId ?? call.fault('ChildNotFoundException', text);
  },
  reply: (parentId) => ({ Parents: [{ Id: parentId, Type: typeOfParent(parentId) }] }),
});

export const MoveAccount = platform.command(api.MoveAccount, {
  account: inPlatform,
  // All three have to be allowed: what is moved, from where, to where.
  authorize({ AccountId, SourceParentId, DestinationParentId }, state, call) {
    const organization = organizationIn(state, call);
    return [
      askOn(call, organization, AccountId, state.members.byId(AccountId)?.tags),
      askOn(call, organization, SourceParentId, state.units.byId(SourceParentId)?.tags),
      askOn(call, organization, DestinationParentId, state.units.byId(DestinationParentId)?.tags),
    ];
  },
  decide({ AccountId: accountId, SourceParentId, DestinationParentId: parentId }, state, call) {
    const organization = asManager(organizationIn(state, call), call);
    const member = memberIn(state, organization, accountId) ?? call.fault('AccountNotFoundException', missingAccount);
    if (!unitIn(state, organization, SourceParentId)) {
      call.fault(
        'SourceParentNotFoundException',
        "We can't find a source root or OU with the ParentId that you specified.",
      );
    }
    if (!unitIn(state, organization, parentId)) {
      call.fault(
        'DestinationParentNotFoundException',
        "We can't find the destination container (a root or OU) with the ParentId that you specified.",
      );
    }
    if (member.parentId === parentId) {
      call.fault('DuplicateAccountException', 'That account is already present in the specified destination.');
    }
    if (member.parentId !== SourceParentId) call.fault('AccountNotFoundException', missingAccount);
    return { type: 'AccountMoved', data: { accountId, parentId } };
  },
});

const managementStays = 'You cannot remove the management account from its organization.';

export const RemoveAccountFromOrganization = platform.command(api.RemoveAccountFromOrganization, {
  account: inPlatform,
  authorize: ({ AccountId }, state, call) =>
    askOn(call, organizationIn(state, call), AccountId, state.members.byId(AccountId)?.tags),
  decide({ AccountId: accountId }, state, call) {
    const organization = asManager(organizationIn(state, call), call);
    if (!memberIn(state, organization, accountId)) call.fault('AccountNotFoundException', missingAccount);
    if (organization.managementAccount === accountId) {
      call.fault('MasterCannotLeaveOrganizationException', managementStays);
    }
    return { type: 'AccountLeftOrganization', data: { accountId } };
  },
});

/** A member goes by itself; service control policies may keep it from that. */
export const LeaveOrganization = platform.command(api.LeaveOrganization, {
  account: inPlatform,
  authorize: (_, __, call) => ask(call, undefined),
  decide(_, state, call) {
    const organization = asMember(organizationIn(state, call), call);
    if (organization.managementAccount === call.account) {
      call.fault('MasterCannotLeaveOrganizationException', managementStays);
    }
    return { type: 'AccountLeftOrganization', data: { accountId: call.account } };
  },
});
