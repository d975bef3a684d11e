import { describe, expect, test } from '@jest/globals';
import { muniment } from '@muniment/aws-model';
import { awsServiceNames, definitionLimits, munimentService, readServiceDefinition } from '@muniment/service-catalog';
import { account, event, given, noise } from '../directory.testing.js';
import { DeregisterService, DescribeService, ListServices, RegisterService } from './registered-service.operations.js';

const at = new Date('2026-11-20T10:00:00.000Z');

const documentOf = (prefix: string, ...actions: string[]): string =>
  JSON.stringify({ prefix, actions: actions.map((name) => ({ name, accessLevel: 'Read' })) });

/** As it is stored: complete, and without white space. */
function stored(document: string): string {
  const read = readServiceDefinition(document);
  return read.ok ? JSON.stringify(read.definition) : '';
}

const orders = documentOf('orders', 'GetOrder', 'ListOrders');
const arn = (prefix: string, region = 'us-east-1') => `arn:aws:muniment:${region}:${account}:service/${prefix}`;
const registered = (prefix: string, ...actions: string[]) =>
  event('ServiceRegistered', { prefix, definition: stored(documentOf(prefix, ...actions)), actions: actions.length });
const ordersRegistered = registered('orders', 'GetOrder', 'ListOrders');
const inList = (prefix: string, ActionCount: number) => ({
  Prefix: prefix,
  Owner: 'Account' as const,
  Arn: arn(prefix),
  ActionCount,
  RegisteredAt: at,
});

/** Goes by the action of the operation that it does many times. */
const withoutAction = ['BatchIsAuthorized'];

test('every operation of the own API is an action in the catalogue', () => {
  const actions = munimentService.actions.map(({ name }) => name).sort();
  const operations = Object.keys(muniment.service.operations).sort();
  expect([...actions, ...withoutAction].sort()).toEqual(operations);
});

test('what the model lets in is what the definition may be', () => {
  const { shape } = muniment.RegisterService.input.members[0] ?? {};
  expect(shape).toMatchObject({ kind: 'string', max: definitionLimits.characters });
});

describe('RegisterService', () => {
  test('keeps the definition, complete and without white space', async () => {
    const spaced = JSON.stringify(JSON.parse(orders), undefined, 2);
    const outcome = given().when(RegisterService, { Definition: spaced });
    await outcome.then([ordersRegistered]);
    await outcome.replies({ Service: inList('orders', 2) });
  });

  test('keeps the name that people know it by', () =>
    given()
      .when(RegisterService, { Definition: orders.replace('{', '{"name":"Orders",') })
      .replies({ Service: { ...inList('orders', 2), Name: 'Orders' } }));

  test('once more replaces it; with the same definition it changes nothing', async () => {
    await given(ordersRegistered)
      .when(RegisterService, { Definition: documentOf('orders', 'GetOrder') })
      .then([registered('orders', 'GetOrder')]);
    const again = given(ordersRegistered).when(RegisterService, { Definition: ` ${orders}` });
    await again.then([]);
    await again.replies({ Service: inList('orders', 2) });
  });

  test('is asked about the service, in the region of the call', async () => {
    const ask = { action: 'muniment:RegisterService' };
    await given()
      .when(RegisterService, { Definition: orders })
      .asks([{ ...ask, resource: arn('orders') }]);
    await given()
      .as({ type: 'Root', account, arn: `arn:aws:iam::${account}:root` }, { region: 'eu-west-1' })
      .when(RegisterService, { Definition: orders })
      .asks([{ ...ask, resource: arn('orders', 'eu-west-1') }]);
  });

  test('of what cannot be read is asked about all services, and refused with the place', async () => {
    const outcome = given().when(RegisterService, { Definition: documentOf('s3', 'GetOrder') });
    await outcome.asks([{ action: 'muniment:RegisterService', resource: arn('*') }]);
    await outcome.fails(
      'InvalidServiceDefinitionException',
      'prefix: `s3` is the prefix of a service that there is already',
    );
    await given()
      .when(RegisterService, { Definition: '{' })
      .fails('InvalidServiceDefinitionException', /^the definition is not JSON: /);
  });

  test('a hundred services are the most; one of them can still be replaced', async () => {
    const hundred = noise(100, (n) => registered(`own-${n}`, 'Get'));
    await given(...hundred)
      .when(RegisterService, { Definition: orders })
      .fails('LimitExceededException', 'an account may have 100 services at most');
    await given(...hundred)
      .when(RegisterService, { Definition: documentOf('own-7', 'Put') })
      .then([registered('own-7', 'Put')]);
  });
});

