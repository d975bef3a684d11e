import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { awsServices, definitionLimits, munimentService, readServiceDefinition } from './index.js';

const order = 'arn:${Partition}:orders:${Region}:${Account}:order/${OrderId}';

const orders = {
  prefix: 'orders',
  name: 'Orders',
  actions: [
    { name: 'GetOrder', accessLevel: 'Read', resourceTypes: [{ name: 'order', required: true }] },
    {
      name: 'PutOrder',
      accessLevel: 'Write',
      resourceTypes: [{ name: 'ORDER' }],
      conditionKeys: ['orders:channel', 'aws:RequestTag/${TagKey}'],
      dependentActions: ['orders:GetOrder', 'sqs:SendMessage'],
    },
  ],
  resourceTypes: [{ name: 'order', arn: order, conditionKeys: ['aws:ResourceTag/${TagKey}'] }],
  conditionKeys: [{ name: 'orders:Channel', type: 'String' }],
};

const read = (value: unknown) => readServiceDefinition(JSON.stringify(value));

test('what may be left out is filled in, and names are spelt as they are defined', () => {
  expect(read(orders)).toEqual({
    ok: true,
    definition: {
      ...orders,
      actions: [
        { ...orders.actions[0], conditionKeys: [], dependentActions: [] },
        {
          ...orders.actions[1],
          resourceTypes: [{ name: 'order' }],
          conditionKeys: ['orders:Channel', 'aws:RequestTag/${TagKey}'],
        },
      ],
    },
  });
  const least = { prefix: 'a', actions: [{ name: 'B', accessLevel: 'List' }] };
  expect(read(least)).toMatchObject({ ok: true, definition: { prefix: 'a', resourceTypes: [], conditionKeys: [] } });
});

test('what was read reads again as the same', () => {
  const once = read(orders);
  expect(once.ok && read(once.definition)).toEqual(once);
});

const changed = (change: object) => ({ ...orders, ...change });
const action = (change: object) => changed({ actions: [{ ...orders.actions[0], ...change }] });
const type = (change: object) => changed({ resourceTypes: [{ ...orders.resourceTypes[0], ...change }] });
const key = (change: object) => changed({ conditionKeys: [{ ...orders.conditionKeys[0], ...change }] });

test.each([
  [[], '', 'must be an object, not `[]`'],
  [changed({ prefix: undefined }), 'prefix', 'is missing'],
  [changed({ prefix: 7 }), 'prefix', 'must be a text, not `7`'],
  [
    changed({ prefix: 'Orders' }),
    'prefix',
    '`Orders` is not possible: lower-case letters, digits and hyphens, a letter first',
  ],
  [changed({ prefix: 's3' }), 'prefix', '`s3` is the prefix of a service that there is already'],
  [changed({ prefix: 'aws' }), 'prefix', '`aws` is the prefix of a service that there is already'],
  [changed({ prefix: 'muniment' }), 'prefix', '`muniment` is the prefix of a service that there is already'],
  [changed({ prefix: 'o'.repeat(65) }), 'prefix', 'has 65 characters, at most 64 are possible'],
  [changed({ name: 'a\nb' }), 'name', '`a\nb` is not possible: a line of text'],
  [
    changed({ colour: 'red' }),
    'colour',
    'there is no member `colour` here: there are prefix, name, actions, resourceTypes, conditionKeys',
  ],
  [changed({ actions: [] }), 'actions', 'there must be at least one action'],
  [changed({ actions: {} }), 'actions', 'must be a list, not `{}`'],
  [action({ name: 'Get*' }), 'actions[0].name', '`Get*` is not possible: letters, digits and hyphens, a letter first'],
  [
    action({ accessLevel: 'Look' }),
    'actions[0].accessLevel',
    'there is no `Look`: there are List, Read, Write, Permissions management, Tagging',
  ],
  [action({ accessLevel: undefined }), 'actions[0].accessLevel', 'is missing'],
  [action({ resourceTypes: ['order'] }), 'actions[0].resourceTypes[0]', 'must be an object, not `order`'],
  [
    action({ resourceTypes: [{ name: 'line' }] }),
    'actions[0].resourceTypes[0].name',
    'the service has no resource type `line`',
  ],
  [
    action({ resourceTypes: [{ name: 'order' }, { name: 'Order' }] }),
    'actions[0].resourceTypes[1].name',
    '`order` is there already',
  ],
  [
    action({ resourceTypes: [{ name: 'order', required: 1 }] }),
    'actions[0].resourceTypes[0].required',
    'must be true or false, not `1`',
  ],
  [
    action({ conditionKeys: ['orders:Colour'] }),
    'actions[0].conditionKeys[0]',
    'the service has no condition key `orders:Colour`',
  ],
  [
    action({ conditionKeys: ['orders:Channel', 'orders:Channel'] }),
    'actions[0].conditionKeys[1]',
    '`orders:Channel` is there already',
  ],
  [
    action({ dependentActions: ['PassRole'] }),
    'actions[0].dependentActions[0]',
    '`PassRole` is not possible: a whole action such as `iam:PassRole`',
  ],
  [
    action({ dependentActions: ['orders:Nothing'] }),
    'actions[0].dependentActions[0]',
    'the service has no action `orders:Nothing`',
  ],
  [
    changed({ actions: [orders.actions[0], { ...orders.actions[0], name: 'getorder' }] }),
    'actions[1].name',
    '`getorder` is there already as `GetOrder`',
  ],
  [
    type({ name: 'or der' }),
    'resourceTypes[0].name',
    '`or der` is not possible: letters, digits, hyphens, _ and /, a letter first',
  ],
  [
    type({ arn: 'arn:aws:orders:order' }),
    'resourceTypes[0].arn',
    '`arn:aws:orders:order` has not the six parts of an ARN: arn:partition:service:region:account:…',
  ],
  [
    type({ arn: order.replace('orders', 's3') }),
    'resourceTypes[0].arn',
    'service `s3` must be the service itself: `orders`',
  ],
  [
    type({ arn: order.replace('${Partition}', 'gcp') }),
    'resourceTypes[0].arn',
    'partition `gcp` is not possible: there are `${Partition}`, `aws`',
  ],
  [
    type({ arn: 'arn:aws:orders:::' }),
    'resourceTypes[0].arn',
    '`arn:aws:orders:::` names no resource after the fifth colon',
  ],
  [
    type({ arn: `${order}*` }),
    'resourceTypes[0].arn',
    `\`${order}*\` is not possible: an ARN of letters, digits, _./:@+=,- and \`\${Placeholder}\``,
  ],
  [
    key({ name: 'Channel' }),
    'conditionKeys[0].name',
    '`Channel` is not possible: `orders:` and letters, digits, _./:@-, or `${Placeholder}`',
  ],
  [key({ name: 'aws:Channel' }), 'conditionKeys[0].name', '`aws:Channel` must begin with `orders:`'],
  [
    key({ type: 'Text' }),
    'conditionKeys[0].type',
    expect.stringMatching(/^there is no `Text`: there are String, Numeric, /),
  ],
])('%j is refused at %s: %s', (definition, path, message) => {
  expect(read(definition)).toEqual({ ok: false, error: { path, message } });
});

