import { describe, test } from '@jest/globals';
import { type AwsManagedPolicy, awsManagedPolicies, awsManagedPolicy } from '@muniment/aws-managed-policies';
import { account, allowAll, arns, created, event, given, ids, noise, tags } from '../directory.testing.js';
import { AttachUserPolicy } from '../user/user.operations.js';
import {
  CreatePolicy,
  DeletePolicy,
  GetPolicy,
  ListPolicies,
  ListPolicyTags,
  TagPolicy,
  UntagPolicy,
} from './managed-policy.operations.js';

const at = new Date('2026-11-20T10:00:00.000Z');
const policyId = 'ANPA00000000000000001';

const onWire = (name: string, more: object = {}, path = '/') => ({
  PolicyName: name,
  PolicyId: policyId,
  Arn: `arn:aws:iam::${account}:policy${path}${name}`,
  Path: path,
  DefaultVersionId: 'v1',
  AttachmentCount: 0,
  PermissionsBoundaryUsageCount: 0,
  IsAttachable: true,
  CreateDate: at,
  UpdateDate: at,
  ...more,
});
const mine = onWire('Mine', { PolicyId: ids.policy }, '/own/');

/** Allows one action, padded to a size in which white space does not count. */
const sized = (size: number): string => {
  const empty = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*","Action":"s3:"}}';
  return empty.replace('"s3:"', ` "s3:${'x'.repeat(size - empty.length)}" \n\t`);
};

const attached = (policyArn: string) => event('UserPolicyAttached', { id: ids.alice, policyArn });
const bounded = (boundary: string) => event('RoleBoundaryPut', { id: ids.deploy, boundary });
const second = event('PolicyVersionCreated', {
  policyId: ids.policy,
  versionId: 'v2',
  document: allowAll,
  setAsDefault: false,
});

describe('CreatePolicy', () => {
  test('makes a policy with version v1 as default (requirements-2 section 27)', async () => {
    const input = { PolicyName: 'New', PolicyDocument: allowAll };
    await given()
      .when(CreatePolicy, input)
      .then([event('PolicyCreated', { policyId, policyName: 'New', path: '/', document: allowAll, tags: [] })]);
    await given()
      .when(CreatePolicy, input)
      .replies({ Policy: onWire('New') });
  });

  test('takes path, description and tags', async () => {
    const input = { PolicyName: 'New', Path: '/a/', PolicyDocument: allowAll, Description: 'All', Tags: tags };
    const data = { policyId, policyName: 'New', path: '/a/', document: allowAll, tags, description: 'All' };
    const call = given().when(CreatePolicy, input);
    await call.then([event('PolicyCreated', data)]);
    await call.replies({ Policy: onWire('New', { Tags: tags }, '/a/') });
  });

  test('with tags it takes the permission to tag as well', () => {
    const resource = `arn:aws:iam::${account}:policy/New`;
    const context = { 'aws:TagKeys': ['Team'], 'aws:RequestTag/Team': 'red', 'aws:ResourceTag/Team': 'red' };
    return given()
      .when(CreatePolicy, { PolicyName: 'New', PolicyDocument: allowAll, Tags: tags })
      .asks([
        { action: 'iam:CreatePolicy', resource, context },
        { action: 'iam:TagPolicy', resource, context },
      ]);
  });

  test('a name is taken whatever its path and case (requirements-4 NAM-4)', () =>
    given(created.policy)
      .when(CreatePolicy, { PolicyName: 'MINE', PolicyDocument: allowAll })
      .fails('EntityAlreadyExists', 'A policy called MINE already exists. Duplicate names are not allowed.'));

  test("a name of one of AWS's policies is free", () =>
    given()
      .when(CreatePolicy, { PolicyName: 'ReadOnlyAccess', PolicyDocument: allowAll })
      .replies({ Policy: onWire('ReadOnlyAccess') }));

  test('a document of 6144 characters without white space is accepted (requirements-4 LIM-10)', () =>
    given()
      .when(CreatePolicy, { PolicyName: 'New', PolicyDocument: sized(6144) })
      .replies({ Policy: onWire('New') }));

  test('a longer one is refused (requirements-4 section 2.2)', () =>
    given()
      .when(CreatePolicy, { PolicyName: 'New', PolicyDocument: sized(6145) })
      .fails('LimitExceeded', 'Cannot exceed quota for PolicySize: 6144'));

  test('a document that the grammar refuses is refused', () =>
    given()
      .when(CreatePolicy, { PolicyName: 'New', PolicyDocument: '{' })
      .fails('MalformedPolicyDocument', 'Syntax errors in policy.'));

  test('1500 policies are enough (requirements-4 section 2.2)', () => {
    const many = noise(1500, (n) =>
      event('PolicyCreated', { policyId: `ANPA${n}`, policyName: `P${n}`, path: '/', document: allowAll, tags: [] }),
    );
    return given(...many)
      .when(CreatePolicy, { PolicyName: 'New', PolicyDocument: allowAll })
      .fails('LimitExceeded', 'Cannot exceed quota for PoliciesPerAccount: 1500');
  });
});

