import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { accessLevels, awsServices, type Catalogue, conditionKeyTypes, type ServiceDefinition } from './index.js';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await awsServices();
});

const orders: ServiceDefinition = {
  prefix: 'orders',
  name: 'Orders',
  actions: [
    {
      name: 'GetOrder',
      accessLevel: 'Read',
      resourceTypes: [{ name: 'order', required: true }],
      conditionKeys: ['orders:Channel'],
      dependentActions: [],
    },
    { name: 'ListOrders', accessLevel: 'List', resourceTypes: [], conditionKeys: [], dependentActions: [] },
  ],
  resourceTypes: [
    { name: 'order', arn: 'arn:${Partition}:orders:${Region}:${Account}:order/${OrderId}', conditionKeys: [] },
    {
      name: 'line',
      arn: 'arn:${Partition}:orders:${Region}:${Account}:order/${OrderId}/line/${LineId}',
      conditionKeys: [],
    },
  ],
  conditionKeys: [
    { name: 'orders:Channel', type: 'String' },
    { name: 'orders:Amount/${Currency}', type: 'Numeric' },
  ],
};

test('the data of all AWS services stay below 300 kB, compressed (issue 4)', () => {
  const data = readFileSync(new URL('aws-services.gen.ts', import.meta.url));
  const names = readFileSync(new URL('aws-names.gen.ts', import.meta.url));
  expect(gzipSync(Buffer.concat([data, names]), { level: 9 }).length).toBeLessThan(300_000);
});

test('the data are loaded once', async () => {
  expect(await awsServices()).toBe(catalogue);
});

/** Names that a service refers to and does not define, and ARN formats that are none. */
function flawsOf({ prefix, actions, resourceTypes, conditionKeys }: ServiceDefinition): string[] {
  const types = new Set(resourceTypes.map(({ name }) => name));
  const keys = new Set(conditionKeys.map(({ name }) => name));
  const used = [...actions, ...resourceTypes].flatMap((user) => user.conditionKeys);
  return [
    ...actions.flatMap((action) => action.resourceTypes.flatMap(({ name }) => (types.has(name) ? [] : [name]))),
    ...used.filter((key) => !keys.has(key)),
    ...resourceTypes.flatMap(({ arn }) => (/^arn:\$\{Partition\}:[^:]+:[^:]*:[^:]*:./.test(arn) ? [] : [arn])),
    ...conditionKeys.flatMap(({ name, type }) => (conditionKeyTypes.includes(type) ? [] : [name])),
    ...actions.flatMap(({ name, accessLevel }) => (accessLevels.includes(accessLevel) ? [] : [name])),
    ...(actions.length === 0 ? [prefix] : []),
  ];
}

test('every AWS service is there, each with actions, and refers to nothing that it does not define', () => {
  const services = catalogue.services().filter(({ isAws }) => isAws);
  expect(services.length).toBeGreaterThan(400);
  const all = services.map(({ prefix }) => catalogue.service(prefix) as ServiceDefinition);
  expect(all.flatMap(flawsOf)).toEqual([]);
  expect(all.map(({ prefix, name }) => ({ prefix, name, isAws: true }))).toEqual(services);
});

describe('actions', () => {
  test('of a service are found whatever their case, with their level and resources', () => {
    expect(catalogue.action('S3:getobject')).toMatchObject({
      id: 's3:GetObject',
      service: 's3',
      accessLevel: 'Read',
      resourceTypes: expect.arrayContaining([{ name: 'object' }]),
      conditionKeys: expect.arrayContaining(['s3:ExistingObjectTag/${key}']),
    });
    expect(catalogue.action('sqs:SendMessage')?.resourceTypes).toEqual([{ name: 'queue', required: true }]);
  });

  test.each([
    ['s3:ListAllMyBuckets', 'List'],
    ['s3:PutObject', 'Write'],
    ['s3:PutBucketPolicy', 'Permissions management'],
    ['sqs:TagQueue', 'Tagging'],
  ])('%s: %s (service authorization reference)', (id, level) => {
    expect(catalogue.action(id)?.accessLevel).toBe(level);
  });

  test.each(['', ':', 's3', 's3:', 's3:Get*', 'constructor:toString', 's3:constructor', '__proto__:x'])(
    '`%s` is none',
    (id) => {
      expect(catalogue.action(id)).toBeUndefined();
    },
  );

  test('that a pattern means are listed whole', () => {
    expect(catalogue.actionsMatching('SQS:*queue')).toEqual([
      'sqs:CreateQueue',
      'sqs:DeleteQueue',
      'sqs:PurgeQueue',
      'sqs:TagQueue',
      'sqs:UntagQueue',
    ]);
    expect(catalogue.actionsMatching('sqs:?ag*')).toEqual(['sqs:TagQueue']);
    expect(catalogue.actionsMatching('*').length).toBeGreaterThan(20_000);
    for (const none of ['nosuch:*', 's3', 'Get*', 's*:GetObject']) expect(catalogue.actionsMatching(none)).toEqual([]);
  });
});

