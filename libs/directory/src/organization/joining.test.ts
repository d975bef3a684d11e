import { describe, test } from '@jest/globals';
import type { PlatformEvent } from '../platform/platform.js';
import { roles } from '../role/role.js';
import { CreateAccount, DescribeCreateAccountStatus, ListCreateAccountStatus } from './create-account.js';
import {
  AcceptHandshake,
  CancelHandshake,
  DeclineHandshake,
  DescribeHandshake,
  InviteAccountToOrganization,
  ListHandshakesForAccount,
  ListHandshakesForOrganization,
} from './handshake.operations.js';
import {
  acme,
  arn,
  given,
  joined,
  management,
  member,
  organizationId,
  outsider,
  root,
  rootOf,
} from './organization.testing.js';

const at = new Date('2026-11-20T10:00:00.000Z');
const expires = new Date('2026-12-05T10:00:00.000Z');
const handshakeId = 'h-0000000001';
const opened = {
  type: 'HandshakeOpened' as const,
  data: {
    handshakeId,
    organizationId,
    managementAccount: management,
    accountId: outsider,
    expiresAt: expires.toISOString(),
    tags: [],
  },
} satisfies PlatformEvent;
const closed = (state: 'ACCEPTED' | 'DECLINED' | 'CANCELED') =>
  ({ type: 'HandshakeClosed', data: { handshakeId, state } }) as const;
const handshake = (State: 'OPEN' | 'ACCEPTED' | 'EXPIRED') => ({
  Id: handshakeId,
  Arn: arn(`handshake/${organizationId}/invite/${handshakeId}`),
  Parties: [
    { Id: organizationId, Type: 'ORGANIZATION' as const },
    { Id: outsider, Type: 'ACCOUNT' as const },
  ],
  State,
  RequestedTimestamp: at,
  ExpirationTimestamp: expires,
  Action: 'INVITE' as const,
  Resources: [
    { Type: 'ORGANIZATION' as const, Value: organizationId },
    { Type: 'ACCOUNT' as const, Value: outsider },
  ],
});
const HandshakeId = handshakeId;

describe('invitations', () => {
  const invite = (Id: string, Type: 'ACCOUNT' | 'EMAIL' = 'ACCOUNT') => ({ Target: { Id, Type } });

  test('are sent by the management account', async () => {
    const outcome = given(...acme).when(InviteAccountToOrganization, invite(outsider));
    await outcome.then([opened]);
    await outcome.replies({ Handshake: handshake('OPEN') });
    await outcome.asks([
      {
        action: 'organizations:InviteAccountToOrganization',
        resource: arn(`account/${organizationId}/${outsider}`),
        account: management,
        context: {},
      },
    ]);
    await given(...acme)
      .as(rootOf(member))
      .when(InviteAccountToOrganization, invite(outsider))
      .fails('AccessDeniedException');
  });

  test('go to accounts of the installation that are in no organization and have none yet', async () => {
    await given(...acme)
      .when(InviteAccountToOrganization, invite('999999999999'))
      .fails('InvalidInputException', "You specified an account that doesn't exist.");
    await given(...acme)
      .when(InviteAccountToOrganization, invite('a@example.com', 'EMAIL'))
      .fails('InvalidInputException');
    await given(...acme)
      .when(InviteAccountToOrganization, invite(member))
      .fails('HandshakeConstraintViolationException');
    await given(...acme, opened)
      .when(InviteAccountToOrganization, invite(outsider))
      .fails('DuplicateHandshakeException');
  });

  test('make the account a member once it accepts', async () => {
    const invited = given(...acme, opened).as(rootOf(outsider));
    const outcome = invited.when(AcceptHandshake, { HandshakeId });
    await outcome.then([closed('ACCEPTED'), joined(outsider, root, { name: outsider })]);
    await outcome.replies({ Handshake: handshake('ACCEPTED') });
    const tags = [{ Key: 'a', Value: 'b' }];
    await given(...acme, { ...opened, data: { ...opened.data, tags } })
      .as(rootOf(outsider))
      .when(AcceptHandshake, { HandshakeId })
      .then([closed('ACCEPTED'), joined(outsider, root, { name: outsider, tags })]);
    await outcome.asks([
      {
        action: 'organizations:AcceptHandshake',
        resource: arn(`handshake/${organizationId}/invite/${handshakeId}`),
        account: outsider,
      },
    ]);
  });

  test('are answered by who was invited, and taken back by who invited', async () => {
    const sent = given(...acme, opened);
    await sent.when(AcceptHandshake, { HandshakeId }).fails('HandshakeNotFoundException');
    await sent.when(DeclineHandshake, { HandshakeId }).fails('HandshakeNotFoundException');
    await sent.when(CancelHandshake, { HandshakeId }).then([closed('CANCELED')]);
    const invited = sent.as(rootOf(outsider));
    await invited.when(CancelHandshake, { HandshakeId }).fails('HandshakeNotFoundException');
    await invited.when(DeclineHandshake, { HandshakeId }).then([closed('DECLINED')]);
    await sent.as(rootOf(member)).when(AcceptHandshake, { HandshakeId }).fails('HandshakeNotFoundException');
  });

  test('end once, and by themselves after fifteen days', async () => {
    await given(...acme, opened, closed('CANCELED'))
      .as(rootOf(outsider))
      .when(AcceptHandshake, { HandshakeId })
      .fails('InvalidHandshakeTransitionException');
    await given(...acme, opened, closed('CANCELED'))
      .when(CancelHandshake, { HandshakeId })
      .fails('HandshakeAlreadyInStateException');
    const late = given(...acme, opened).at(expires);
    await late.as(rootOf(outsider)).when(AcceptHandshake, { HandshakeId }).fails('InvalidHandshakeTransitionException');
    await late.when(DescribeHandshake, { HandshakeId }).replies({ Handshake: handshake('EXPIRED') });
  });

  test('show to both sides', async () => {
    const sent = given(...acme, opened);
    await sent.when(ListHandshakesForOrganization, {}).replies({ Handshakes: [handshake('OPEN')] });
    await sent
      .as(rootOf(outsider))
      .when(ListHandshakesForAccount, {})
      .replies({ Handshakes: [handshake('OPEN')] });
    await sent
      .as(rootOf(outsider))
      .when(DescribeHandshake, { HandshakeId })
      .replies({ Handshake: handshake('OPEN') });
    await sent.as(rootOf(member)).when(DescribeHandshake, { HandshakeId }).fails('HandshakeNotFoundException');
    await sent.as(rootOf(outsider)).when(ListHandshakesForOrganization, {}).fails('AWSOrganizationsNotInUseException');
  });
});

