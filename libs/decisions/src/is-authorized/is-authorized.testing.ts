import type { muniment } from '@muniment/aws-model';
import { account, Accounts, allow, inline, now, roleCreated, userCreated } from '../accounts.testing.js';
import { Decisions } from '../decisions.js';
import { Inquiries } from './inquiries.js';

/** A definition as it is stored. */
export const orders = JSON.stringify({
  prefix: 'orders',
  actions: [
    {
      name: 'GetOrder',
      accessLevel: 'Read',
      resourceTypes: [{ name: 'order', required: true }],
      conditionKeys: [],
      dependentActions: [],
    },
    { name: 'ListOrders', accessLevel: 'List', resourceTypes: [], conditionKeys: [], dependentActions: [] },
  ],
  resourceTypes: [
    { name: 'order', arn: 'arn:${Partition}:orders:${Region}:${Account}:order/${OrderId}', conditionKeys: [] },
  ],
  conditionKeys: [
    { name: 'orders:Channel', type: 'String' },
    { name: 'orders:Amount/${Currency}', type: 'Numeric' },
    { name: 'orders:Labels', type: 'ArrayOfString' },
    { name: 'orders:Due', type: 'Date' },
    { name: 'orders:From', type: 'IPAddress' },
    { name: 'orders:Express', type: 'Bool' },
  ],
});

export const order = `arn:aws:orders:eu-west-1:${account}:order/17`;

/** An account with a service of its own, a user and a role that may read orders. */
export function shop() {
  const accounts = new Accounts();
  accounts.happenToAll({ type: 'AccountCreated', data: { accountId: account } });
  const team = { tags: [{ Key: 'Team', Value: 'sales' }] };
  accounts.happen(
    account,
    { type: 'ServiceRegistered', data: { prefix: 'orders', definition: orders, actions: 2 } },
    userCreated('ann', team),
    inline('User', 'ann', 'read', allow('orders:Get*', { Sid: 'Read' })),
    userCreated('bob'),
    roleCreated('Clerk', team),
    inline('Role', 'Clerk', 'read', allow('orders:*')),
  );
  const decisions = new Decisions({ from: accounts.reader });
  const inquiries = new Inquiries(decisions);
  const ask = async (question: Partial<muniment.IsAuthorizedRequest>, more: object = {}) =>
    inquiries.answer(
      { Actions: ['orders:GetOrder'], Resources: [order], ...question },
      { partition: 'aws', now, ...more },
    );
  const happen: Accounts['happen'] = (owner, ...events) => {
    const changes = accounts.happen(owner, ...events);
    decisions.changed(changes);
    return changes;
  };
  return { accounts, decisions, inquiries, ask, happen };
}

/** The statement by which the users of the shop read orders, as an answer names it. */
export const read = { PolicyId: 'read', PolicyType: 'IDENTITY_BASED_POLICY', Index: 0, Sid: 'Read' };
/** The answer that these statements allow. */
export const allowedBy = (...DeterminingStatements: object[]) => ({
  Decision: 'ALLOW',
  Explicit: false,
  DeterminingStatements,
});
