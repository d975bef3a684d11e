import { organizations as api } from '@muniment/aws-model';
import { type Call, listing, page, query, requestTags } from '@muniment/kernel';
import { everybody, type Platform, platform } from '../platform/platform.js';
import {
  ask,
  asked,
  askOn,
  asManager,
  checkedTags,
  drawId,
  inPlatform,
  organizationFrom,
  organizationIn,
} from './calling.js';
import { type Handshake, handshakes } from './handshake.js';
import type { Organization } from './organization.js';

const missing = "We can't find a handshake with the HandshakeId that you specified.";

const alreadyMember = 'The account is already a member of an organization.';

/** AWS's own term for an answer. */
const openDays = 15;
const secondsOfDay = 24 * 60 * 60;

const arnOf = ({ partition }: Call, { managementAccount, organizationId, handshakeId }: Handshake): string =>
  `arn:${partition}:organizations::${managementAccount}:handshake/${organizationId}/invite/${handshakeId}`;

const isOver = ({ state, expiresAt }: Handshake, { now }: Call): boolean =>
  state === 'OPEN' && Date.parse(expiresAt) <= now.getTime();

function handshakeOnWire(row: Handshake, call: Call): api.Handshake {
  const { organizationId, accountId, notes } = row;
  return {
    Id: row.handshakeId,
    Arn: arnOf(call, row),
    Parties: [
      { Id: organizationId, Type: 'ORGANIZATION' },
      { Id: accountId, Type: 'ACCOUNT' },
    ],
    State: isOver(row, call) ? 'EXPIRED' : row.state,
    RequestedTimestamp: new Date(row.requestedAt),
    ExpirationTimestamp: new Date(row.expiresAt),
    Action: 'INVITE',
    Resources: [
      { Type: 'ORGANIZATION', Value: organizationId },
      { Type: 'ACCOUNT', Value: accountId },
      ...(notes === undefined ? [] : [{ Type: 'NOTES' as const, Value: notes }]),
    ],
  };
}

const openFor = (state: Platform, organization: Organization, accountId: string, call: Call): Handshake | undefined =>
  state.handshakes
    .indexed('account', accountId)
    .find((row) => row.organizationId === organization.organizationId && row.state === 'OPEN' && !isOver(row, call));

export const InviteAccountToOrganization = platform.command(api.InviteAccountToOrganization, {
  account: inPlatform,
  authorize({ Target, Tags = [] }, state, call) {
    const on = askOn(call, organizationIn(state, call), Target.Id);
    const tagged = { ...on, context: requestTags(Tags) };
    return [tagged, Tags.length > 0 && { ...tagged, action: 'organizations:TagResource' }];
  },
  decide({ Target, Notes: notes, Tags }, state, call) {
    const organization = asManager(organizationIn(state, call), call);
    const { Id: accountId, Type } = Target;
    // Accounts have no mail address here.
    if (Type !== 'ACCOUNT' || !state.accounts.byId(accountId)) {
      call.fault('InvalidInputException', "You specified an account that doesn't exist.", {
        Reason: 'INVALID_PARTY_TYPE_TARGET',
      });
    }
    if (state.members.byId(accountId)) {
      call.fault('HandshakeConstraintViolationException', alreadyMember, { Reason: 'ALREADY_IN_AN_ORGANIZATION' });
    }
    if (openFor(state, organization, accountId, call)) {
      call.fault('DuplicateHandshakeException', 'A handshake with the same action and target already exists.');
    }
    const { organizationId, managementAccount } = organization;
    const expiresAt = call.after(openDays * secondsOfDay).toISOString();
    const parties = { organizationId, managementAccount, accountId };
    const data = { handshakeId: drawId(call, 'h-', 10), ...parties, expiresAt, tags: checkedTags(Tags, [], call) };
    return { type: 'HandshakeOpened', data: { ...data, ...(notes === undefined ? {} : { notes }) } };
  },
  reply({ Target }, state, call) {
    const organization = asManager(organizationIn(state, call), call);
    const row = openFor(state, organization, Target.Id, call) ?? call.fault('DuplicateHandshakeException', missing);
    return { Handshake: handshakeOnWire(row, call) };
  },
});

/** Who may end a handshake, and how. */
const sides = {
  ACCEPTED: (row: Handshake) => row.accountId,
  DECLINED: (row: Handshake) => row.accountId,
  CANCELED: (row: Handshake) => row.managementAccount,
} as const;

const askOnHandshake = ({ HandshakeId }: { HandshakeId: string }, state: Platform, call: Call) => {
  const row = state.handshakes.byId(HandshakeId);
  return ask(call, row && arnOf(call, row));
};

