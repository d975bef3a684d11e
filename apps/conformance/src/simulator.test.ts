/** The policy simulator with AWS's own clients; what it says of somebody is what that somebody's calls come to. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  type Clients,
  clientsFor,
  clientsOf,
  document,
  type Person,
  person,
  refusal,
  statement,
  trusting,
  unique,
} from './harness/clients.js';
import { awsEnvironment, needs, run } from './harness/programs.js';
import { needsBoto3, toldBy } from './harness/story.testing.js';
import { type Target, target } from './harness/target.js';

needs('aws', 'aws', '--version');
needsBoto3();
jest.setTimeout(120_000);

let server: Target;
let root: Clients;
let ada: Person;
let role: { name: string; arn: string };

/** Ada may read users, by her group delete some, and be nobody else's guest; the boundary keeps her from groups. */
beforeAll(async () => {
  server = await target();
  root = clientsFor(server.url, server.root);
  ada = await person(
    server.url,
    root,
    'ada',
    statement('Allow', ['iam:GetUser', 'iam:ListUsers', 'iam:GetGroup', 'iam:Simulate*', 'sts:AssumeRole']),
    { ...statement('Deny', 'iam:GetUser', `arn:aws:iam::${server.accountId}:user/secret/*`) },
  );
  const GroupName = unique('cleaners');
  await root.iam.createGroup({ GroupName });
  const PolicyDocument = document({
    ...statement('Allow', 'iam:DeleteUser'),
    Condition: { StringEquals: { 'aws:ResourceTag/stage': 'test' } },
  });
  await root.iam.putGroupPolicy({ GroupName, PolicyName: 'cleaning', PolicyDocument });
  await root.iam.addUserToGroup({ GroupName, UserName: ada.name });
  const { Policy } = await root.iam.createPolicy({
    PolicyName: unique('no-groups'),
    PolicyDocument: document({ Effect: 'Allow', NotAction: 'iam:GetGroup', Resource: '*' }),
  });
  await root.iam.putUserPermissionsBoundary({ UserName: ada.name, PermissionsBoundary: Policy?.Arn });
  const RoleName = unique('ops');
  const { Role } = await root.iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting(ada.arn) });
  role = { name: RoleName, arn: Role?.Arn ?? '' };
});
afterAll(() => server?.dispose());

const arn = (resource: string): string => `arn:aws:iam::${server.accountId}:${resource}`;
const decision = async (action: string, resource: string, tags: Record<string, string> = {}): Promise<string> => {
  const { EvaluationResults } = await root.iam.simulatePrincipalPolicy({
    PolicySourceArn: ada.arn,
    ActionNames: [action],
    ResourceArns: [resource],
    ContextEntries: Object.entries(tags).map(([key, value]) => ({
      ContextKeyName: `aws:ResourceTag/${key}`,
      ContextKeyType: 'string',
      ContextKeyValues: [value],
    })),
  });
  return EvaluationResults?.[0]?.EvalDecision ?? '';
};

/** Whether a call is allowed, whatever else may be wrong with it. */
const isAllowed = async (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => true,
    (error: Error) => error.name !== 'AccessDenied',
  );

test('what is simulated for a user is what its calls come to', async () => {
  const tagged = unique('guest');
  await root.iam.createUser({ UserName: tagged, Tags: [{ Key: 'stage', Value: 'test' }] });
  const plain = unique('guest');
  await root.iam.createUser({ UserName: plain });
  const secret = unique('guest');
  await root.iam.createUser({ UserName: secret, Path: '/secret/' });
  const { GroupName = '' } = (await root.iam.createGroup({ GroupName: unique('others') })).Group ?? {};
  const calls: readonly (readonly [string, string, Record<string, string>, () => Promise<unknown>])[] = [
    ['iam:GetUser', arn(`user/${plain}`), {}, () => ada.iam.getUser({ UserName: plain })],
    ['iam:GetUser', arn(`user/secret/${secret}`), {}, () => ada.iam.getUser({ UserName: secret })],
    ['iam:ListUsers', arn('user/'), {}, () => ada.iam.listUsers({})],
    ['iam:GetGroup', arn(`group/${GroupName}`), {}, () => ada.iam.getGroup({ GroupName })],
    ['iam:CreateUser', arn('user/new'), {}, () => ada.iam.createUser({ UserName: 'new' })],
    ['iam:DeleteUser', arn(`user/${plain}`), {}, () => ada.iam.deleteUser({ UserName: plain })],
    ['iam:DeleteUser', arn(`user/${tagged}`), { stage: 'test' }, () => ada.iam.deleteUser({ UserName: tagged })],
    ['sts:AssumeRole', role.arn, {}, () => ada.sts.assumeRole({ RoleArn: role.arn, RoleSessionName: 'try' })],
  ];
  for (const [action, resource, tags, call] of calls) {
    const simulated = (await decision(action, resource, tags)) === 'allowed';
    expect([action, resource, simulated]).toEqual([action, resource, await isAllowed(call())]);
  }
});

test('a role trusts whom it trusts, in the simulator as well', async () => {
  const bob = await person(server.url, root, 'bob', statement('Allow', 'sts:AssumeRole'));
  const simulation = { PolicySourceArn: bob.arn, ActionNames: ['sts:AssumeRole'], ResourceArns: [role.arn] };
  const { EvaluationResults } = await root.iam.simulatePrincipalPolicy(simulation);
  expect(EvaluationResults).toMatchObject([{ EvalDecision: 'implicitDeny' }]);
  expect(await isAllowed(bob.sts.assumeRole({ RoleArn: role.arn, RoleSessionName: 'try' }))).toBe(false);
});