describe('DescribeService', () => {
  test('gives the definition back', () =>
    given(ordersRegistered)
      .when(DescribeService, { Prefix: 'Orders' })
      .replies({ Service: inList('orders', 2), Definition: stored(orders) }));

  test('is asked about the service', () =>
    given(ordersRegistered)
      .when(DescribeService, { Prefix: 'orders' })
      .asks([{ action: 'muniment:DescribeService', resource: arn('orders') }]));

  test.each(['orders', 's3', 'constructor'])('of `%s`, which is not registered, is refused', (Prefix) =>
    given()
      .when(DescribeService, { Prefix })
      .fails('ResourceNotFoundException', `there is no registered service \`${Prefix}\``),
  );

  test('of another account shows nothing', () =>
    given()
      .elsewhere('444455556666', ordersRegistered)
      .when(DescribeService, { Prefix: 'orders' })
      .fails('ResourceNotFoundException'));
});

describe('ListServices', () => {
  const both = [ordersRegistered, registered('billing-run', 'Start')];
  const [billing, order] = [inList('billing-run', 1), inList('orders', 2)];

  test('goes by prefix, page by page', async () => {
    await given(...both)
      .when(ListServices, {})
      .replies({ Services: [billing, order] });
    await given(...both)
      .when(ListServices, { MaxResults: 1 })
      .replies({ Services: [billing], NextToken: 'Account:billing-run' });
    await given(...both)
      .when(ListServices, { MaxResults: 1, NextToken: 'Account:billing-run' })
      .replies({ Services: [order] });
  });

  test("has AWS's behind the account's own, if that is asked for", async () => {
    const aws = Object.entries(awsServiceNames).map(([Prefix, Name]) => ({ Prefix, Name, Owner: 'AWS' as const }));
    await given(...both)
      .when(ListServices, { IncludeAWS: true, MaxResults: 1000 })
      .replies({ Services: [billing, order, ...aws] });
    await given(...both)
      .when(ListServices, { IncludeAWS: true, MaxResults: 3 })
      .replies({ Services: [billing, order, ...aws.slice(0, 1)], NextToken: `AWS:${aws[0]?.Prefix}` });
  });

  test('is asked about no service in particular', () =>
    given()
      .when(ListServices, {})
      .asks([{ action: 'muniment:ListServices', resource: '*' }]));
});

describe('DeregisterService', () => {
  test('removes it', () =>
    given(ordersRegistered)
      .when(DeregisterService, { Prefix: 'ORDERS' })
      .then([event('ServiceDeregistered', { prefix: 'orders' })]));

  test('is asked about the service', () =>
    given(ordersRegistered)
      .when(DeregisterService, { Prefix: 'orders' })
      .asks([{ action: 'muniment:DeregisterService', resource: arn('orders') }]));

  test('of what is not registered, or not any more, is refused', async () => {
    const events = [ordersRegistered, event('ServiceDeregistered', { prefix: 'orders' })];
    for (const happened of [[], events]) {
      await given(...happened)
        .when(DeregisterService, { Prefix: 'orders' })
        .fails('ResourceNotFoundException', 'there is no registered service `orders`');
    }
  });
});
