import { describe, test } from '@jest/globals';
import {
  AttachPolicy,
  DetachPolicy,
  DisablePolicyType,
  EnablePolicyType,
  ListPoliciesForTarget,
  ListTargetsForPolicy,
} from './attachment.operations.js';
import { controls } from './control-policies.js';
import {
  acme,
  arn,
  attached,
  backend,
  engineering,
  given,
  management,
  member,
  organizationId,
  policy,
  root,
  rootOf,
  statement,
} from './organization.testing.js';
import {
  CreatePolicy,
  DeletePolicy,
  DescribePolicy,
  ListPolicies,
  UpdatePolicy,
} from './organization-policy.operations.js';

const noDeletes = policy('p-nodelete', 'NoDeletes');
const scp = 'SERVICE_CONTROL_POLICY' as const;
const rcp = 'RESOURCE_CONTROL_POLICY' as const;
const summary = (id: string, name: string) => ({
  Id: id,
  Arn: arn(`policy/${organizationId}/service_control_policy/${id}`),
  Name: name,
  Description: '',
  Type: scp,
  AwsManaged: false,
});
const fullAccess = {
  Id: 'p-FullAWSAccess',
  Arn: 'arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess',
  Name: 'FullAWSAccess',
  Description: 'Allows access to every operation',
  Type: scp,
  AwsManaged: true,
};
const detached = (policyId: string, targetId: string) =>
  ({ type: 'OrganizationPolicyDetached', data: { policyId, targetId } }) as const;
const rcpEnabled = { type: 'PolicyTypeEnabled', data: { organizationId, policyType: rcp } } as const;