describe('GetPolicy', () => {
  test('shows description, tags and how often the policy is used', () =>
    given(
      event('PolicyCreated', { ...created.policy.data, tags, description: 'All' }),
      created.alice,
      created.deploy,
      attached(arns.policy),
      bounded(arns.policy),
    )
      .when(GetPolicy, { PolicyArn: arns.policy })
      .replies({
        Policy: { ...mine, AttachmentCount: 1, PermissionsBoundaryUsageCount: 1, Description: 'All', Tags: tags },
      }));

  test("knows AWS's policies, and how often this account uses them", () => {
    const aws = awsManagedPolicy(arns.billing);
    return given(created.alice, attached(arns.billing))
      .when(GetPolicy, { PolicyArn: arns.billing })
      .replies({
        Policy: {
          PolicyName: 'Billing',
          PolicyId: aws?.policyId ?? '',
          Arn: arns.billing,
          Path: '/job-function/',
          DefaultVersionId: aws?.defaultVersionId ?? '',
          AttachmentCount: 1,
          PermissionsBoundaryUsageCount: 0,
          IsAttachable: true,
          CreateDate: new Date(aws?.createdAt ?? ''),
          UpdateDate: new Date(aws?.updatedAt ?? ''),
          Tags: [],
        },
      });
  });

  test.each([
    ['of another path', `arn:aws:iam::${account}:policy/Mine`],
    ['of another account', 'arn:aws:iam::444455556666:policy/own/Mine'],
    ['of another partition', `arn:aws-cn:iam::${account}:policy/own/Mine`],
    ['in other case', `arn:aws:iam::${account}:policy/own/mine`],
    ['AWS has not', 'arn:aws:iam::aws:policy/Mine'],
  ])('an ARN %s names nothing', (_, PolicyArn) =>
    given(created.policy).when(GetPolicy, { PolicyArn }).fails('NoSuchEntity', `Policy ${PolicyArn} was not found.`),
  );

  test.each([
    ['ValidationError', 'not-an-arn-but-long-enough'],
    ['InvalidInput', `arn:aws:iam::${account}:role/service/Deploy`],
  ])('%s: %s is no ARN of a policy', (code, PolicyArn) =>
    given().when(GetPolicy, { PolicyArn }).fails(code, `ARN ${PolicyArn} is not valid.`),
  );

  test('asks about the policy and its tags (requirements-2 section 20)', () =>
    given(event('PolicyCreated', { ...created.policy.data, tags }))
      .when(GetPolicy, { PolicyArn: arns.policy })
      .asks([
        {
          action: 'iam:GetPolicy',
          resource: arns.policy,
          context: { 'aws:ResourceTag/Team': 'red', 'iam:ResourceTag/Team': 'red' },
        },
      ]));
});

describe('ListPolicies', () => {
  const other = event('PolicyCreated', { ...created.policy.data, policyId, policyName: 'another', path: '/' });
  const used = [created.policy, other, created.alice, created.deploy, attached(arns.billing), bounded(arns.policy)];
  const another = onWire('another');
  const bounding = { ...mine, PermissionsBoundaryUsageCount: 1 };

  const ofAws = (aws: AwsManagedPolicy) => ({
    PolicyName: aws.name,
    PolicyId: aws.policyId,
    Arn: aws.arn,
    Path: aws.path,
    DefaultVersionId: aws.defaultVersionId,
    AttachmentCount: aws.arn === arns.billing ? 1 : 0,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: new Date(aws.createdAt),
    UpdateDate: new Date(aws.updatedAt),
  });

  test("Local shows the account's own by name, without tags", () =>
    given(...used)
      .when(ListPolicies, { Scope: 'Local' })
      .replies({ Policies: [another, bounding], IsTruncated: false }));

  test('PathPrefix goes by the policies’ paths', () =>
    given(...used)
      .when(ListPolicies, { Scope: 'Local', PathPrefix: '/own' })
      .replies({ Policies: [bounding], IsTruncated: false }));

  test('PolicyUsageFilter shows what is used that way', () =>
    given(...used)
      .when(ListPolicies, { PolicyUsageFilter: 'PermissionsBoundary' })
      .replies({ Policies: [bounding], IsTruncated: false }));

  test('OnlyAttached shows attached policies of both sides', async () => {
    const shown = awsManagedPolicies()
      .filter(({ arn }) => arn === arns.billing)
      .map(ofAws);
    await given(...used)
      .when(ListPolicies, { OnlyAttached: true })
      .replies({ Policies: shown, IsTruncated: false });
    await given(...used)
      .when(ListPolicies, { OnlyAttached: true, Scope: 'Local' })
      .replies({ Policies: [], IsTruncated: false });
  });

  test('pages end between any two policies', async () => {
    await given(...used)
      .when(ListPolicies, { MaxItems: 1 })
      .replies({ Policies: [another], IsTruncated: true, Marker: 'Local:another' });
    await given(...used)
      .when(ListPolicies, { MaxItems: 1, Marker: 'Local:another' })
      .replies({ Policies: [bounding], IsTruncated: true, Marker: 'Local:mine' });
    await given(...used)
      .when(ListPolicies, { MaxItems: 1, Marker: 'AWS:zzz', Scope: 'AWS' })
      .replies({ Policies: [], IsTruncated: false });
  });

  test("AWS shows AWS's own, in pages by name", async () => {
    const all = awsManagedPolicies().map(ofAws);
    const Marker = `AWS:${all[999]?.PolicyName.toLowerCase()}`;
    await given(...used)
      .when(ListPolicies, { Scope: 'AWS', MaxItems: 1000 })
      .replies({ Policies: all.slice(0, 1000), IsTruncated: true, Marker });
    await given(...used)
      .when(ListPolicies, { Scope: 'AWS', MaxItems: 1000, Marker })
      .replies({ Policies: all.slice(1000), IsTruncated: false });
  });

  test("PathPrefix goes by the paths of AWS's policies, too", () => {
    const forJobs = awsManagedPolicies().filter(({ path }) => path === '/job-function/');
    return given(...used)
      .when(ListPolicies, { PathPrefix: '/job-function/' })
      .replies({ Policies: forJobs.map(ofAws), IsTruncated: false });
  });

  test('a marker of another listing is refused', () =>
    given(...used)
      .when(ListPolicies, { Scope: 'AWS', Marker: 'Local:mine' })
      .fails('ValidationError', 'Invalid Marker.'));
});