/** The handshake that this side may end now, or AWS's refusal. */
function ending(id: string, to: keyof typeof sides, state: Platform, call: Call): Handshake {
  const row = state.handshakes.byId(id);
  if (!row || sides[to](row) !== call.account) return call.fault('HandshakeNotFoundException' as never, missing);
  if (row.state === to) {
    call.fault(
      'HandshakeAlreadyInStateException' as never,
      'The specified handshake is already in the requested state.',
    );
  }
  if (row.state !== 'OPEN' || isOver(row, call)) {
    const text = "You can't perform the operation on the handshake in its current state.";
    call.fault('InvalidHandshakeTransitionException' as never, text);
  }
  return row;
}

const handshakeReply = ({ HandshakeId }: { HandshakeId: string }, state: Platform, call: Call) => {
  const row = state.handshakes.byId(HandshakeId) ?? call.fault('HandshakeNotFoundException' as never, missing);
  return { Handshake: handshakeOnWire(row, call) };
};

export const AcceptHandshake = platform.command(api.AcceptHandshake, {
  account: inPlatform,
  authorize: askOnHandshake,
  decide({ HandshakeId: handshakeId }, state, call) {
    const { organizationId, accountId, tags } = ending(handshakeId, 'ACCEPTED', state, call);
    const organization = state.organizations.byId(organizationId) ?? call.fault('HandshakeNotFoundException', missing);
    if (state.members.byId(accountId)) {
      call.fault('HandshakeConstraintViolationException', alreadyMember, { Reason: 'ALREADY_IN_AN_ORGANIZATION' });
    }
    const name = state.accounts.byId(accountId)?.alias ?? accountId;
    const parentId = organization.rootId;
    return [
      { type: 'HandshakeClosed', data: { handshakeId, state: 'ACCEPTED' } },
      {
        type: 'AccountJoinedOrganization',
        data: { accountId, organizationId, parentId, name, method: 'INVITED', tags: [...tags] },
      },
    ];
  },
  reply: handshakeReply,
});

export const DeclineHandshake = platform.command(api.DeclineHandshake, {
  account: inPlatform,
  authorize: askOnHandshake,
  decide({ HandshakeId }, state, call) {
    const { handshakeId } = ending(HandshakeId, 'DECLINED', state, call);
    return { type: 'HandshakeClosed', data: { handshakeId, state: 'DECLINED' } };
  },
  reply: handshakeReply,
});

export const CancelHandshake = platform.command(api.CancelHandshake, {
  account: inPlatform,
  authorize: askOnHandshake,
  decide({ HandshakeId }, state, call) {
    const { handshakeId } = ending(HandshakeId, 'CANCELED', state, call);
    return { type: 'HandshakeClosed', data: { handshakeId, state: 'CANCELED' } };
  },
  reply: handshakeReply,
});

export const DescribeHandshake = query(api.DescribeHandshake, {
  gather: async ({ HandshakeId }, from) => from.findById(handshakes, HandshakeId, everybody),
  authorize: (_, row, call) => ask(call, row && arnOf(call, row)),
  decide(_, row, call) {
    const isParty = row && [row.accountId, row.managementAccount].includes(call.account);
    return isParty ? row : call.fault('HandshakeNotFoundException', missing);
  },
  reply: (row, _, call) => ({ Handshake: handshakeOnWire(row, call) }),
});

export const ListHandshakesForAccount = query(api.ListHandshakesForAccount, {
  gather: (input, from, call) =>
    page(asked(input), handshakes.key, (part) =>
      from.filed(handshakes, 'account', call.account, { ...part, account: everybody }),
    ),
  authorize: (_, __, call) => ask(call, undefined),
  reply: (listed, _, call) => listing(api.ListHandshakesForAccount, listed, (row) => handshakeOnWire(row, call)),
});

export const ListHandshakesForOrganization = query(api.ListHandshakesForOrganization, {
  async gather(input, from, call) {
    const organization = await organizationFrom(from, call);
    const listed = await page(asked(input), handshakes.key, (part) =>
      from.filed(handshakes, 'organization', organization?.organizationId ?? '', { ...part, account: everybody }),
    );
    return { organization, listed };
  },
  authorize: (_, __, call) => ask(call, undefined),
  decide(_, { organization, listed }, call) {
    asManager(organization, call);
    return listed;
  },
  reply: (listed, _, call) => listing(api.ListHandshakesForOrganization, listed, (row) => handshakeOnWire(row, call)),
});