describe('resource types', () => {
  test.each([
    ['arn:aws:s3:::photos', ['bucket']],
    ['arn:aws:s3:::photos/cat.jpg', ['object']],
    ['arn:aws:s3:::photos/2026/cat.jpg', ['object']],
    ['arn:aws:iam::111122223333:user/bob', ['user']],
    ['arn:aws:iam::111122223333:user/division/bob', ['user']],
    ['arn:aws:ec2:eu-west-1:111122223333:instance/i-1', ['instance']],
    ['arn:aws:dynamodb:*:*:table/Books', ['table']],
    ['arn:aws:dms:eu-west-1:111122223333:task:T1', ['ReplicationTask']],
    ['arn:aws:execute-api:eu-west-1:111122223333:a1/prod/GET/pets/1', ['execute-api-general']],
    ['arn:aws:apigateway:eu-west-1::/restapis/a/stages/b', ['Stage']],
    ['arn:aws:apigateway:eu-west-1::/apis/a/stages/b', ['Stage']],
    ['arn:aws:nosuch:eu-west-1:111122223333:thing', []],
    ['photos', []],
    ['arn:aws:s3', []],
  ])('%s: %j', (arn, names) => {
    const found = catalogue.resourceTypesOf(arn).filter(({ service }) => service === arn.split(':')[2]);
    expect(found.map(({ name }) => name)).toEqual(names);
  });

  test('of another service that speaks of such ARNs are found behind its own', () => {
    const found = catalogue.resourceTypesOf('arn:aws:ec2:eu-west-1::snapshot/snap-1');
    expect(found.map(({ service }) => service)).toEqual(['ec2', 'ebs']);
  });
});

describe('condition keys', () => {
  test.each([
    ['aws:SourceIp', undefined, 'IPAddress'],
    ['aws:principaltag/Team', undefined, 'String'],
    ['aws:TagKeys', undefined, 'ArrayOfString'],
    ['aws:MultiFactorAuthAge', undefined, 'Numeric'],
    ['s3:max-keys', undefined, 'Numeric'],
    ['s3:ExistingObjectTag/colour', undefined, 'String'],
    ['ec2:Attribute/PublicIp', 'ec2:ModifyInstanceAttribute', 'String'],
    ['saml:aud', undefined, 'String'],
    ['accounts.google.com:aud', undefined, 'String'],
    ['token.actions.githubusercontent.com:ref', 'sts:AssumeRoleWithWebIdentity', 'String'],
    ['agent.example.buildkite.dev:build_branch', undefined, 'String'],
    ['aws:PrincipalTag/', undefined, undefined],
    ['aws:NoSuchKey', undefined, undefined],
    ['nosuch:key', undefined, undefined],
    ['constructor', undefined, undefined],
  ])('%s of %s: %s', (key, action, type) => {
    expect(catalogue.conditionKeyType(key, action)).toBe(type);
  });
});

test('which services heed resource control policies', () => {
  expect(catalogue.heedsResourceControlPolicies('s3')).toBe(true);
  expect(catalogue.heedsResourceControlPolicies('ec2')).toBe(false);
});

describe('own services', () => {
  test('are found like those of AWS, and only in the catalogue that they were put into', () => {
    const own = catalogue.with([orders]);
    expect(own.service('Orders')).toEqual(orders);
    expect(own.action('orders:getorder')?.id).toBe('orders:GetOrder');
    expect(own.actionsMatching('orders:*')).toEqual(['orders:GetOrder', 'orders:ListOrders']);
    const arn = 'arn:aws:orders:eu-west-1:111122223333:order/17';
    expect(own.resourceTypesOf(arn).map(({ name }) => name)).toEqual(['order']);
    expect(own.resourceTypesOf(`${arn}/line/3`).map(({ name }) => name)).toEqual(['line']);
    expect(own.conditionKeyType('orders:amount/EUR', 'orders:GetOrder')).toBe('Numeric');
    expect(own.conditionKeyType('aws:SourceIp', 'orders:GetOrder')).toBe('IPAddress');
    expect(own.heedsResourceControlPolicies('orders')).toBe(true);
    expect(own.services()).toContainEqual({ prefix: 'orders', name: 'Orders', isAws: false });
    expect(own.action('s3:GetObject')).toBeDefined();
    expect(catalogue.service('orders')).toBeUndefined();
    expect(own.with([]).service('orders')).toBeUndefined();
  });

  test("Muniment's own is always there", () => {
    expect(catalogue.with([orders]).action('muniment:RegisterService')?.accessLevel).toBe('Write');
  });

  test("none takes the place of one of AWS's or Muniment's", () => {
    const own = catalogue.with([
      { ...orders, prefix: 's3' },
      { ...orders, prefix: 'muniment' },
    ]);
    expect(own.action('s3:GetOrder')).toBeUndefined();
    expect(own.action('muniment:GetOrder')).toBeUndefined();
  });
});