describe('policies of an organization', () => {
  const input = { Name: 'NoDeletes', Description: '', Type: scp, Content: statement({ Action: 'iam:DeleteUser' }) };

  test('are written by the management account', async () => {
    const outcome = given(...acme).when(CreatePolicy, input);
    await outcome.then([policy('p-00000001', 'NoDeletes')]);
    await outcome.replies({
      Policy: { PolicySummary: summary('p-00000001', 'NoDeletes'), Content: input.Content },
    });
    await outcome.asks([
      {
        action: 'organizations:CreatePolicy',
        resource: '*',
        account: management,
        context: { 'organizations:PolicyType': scp },
      },
    ]);
    await given(...acme)
      .as(rootOf(member))
      .when(CreatePolicy, input)
      .fails('AccessDeniedException', "You don't have permissions to access this resource.");
  });

  test('have names of their own in their type', async () => {
    const taken = ['DuplicatePolicyException', 'A policy with the specified name and type already exists.'] as const;
    await given(...acme, noDeletes)
      .when(CreatePolicy, input)
      .fails(...taken);
    await given(...acme)
      .when(CreatePolicy, { ...input, Name: 'FullAWSAccess' })
      .fails(...taken);
    await given(...acme, noDeletes, policy('p-other000', 'Other'))
      .when(UpdatePolicy, { PolicyId: 'p-other000', Name: 'NoDeletes' })
      .fails(...taken);
  });

  test.each([
    ['no JSON', '{'],
    ['a principal in a service control policy', statement({ Action: '*', Principal: '*' })],
    ['an unknown version', '{"Version":"2020-01-01","Statement":[]}'],
  ])('%s is no content', async (_, Content) => {
    const text = 'The provided policy document does not meet the requirements of the specified policy type.';
    await given(...acme)
      .when(CreatePolicy, { ...input, Content })
      .fails('MalformedPolicyDocumentException', text);
    await given(...acme, noDeletes)
      .when(UpdatePolicy, { PolicyId: 'p-nodelete', Content })
      .fails('MalformedPolicyDocumentException', text);
  });

  test.each([
    ['allows', { Effect: 'Allow', Principal: '*', Action: 's3:*' }],
    ['names all actions of all services', { Principal: '*', Action: '*' }],
    ['names somebody', { Principal: { AWS: management }, Action: 's3:*' }],
    ['names nobody', { Action: 's3:*' }],
  ])('a resource control policy that %s is refused', (_, more) =>
    given(...acme)
      .when(CreatePolicy, { ...input, Type: rcp, Content: statement(more) })
      .fails('MalformedPolicyDocumentException'),
  );

  test('a resource control policy denies everyone some actions', async () => {
    const content = statement({ Principal: '*', Action: ['s3:*', 'sts:AssumeRole'] });
    await given(...acme)
      .when(CreatePolicy, { ...input, Type: rcp, Content: content })
      .then([policy('p-00000001', 'NoDeletes', { content, policyType: rcp })]);
  });

  test('have at most 5,120 characters, white space counted', async () => {
    const long = (length: number) => input.Content + ' '.repeat(length - input.Content.length);
    await given(...acme)
      .when(CreatePolicy, { ...input, Content: long(5121) })
      .fails('ConstraintViolationException');
    await given(...acme)
      .when(CreatePolicy, { ...input, Content: long(5120) })
      .then([policy('p-00000001', 'NoDeletes', { content: long(5120) })]);
  });

  test('types that decide nothing about access are not to be had', () =>
    given(...acme)
      .when(CreatePolicy, { ...input, Type: 'TAG_POLICY' })
      .fails('PolicyTypeNotAvailableForOrganizationException'));

  test('can be changed, save those of AWS', async () => {
    const Content = statement({ Action: 'iam:*' });
    const outcome = given(...acme, noDeletes).when(UpdatePolicy, { PolicyId: 'p-nodelete', Content });
    await outcome.then([{ type: 'OrganizationPolicyUpdated', data: { policyId: 'p-nodelete', content: Content } }]);
    await outcome.replies({ Policy: { PolicySummary: summary('p-nodelete', 'NoDeletes'), Content } });
    await given(...acme)
      .when(UpdatePolicy, { PolicyId: 'p-FullAWSAccess', Content })
      .fails('InvalidInputException');
    await given(...acme)
      .when(UpdatePolicy, { PolicyId: 'p-nodelete', Content })
      .fails('PolicyNotFoundException', "We can't find a policy with the PolicyId that you specified.");
  });

  test('are deleted when nothing has them', async () => {
    await given(...acme, noDeletes)
      .when(DeletePolicy, { PolicyId: 'p-nodelete' })
      .then([{ type: 'OrganizationPolicyDeleted', data: { policyId: 'p-nodelete' } }]);
    await given(...acme, noDeletes, attached('p-nodelete', member))
      .when(DeletePolicy, { PolicyId: 'p-nodelete' })
      .fails('PolicyInUseException');
    await given(...acme)
      .when(DeletePolicy, { PolicyId: 'p-FullAWSAccess' })
      .fails('InvalidInputException');
  });

  test('are described and listed by type, those of AWS among them', async () => {
    await given(...acme, noDeletes)
      .when(DescribePolicy, { PolicyId: 'p-nodelete' })
      .replies({ Policy: { PolicySummary: summary('p-nodelete', 'NoDeletes'), Content: input.Content } });
    await given(...acme)
      .when(DescribePolicy, { PolicyId: 'p-FullAWSAccess' })
      .replies({ Policy: { PolicySummary: fullAccess, Content: controls[scp].fullAccess.content } });
    await given(...acme, noDeletes)
      .when(ListPolicies, { Filter: scp })
      .replies({ Policies: [fullAccess, summary('p-nodelete', 'NoDeletes')] });
    await given(...acme, noDeletes)
      .when(ListPolicies, { Filter: 'TAG_POLICY' })
      .replies({ Policies: [] });
  });
});