describe('DeletePolicy', () => {
  const PolicyArn = arns.policy;

  test('takes the default version with it', () =>
    given(created.policy)
      .when(DeletePolicy, { PolicyArn })
      .then([event('PolicyDeleted', { policyId: ids.policy, policyArn: PolicyArn })]));

  test.each([
    ['attached', attached(PolicyArn)],
    ['a boundary', bounded(PolicyArn)],
  ])('is refused while the policy is %s', (_, use) =>
    given(created.policy, created.alice, created.deploy, use)
      .when(DeletePolicy, { PolicyArn })
      .fails('DeleteConflict', 'Cannot delete a policy attached to entities.'),
  );

  test('is refused while there are other versions', () =>
    given(created.policy, second)
      .when(DeletePolicy, { PolicyArn })
      .fails(
        'DeleteConflict',
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. " +
          'The default version is deleted with the policy.',
      ));

  test('of nothing is refused', () =>
    given().when(DeletePolicy, { PolicyArn }).fails('NoSuchEntity', `Policy ${PolicyArn} was not found.`));

  test("of one of AWS's policies is a question to the account `aws`, which allows nobody", () =>
    given()
      .when(DeletePolicy, { PolicyArn: arns.readOnly })
      .asks([{ action: 'iam:DeletePolicy', resource: arns.readOnly, context: {}, account: 'aws' }]));
});

describe('tags of policies', () => {
  const PolicyArn = arns.policy;
  const tagged = event('PolicyTagged', { id: ids.policy, tags });

  test('differ by case (requirements-2 section 6)', async () => {
    const lower = [{ Key: 'team', Value: 'blue' }];
    await given(created.policy, tagged)
      .when(TagPolicy, { PolicyArn, Tags: lower })
      .then([event('PolicyTagged', { id: ids.policy, tags: lower })]);
    await given(created.policy, tagged, event('PolicyTagged', { id: ids.policy, tags: lower }))
      .when(ListPolicyTags, { PolicyArn })
      .replies({ Tags: [...tags, ...lower], IsTruncated: false });
  });

  test('are removed by key', () =>
    given(created.policy, tagged)
      .when(UntagPolicy, { PolicyArn, TagKeys: ['Team'] })
      .then([event('PolicyUntagged', { id: ids.policy, keys: ['Team'] })]));

  test.each([
    ['TagPolicy', TagPolicy, { Tags: tags }],
    ['UntagPolicy', UntagPolicy, { TagKeys: ['Team'] }],
    ['ListPolicyTags', ListPolicyTags, {}],
  ])('%s: a policy of that name in another path is another policy', (_, operation, more) => {
    const elsewhere = `arn:aws:iam::${account}:policy/Mine`;
    return given(created.policy)
      .when(operation, { PolicyArn: elsewhere, ...more } as never)
      .fails('NoSuchEntity', `Policy ${elsewhere} was not found.`);
  });
});

test('attaching refuses what is no ARN of a policy', () =>
  given(created.alice)
    .when(AttachUserPolicy, { UserName: 'Alice', PolicyArn: arns.deploy })
    .fails('InvalidInput', `ARN ${arns.deploy} is not valid.`));