describe('accounts that an organization makes', () => {
  const input = { AccountName: 'dev', Email: 'dev@example.com' };
  const accountId = '888888888889';
  const requestId = 'car-00000000000000000002';
  const made = [
    { type: 'AccountCreated', data: { accountId } },
    joined(accountId, root, {
      name: 'dev',
      email: 'dev@example.com',
      method: 'CREATED',
      created: { requestId, roleName: 'OrganizationAccountAccessRole', managementAccount: management },
    }),
  ] as const;
  const status = { Id: requestId, AccountName: 'dev', RequestedTimestamp: at, AccountId: accountId };

  test('stand in the root', async () => {
    const outcome = given(...acme).when(CreateAccount, input);
    await outcome.then(made);
    await outcome.replies({ CreateAccountStatus: { ...status, State: 'IN_PROGRESS' } });
    await given(...acme)
      .as(rootOf(member))
      .when(CreateAccount, input)
      .fails('AccessDeniedException');
    await given(...acme, ...made)
      .when(CreateAccount, input)
      .fails('InvalidInputException');
  });

  test('are complete when the role is there by which the management account gets in', async () => {
    const begun = given(...acme, ...made);
    const asking = { CreateAccountRequestId: requestId };
    await begun
      .when(DescribeCreateAccountStatus, asking)
      .replies({ CreateAccountStatus: { ...status, State: 'IN_PROGRESS' } });
    const role = {
      roleId: 'AROAACCESS',
      roleName: 'OrganizationAccountAccessRole',
      path: '/',
      createdAt: '',
      trust: '{}',
      maxSessionSeconds: 3600,
      tags: [],
      attached: [],
      inline: {},
    };
    await begun
      .with(roles, [role], accountId)
      .when(DescribeCreateAccountStatus, asking)
      .replies({ CreateAccountStatus: { ...status, State: 'SUCCEEDED', CompletedTimestamp: at } });
    const listed = begun.with(roles, [role], accountId);
    const succeeded = { ...status, State: 'SUCCEEDED' as const, CompletedTimestamp: at };
    await listed.when(ListCreateAccountStatus, {}).replies({ CreateAccountStatuses: [succeeded] });
    await listed.when(ListCreateAccountStatus, { States: ['FAILED'] }).replies({ CreateAccountStatuses: [] });
    await given(...acme)
      .when(DescribeCreateAccountStatus, asking)
      .fails('CreateAccountStatusNotFoundException');
  });
});