describe('attachments', () => {
  const attach = (PolicyId: string, TargetId: string) => ({ PolicyId, TargetId });

  test.each([root, engineering, member])('to %s', (target) =>
    given(...acme, noDeletes)
      .when(AttachPolicy, attach('p-nodelete', target))
      .then([attached('p-nodelete', target)]),
  );

  test('need the permission on the policy and on the target', () =>
    given(...acme, noDeletes)
      .when(AttachPolicy, attach('p-nodelete', backend))
      .asks(
        [`policy/${organizationId}/service_control_policy/p-nodelete`, `ou/${organizationId}/${backend}`].map(
          (rest) => ({
            action: 'organizations:AttachPolicy',
            resource: arn(rest),
            account: management,
            context: { 'organizations:PolicyType': scp },
          }),
        ),
      ));

  test('what is not there, or there already, is refused', async () => {
    await given(...acme)
      .when(AttachPolicy, attach('p-nodelete', root))
      .fails('PolicyNotFoundException');
    await given(...acme, noDeletes)
      .when(AttachPolicy, attach('p-nodelete', 'r-none'))
      .fails('TargetNotFoundException');
    await given(...acme)
      .when(AttachPolicy, attach('p-FullAWSAccess', root))
      .fails('DuplicatePolicyAttachmentException', 'The selected policy is already attached to the specified target.');
    await given(...acme)
      .when(AttachPolicy, attach('p-RCPFullAWSAccess', root))
      .fails('PolicyTypeNotEnabledException');
  });

  test('are five of a type at most, and one at least', async () => {
    const four = ['1', '2', '3', '4'].map((n) => `p-aaaaaaa${n}`);
    const full = [...four.map((id) => policy(id, id)), ...four.map((id) => attached(id, backend))];
    await given(...acme, noDeletes, ...full)
      .when(AttachPolicy, attach('p-nodelete', backend))
      .fails('ConstraintViolationException');
    await given(...acme)
      .when(DetachPolicy, attach('p-FullAWSAccess', backend))
      .fails('ConstraintViolationException');
    await given(...acme, noDeletes, attached('p-nodelete', backend))
      .when(DetachPolicy, attach('p-FullAWSAccess', backend))
      .then([detached('p-FullAWSAccess', backend)]);
    await given(...acme, noDeletes)
      .when(DetachPolicy, attach('p-nodelete', backend))
      .fails('PolicyNotAttachedException');
  });

  test('the policy of AWS that lets resources be used stays', () =>
    given(...acme, rcpEnabled, policy('p-resource', 'Own', { policyType: rcp }), attached('p-resource', backend))
      .when(DetachPolicy, attach('p-RCPFullAWSAccess', backend))
      .fails('InvalidInputException'));

  test('are listed from both sides', async () => {
    const some = given(...acme, noDeletes, attached('p-nodelete', backend), attached('p-nodelete', member));
    await some
      .when(ListPoliciesForTarget, { TargetId: backend, Filter: scp })
      .replies({ Policies: [fullAccess, summary('p-nodelete', 'NoDeletes')] });
    await some.when(ListPoliciesForTarget, { TargetId: backend, Filter: rcp }).replies({ Policies: [] });
    await some.when(ListPoliciesForTarget, { TargetId: 'r-none', Filter: scp }).fails('TargetNotFoundException');
    await some.when(ListTargetsForPolicy, { PolicyId: 'p-nodelete' }).replies({
      Targets: [
        { TargetId: member, Arn: arn(`account/${organizationId}/${member}`), Name: 'account 4444', Type: 'ACCOUNT' },
        {
          TargetId: backend,
          Arn: arn(`ou/${organizationId}/${backend}`),
          Name: 'Backend',
          Type: 'ORGANIZATIONAL_UNIT',
        },
      ],
    });
  });
});

describe('types of policies', () => {
  const ofRoot = (PolicyType: typeof scp | typeof rcp) => ({ RootId: root, PolicyType });

  test('are enabled and disabled on the root', async () => {
    const enabled = given(...acme).when(EnablePolicyType, ofRoot(rcp));
    await enabled.then([rcpEnabled]);
    await enabled.replies({
      Root: {
        Id: root,
        Arn: arn(`root/${organizationId}/${root}`),
        Name: 'Root',
        PolicyTypes: [
          { Type: scp, Status: 'ENABLED' },
          { Type: rcp, Status: 'ENABLED' },
        ],
      },
    });
    await given(...acme)
      .when(EnablePolicyType, ofRoot(scp))
      .fails('PolicyTypeAlreadyEnabledException');
    await given(...acme)
      .when(DisablePolicyType, ofRoot(rcp))
      .fails('PolicyTypeNotEnabledException');
    await given(...acme)
      .when(DisablePolicyType, { RootId: 'r-none', PolicyType: scp })
      .fails('RootNotFoundException');
  });

  test('enabling attaches the policy of AWS everywhere; disabling takes all of the type away', async () => {
    const ids = (...events: Parameters<typeof given>) =>
      given(...acme, noDeletes, attached('p-nodelete', backend), ...events);
    const disabled = { type: 'PolicyTypeDisabled', data: { organizationId, policyType: scp } } as const;
    const again = { type: 'PolicyTypeEnabled', data: { organizationId, policyType: scp } } as const;
    await ids(disabled).when(ListPoliciesForTarget, { TargetId: backend, Filter: scp }).replies({ Policies: [] });
    await ids(disabled, again)
      .when(ListPoliciesForTarget, { TargetId: backend, Filter: scp })
      .replies({ Policies: [fullAccess] });
    await ids(disabled, again)
      .when(DeletePolicy, { PolicyId: 'p-nodelete' })
      .then([{ type: 'OrganizationPolicyDeleted', data: { policyId: 'p-nodelete' } }]);
  });
});