test('what is no JSON, or too much of it, is refused', () => {
  expect(readServiceDefinition('{')).toEqual({
    ok: false,
    error: { path: '', message: expect.stringMatching(/^is not JSON: /) },
  });
  const long = ' '.repeat(definitionLimits.characters + 1);
  expect(readServiceDefinition(long)).toEqual({
    ok: false,
    error: { path: '', message: 'has 262145 characters, at most 262144 are possible' },
  });
  const names = Array.from({ length: definitionLimits.actions + 1 }, (_, at) => ({
    name: `A${at}`,
    accessLevel: 'Read',
  }));
  expect(read(changed({ actions: names }))).toMatchObject({
    error: { path: 'actions', message: 'has 2001 items, at most 2000 are possible' },
  });
});

test('members that objects inherit are no members', () => {
  expect(readServiceDefinition('{"__proto__":{"prefix":"orders"}}')).toMatchObject({ error: { path: '__proto__' } });
  expect(read({ constructor: 1 })).toMatchObject({ error: { path: 'constructor' } });
});

test('whatever JSON comes is read or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(typeof readServiceDefinition(json).ok).toBe('boolean');
    }),
  );
  const pieces = fc.constantFrom('orders', 'order', order, [], {}, null, 1, [{ name: 'order' }], 'String', 'Read');
  const member = fc.dictionary(fc.constantFrom('name', 'accessLevel', 'arn', 'type', 'resourceTypes'), pieces);
  const document = fc.record(
    { prefix: pieces, actions: fc.array(member), resourceTypes: fc.array(member), conditionKeys: fc.array(member) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(document, (value) => {
      expect(typeof read(value).ok).toBe('boolean');
    }),
  );
});

test("definitions of AWS's services and of Muniment's have the same form", async () => {
  const renamed = (definition: unknown, from: string) =>
    JSON.parse(
      JSON.stringify(definition)
        .replaceAll(`"${from}:`, '"own:')
        .replaceAll(/:(?:iam|sts|sqs|muniment):/g, ':own:'),
    ) as Record<string, unknown>;
  const sqs = (await awsServices()).service('sqs');
  for (const service of [sqs, munimentService]) {
    const { conditionKeys, ...rest } = renamed(service, service?.prefix ?? '');
    const own = (conditionKeys as { name: string }[]).filter(({ name }) => !name.startsWith('aws:'));
    expect(read({ ...rest, prefix: 'own', conditionKeys: own })).toMatchObject({ ok: true });
  }
});
