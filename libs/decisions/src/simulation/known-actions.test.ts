import { beforeEach, describe, expect, test } from '@jest/globals';
import type { iam } from '@muniment/aws-model';
import { Accounts, account, allow } from '../accounts.testing.js';
import { custom } from './simulation.testing.js';

/*
 * Where a test says (seen), AWS gave this very answer to this very request: docs/simulator.md, "Proof".
 */

let accounts: Accounts;

beforeEach(() => {
  accounts = new Accounts();
});

const a = 'arn:aws:s3:::photos/a';
const get = allow('s3:GetObject');
const all = allow('*');

const simulated = (input: Partial<iam.SimulateCustomPolicyRequest>) => custom(input, accounts);

describe('actions and resources that are known', () => {
  test.each([
    ['is of another service', 's3:GetObject', `arn:aws:iam::${account}:user/alice`, 'implicitDeny'],
    ['is of another type', 'iam:PassRole', `arn:aws:iam::${account}:user/alice`, 'implicitDeny'],
    ['is of a type that goes with the action’s', 's3:ListBucket', a, 'allowed'],
    ['does not look like one of the action’s', 'iam:GetUser', `arn:aws:iam::${account}:*`, 'implicitDeny'],
    ['has a path', 'iam:GetUser', `arn:aws:iam::${account}:user/staff/alice`, 'allowed'],
    ['is given to an action that has none', 'iam:ListUsers', `arn:aws:iam::${account}:user/`, 'allowed'],
  ])('a resource that %s', async (_, action, resource, decided) => {
    const results = await simulated({ PolicyInputList: [all], ActionNames: [action], ResourceArns: [resource] });
    expect(results).toMatchObject([{ EvalDecision: decided }]);
  });

  test('services of the account’s own are known', async () => {
    const definition = JSON.stringify({
      prefix: 'orders',
      actions: [
        {
          name: 'Get',
          accessLevel: 'Read',
          resourceTypes: [{ name: 'order' }],
          conditionKeys: [],
          dependentActions: [],
        },
      ],
      resourceTypes: [
        { name: 'order', arn: 'arn:${Partition}:orders:${Region}:${Account}:order/${Id}', conditionKeys: [] },
        { name: 'cart', arn: 'arn:${Partition}:orders:${Region}:${Account}:cart/${Id}', conditionKeys: [] },
      ],
      conditionKeys: [],
    });
    accounts.happen(account, { type: 'ServiceRegistered', data: { prefix: 'orders', definition, actions: 1 } });
    const ofOrders = (name: string) => `arn:aws:orders:eu-west-1:${account}:${name}/1`;
    const ResourceArns = [ofOrders('order'), ofOrders('cart')];
    const [result] = await simulated({ PolicyInputList: [all], ActionNames: ['orders:Get'], ResourceArns });
    expect(result).toMatchObject({
      EvalResourceName: 'arn:aws:orders:${Region}:${Account}:order/${Id}',
      ResourceSpecificResults: [{ EvalResourceDecision: 'allowed' }, { EvalResourceDecision: 'implicitDeny' }],
    });
  });

  test.each(['s3:MadeUp', 'madeup:Action', 's3:*', 's3:', 's3:Get Object'])(
    'an action that nobody knows is compared as it is: %s (seen)',
    async (action) => {
      expect(await simulated({ PolicyInputList: [all], ActionNames: [action] })).toMatchObject([
        { EvalDecision: 'allowed' },
      ]);
      expect(await simulated({ PolicyInputList: [get], ActionNames: [action] })).toMatchObject([
        { EvalDecision: 'implicitDeny' },
      ]);
    },
  );
});