test('a session can be simulated by the ARN that it has for itself', async () => {
  await root.iam.putRolePolicy({
    RoleName: role.name,
    PolicyName: 'own',
    PolicyDocument: document({
      ...statement('Allow', 'iam:GetRole'),
      Condition: { StringLike: { 'aws:userid': '*:night' } },
    }),
  });
  for (const name of ['night', 'day']) {
    const { Credentials, AssumedRoleUser } = await ada.sts.assumeRole({ RoleArn: role.arn, RoleSessionName: name });
    const session = clientsOf(server.url, { Credentials });
    const { EvaluationResults } = await root.iam.simulatePrincipalPolicy({
      PolicySourceArn: AssumedRoleUser?.Arn,
      ActionNames: ['iam:GetRole'],
      ResourceArns: [role.arn],
    });
    const allowed = await isAllowed(session.iam.getRole({ RoleName: role.name }));
    expect([name, EvaluationResults?.[0]?.EvalDecision === 'allowed']).toEqual([name, allowed]);
  }
});

test('who simulates needs permission on whose policies they are', async () => {
  const bob = await person(server.url, root, 'bob', statement('Allow', 'iam:SimulateCustomPolicy'), {
    ...statement('Allow', ['iam:SimulatePrincipalPolicy', 'iam:GetContextKeysForPrincipalPolicy'], arn('user/team/*')),
  });
  const ActionNames = ['iam:GetUser'];
  await bob.iam.simulateCustomPolicy({ PolicyInputList: [], ActionNames });
  // Whoever is found by another path is asked for by its own.
  for (const PolicySourceArn of [ada.arn, arn(`user/team/${ada.name}`)]) {
    expect(await refusal(bob.iam.simulatePrincipalPolicy({ PolicySourceArn, ActionNames }))).toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`iam:SimulatePrincipalPolicy on resource: ${ada.arn}`),
    });
    expect(await refusal(bob.iam.getContextKeysForPrincipalPolicy({ PolicySourceArn }))).toMatchObject({
      name: 'AccessDenied',
    });
  }
  const PolicySourceArn = `arn:aws:iam::${server.other.accountId}:user/ada`;
  expect((await refusal(root.iam.simulatePrincipalPolicy({ PolicySourceArn, ActionNames }))).name).toBe(
    'InvalidInputException',
  );
});

test('the AWS CLI says where statements stand, and which keys are missing', async () => {
  const aws = async (...args: string[]) => {
    const { stdout, stderr } = await run('aws', ['iam', ...args, '--output', 'json'], {
      env: awsEnvironment(server.url, server.root),
    });
    expect(stderr).toBe('');
    return JSON.parse(stdout) as { EvaluationResults: object[]; ContextKeyNames: string[] };
  };
  const [custom, ofPrincipal] = await Promise.all([
    aws(
      'simulate-custom-policy',
      '--policy-input-list',
      document(statement('Allow', 's3:GetObject')),
      '--action-names',
      's3:GetObject',
    ),
    aws(
      'simulate-principal-policy',
      '--policy-source-arn',
      ada.arn,
      '--action-names',
      'iam:DeleteUser',
      '--resource-arns',
      ada.arn,
    ),
  ]);
  expect(custom.EvaluationResults).toEqual([
    {
      EvalActionName: 's3:GetObject',
      EvalResourceName: '*',
      EvalDecision: 'allowed',
      MatchedStatements: [
        {
          SourcePolicyId: 'PolicyInputList.1',
          SourcePolicyType: 'IAM Policy',
          StartPosition: { Line: 1, Column: 38 },
          EndPosition: { Line: 1, Column: 95 },
        },
      ],
      MissingContextValues: [],
    },
  ]);
  expect(ofPrincipal.EvaluationResults).toEqual([
    // Another suite may have made the account part of an organization, which is told, too.
    expect.objectContaining({
      EvalActionName: 'iam:DeleteUser',
      EvalResourceName: ada.arn,
      EvalDecision: 'implicitDeny',
      MatchedStatements: [],
      MissingContextValues: ['aws:ResourceTag/stage'],
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: true },
      EvalDecisionDetails: {},
      ResourceSpecificResults: [
        {
          EvalResourceName: ada.arn,
          EvalResourceDecision: 'implicitDeny',
          MissingContextValues: ['aws:ResourceTag/stage'],
          PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: true },
        },
      ],
    }),
  ]);
});

test('boto3 puts the pages together', async () => {
  const decided = (...all: string[]) =>
    ['iam:GetUser', 'iam:ListUsers', 'iam:DeleteUser', 'orders:Get', 'iam:GetUser'].map((action, at) => [
      action,
      all[at],
    ]);
  expect(await toldBy('simulator', server, ada.arn)).toEqual({
    principal: [3, decided('allowed', 'allowed', 'implicitDeny', 'implicitDeny', 'allowed')],
    custom: [3, decided('allowed', 'allowed', 'allowed', 'implicitDeny', 'allowed')],
    keys: [],
    missing: 'Unable to retrieve specified IAM entity.',
    unreadable: 'InvalidInput',
  });
});
