/** Errors as the SDK's exception classes, with AWS's codes and texts. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  DeleteConflictException,
  EntityAlreadyExistsException,
  type IAM,
  IAMServiceException,
  LimitExceededException,
  MalformedPolicyDocumentException,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
import {
  type Clients,
  clientsFor,
  denied,
  document,
  person,
  refusal,
  statement,
  trusting,
  unique,
} from './harness/clients.js';
import { type Target, target } from './harness/target.js';

jest.setTimeout(60_000);

let server: Target;
let root: Clients;
let iam: IAM;

beforeAll(async () => {
  server = await target();
  root = clientsFor(server.url, server.root);
  iam = root.iam;
});
afterAll(() => server?.dispose());

const caught = (call: Promise<unknown>): Promise<IAMServiceException> =>
  call.then(
    (answer) => {
      throw new Error(`expected a refusal, got ${JSON.stringify(answer)}`);
    },
    (error: IAMServiceException) => error,
  );
const sdkName = (name: string): string => `${name}-${'x'.repeat(8)}`;

test('NoSuchEntity, 404', async () => {
  const error = await caught(iam.getUser({ UserName: sdkName('nobody') }));
  expect(error).toBeInstanceOf(NoSuchEntityException);
  expect(error.message).toBe(`The user with name ${sdkName('nobody')} cannot be found.`);
  expect(error.$metadata).toMatchObject({ httpStatusCode: 404, requestId: expect.stringMatching(/^[\da-f-]{36}$/) });
  const texts: [() => Promise<unknown>, string][] = [
    [() => iam.getRole({ RoleName: 'nobody' }), 'The role with name nobody cannot be found.'],
    [() => iam.getGroup({ GroupName: 'nobody' }), 'The group with name nobody cannot be found.'],
    [() => iam.getInstanceProfile({ InstanceProfileName: 'none' }), 'Instance Profile none cannot be found.'],
    [
      () => iam.deleteAccessKey({ AccessKeyId: 'AKIA0000000000000000' }),
      'The Access Key with id AKIA0000000000000000 cannot be found.',
    ],
  ];
  for (const [call, message] of texts) {
    expect(await refusal(call())).toEqual({ name: 'NoSuchEntityException', message });
  }
});

test('EntityAlreadyExists, 409, whatever the letters case', async () => {
  const UserName = unique('ada');
  await iam.createUser({ UserName });
  const error = await caught(iam.createUser({ UserName: UserName.toUpperCase() }));
  expect(error).toBeInstanceOf(EntityAlreadyExistsException);
  expect(error.message).toBe(`User with name ${UserName.toUpperCase()} already exists.`);
  expect(error.$metadata.httpStatusCode).toBe(409);
});

test('DeleteConflict, 409, names what is in the way', async () => {
  const ada = await person(server.url, root, 'ada', statement('Allow', '*'));
  const error = await caught(iam.deleteUser({ UserName: ada.name }));
  expect(error).toBeInstanceOf(DeleteConflictException);
  expect(error.message).toBe('Cannot delete entity, must delete access keys first.');
  await iam.deleteAccessKey({ UserName: ada.name, AccessKeyId: ada.credentials.accessKeyId });
  expect((await caught(iam.deleteUser({ UserName: ada.name }))).message).toBe(
    'Cannot delete entity, must delete policies first.',
  );
  await iam.deleteUserPolicy({ UserName: ada.name, PolicyName: 'own' });
  await iam.attachUserPolicy({ UserName: ada.name, PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' });
  expect((await caught(iam.deleteUser({ UserName: ada.name }))).message).toBe(
    'Cannot delete entity, must detach all policies first.',
  );
});

test('LimitExceeded, 409: access keys, groups of a user, attached policies', async () => {
  const UserName = unique('ada');
  await iam.createUser({ UserName });
  await iam.createAccessKey({ UserName });
  await iam.createAccessKey({ UserName });
  const error = await caught(iam.createAccessKey({ UserName }));
  expect(error).toBeInstanceOf(LimitExceededException);
  expect(error.message).toBe('Cannot exceed quota for AccessKeysPerUser: 2');
  const join = async () => {
    const GroupName = unique('g');
    await iam.createGroup({ GroupName });
    return iam.addUserToGroup({ GroupName, UserName });
  };
  for (let index = 0; index < 10; index++) await join();
  expect((await refusal(join())).message).toBe('Cannot exceed quota for GroupsPerUser: 10');
});

test('MalformedPolicyDocument, 400', async () => {
  const UserName = unique('ada');
  await iam.createUser({ UserName });
  const put = (PolicyDocument: string) => caught(iam.putUserPolicy({ UserName, PolicyName: 'p', PolicyDocument }));
  const broken = await put('{"Version"');
  expect(broken).toBeInstanceOf(MalformedPolicyDocumentException);
  expect(broken.$metadata.httpStatusCode).toBe(400);
  expect((await put(document({ Effect: 'Permit', Action: '*', Resource: '*' }))).name).toBe(broken.name);
  expect((await put(document({ Effect: 'Allow', Action: '*' }))).message).toBe(
    'Policy statement must contain resources.',
  );
  expect((await put(document(statement('Allow', 'nonsense')))).message).toBe(
    'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  );
  const RoleName = unique('r');
  const AssumeRolePolicyDocument = trusting(`arn:aws:iam::${server.accountId}:user/${unique('nobody')}`);
  expect(await refusal(iam.createRole({ RoleName, AssumeRolePolicyDocument }))).toEqual({
    name: 'MalformedPolicyDocumentException',
    message: `Invalid principal in policy: "AWS":"${/arn:[^"]+/.exec(AssumeRolePolicyDocument)?.[0]}"`,
  });
});

test('ValidationError, 400, in the words of the constraint', async () => {
  const error = await caught(iam.createUser({ UserName: 'a b' }));
  expect(error).toMatchObject({ name: 'ValidationError', $metadata: { httpStatusCode: 400 } });
  expect(error.message).toBe(
    "1 validation error detected: Value 'a b' at 'userName' failed to satisfy constraint: " +
      'Member must satisfy regular expression pattern: [\\w+=,.@-]+',
  );
  expect((await refusal(iam.createUser({ UserName: 'x'.repeat(65) }))).message).toMatch(
    /^1 validation error detected: Value 'x{65}' at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64$/,
  );
  expect((await refusal(iam.listUsers({ MaxItems: 1001 }))).message).toBe(
    "1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: " +
      'Member must have value less than or equal to 1000',
  );
  const two = iam.createRole({
    RoleName: 'a b',
    AssumeRolePolicyDocument: trusting(server.accountId),
    MaxSessionDuration: 60,
  });
  expect((await refusal(two)).message).toMatch(
    /^2 validation errors detected: Value 'a b' at 'roleName' .*; Value '60' at/,
  );
});

test('AccessDenied, 403, names principal, action, resource and reason', async () => {
  const ada = await person(server.url, root, 'ada');
  const error = await caught(ada.iam.createUser({ UserName: 'eve', Path: '/x/' }));
  expect(error.$metadata.httpStatusCode).toBe(403);
  const resource = `arn:aws:iam::${server.accountId}:user/x/eve`;
  expect(await refusal(ada.iam.createUser({ UserName: 'eve', Path: '/x/' }))).toEqual(
    denied(ada.arn, 'iam:CreateUser', resource),
  );
  expect(await refusal(ada.cloudtrail.lookupEvents({}))).toEqual({
    ...denied(ada.arn, 'cloudtrail:LookupEvents', ''),
    name: 'AccessDeniedException',
  });
});

test('who may not call learns nothing of what exists', async () => {
  const ada = await person(server.url, root, 'ada');
  const known = await refusal(ada.iam.getUser({ UserName: ada.name }));
  const unknown = await refusal(ada.iam.getUser({ UserName: sdkName('nobody') }));
  expect(unknown).toEqual({
    name: known.name,
    message: known.message.replace(`user/${ada.name} because`, `user/${sdkName('nobody')} because`),
  });
});

test('an operation that is not built yet answers in the shape of its service', async () => {
  const error = await caught(
    iam.createServiceSpecificCredential({ UserName: 'ada', ServiceName: 'codecommit.amazonaws.com' }),
  );
  expect(error).toBeInstanceOf(IAMServiceException);
  expect(error).toMatchObject({ name: 'NotImplemented', $metadata: { httpStatusCode: 501 } });
  expect(error.message).toContain('CreateServiceSpecificCredential');
});
