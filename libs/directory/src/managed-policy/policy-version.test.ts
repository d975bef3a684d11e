import { describe, test } from '@jest/globals';
import { awsManagedPolicy } from '@muniment/aws-managed-policies';
import { encodeDocument } from '@muniment/kernel';
import { allowAll, arns, created, event, given, ids } from '../directory.testing.js';
import {
  CreatePolicyVersion,
  DeletePolicyVersion,
  GetPolicyVersion,
  ListPolicyVersions,
  SetDefaultPolicyVersion,
} from './policy-version.operations.js';

const at = new Date('2026-11-20T10:00:00.000Z');
const PolicyArn = arns.policy;
const denyAll = allowAll.replace('Allow', 'Deny');

const made = (n: number, setAsDefault = false, document = denyAll) =>
  event('PolicyVersionCreated', { policyId: ids.policy, versionId: `v${n}`, document, setAsDefault });
const gone = (n: number) => event('PolicyVersionDeleted', { policyId: ids.policy, versionId: `v${n}` });
const shown = (n: number, IsDefaultVersion = false) => ({ VersionId: `v${n}`, IsDefaultVersion, CreateDate: at });
const missing = (versionId: string) => `Policy ${PolicyArn} version ${versionId} does not exist or is not attachable.`;

describe('CreatePolicyVersion', () => {
  const input = { PolicyArn, PolicyDocument: denyAll };

  test('leaves the default where it is unless told otherwise', async () => {
    const call = given(created.policy).when(CreatePolicyVersion, input);
    await call.then([made(2)]);
    await call.replies({ PolicyVersion: shown(2) });
  });

  test('may become the default', async () => {
    const call = given(created.policy).when(CreatePolicyVersion, { ...input, SetAsDefault: true });
    await call.then([made(2, true)]);
    await call.replies({ PolicyVersion: shown(2, true) });
  });

  test('ids are never given twice (requirements-2 section 27)', () =>
    given(created.policy, made(2), gone(2))
      .when(CreatePolicyVersion, input)
      .then([made(3)]));

  test('a sixth version is refused (requirements-2 section 27)', () =>
    given(created.policy, made(2), made(3), made(4), made(5))
      .when(CreatePolicyVersion, input)
      .fails(
        'LimitExceeded',
        'A managed policy can have up to 5 versions. ' +
          'Before you create a new version, you must delete an existing version.',
      ));

  test('the document has to be one', () =>
    given(created.policy)
      .when(CreatePolicyVersion, { PolicyArn, PolicyDocument: '{}' })
      .fails('MalformedPolicyDocument'));

  test("of one of AWS's policies is a question to the account `aws`", () =>
    given()
      .when(CreatePolicyVersion, { ...input, PolicyArn: arns.readOnly })
      .asks([{ action: 'iam:CreatePolicyVersion', resource: arns.readOnly, context: {}, account: 'aws' }]));
});

describe('GetPolicyVersion', () => {
  test('shows the document URL-encoded', () =>
    given(created.policy, made(2, true))
      .when(GetPolicyVersion, { PolicyArn, VersionId: 'v1' })
      .replies({ PolicyVersion: { Document: encodeDocument(allowAll), ...shown(1) } }));

  test("shows the version in force of AWS's policies", () => {
    const aws = awsManagedPolicy(arns.readOnly);
    const VersionId = aws?.defaultVersionId ?? '';
    return given()
      .when(GetPolicyVersion, { PolicyArn: arns.readOnly, VersionId })
      .replies({
        PolicyVersion: {
          Document: encodeDocument(aws?.document ?? ''),
          VersionId,
          IsDefaultVersion: true,
          CreateDate: new Date(aws?.updatedAt ?? ''),
        },
      });
  });

  test("shows any version of AWS's policies with its own date (requirements-4 section 2.3, line 93)", async () => {
    const PolicyArn = arns.powerUser;
    const at = new Date('2015-02-06T18:39:47.000Z');
    const first = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}]}';
    await given()
      .when(GetPolicyVersion, { PolicyArn, VersionId: 'v1' })
      .replies({
        PolicyVersion: {
          Document: encodeDocument(first),
          VersionId: 'v1',
          IsDefaultVersion: false,
          CreateDate: at,
        },
      });
    await given()
      .when(GetPolicyVersion, { PolicyArn, VersionId: 'v1000' })
      .fails('NoSuchEntity', `Policy ${PolicyArn} version v1000 does not exist or is not attachable.`);
  });

  test('neither of nothing nor of a version that is not there', async () => {
    await given()
      .when(GetPolicyVersion, { PolicyArn, VersionId: 'v1' })
      .fails('NoSuchEntity', `Policy ${PolicyArn} was not found.`);
    await given(created.policy)
      .when(GetPolicyVersion, { PolicyArn, VersionId: 'v2' })
      .fails('NoSuchEntity', missing('v2'));
  });
});

describe('ListPolicyVersions', () => {
  // Ten comes after nine, although its text comes before.
  const nine = [2, 3, 4, 5, 6, 7, 8].flatMap((n) => [made(n), gone(n)]);
  const versions = [created.policy, ...nine, made(9), made(10, true)];

  test('newest first, without documents', () =>
    given(...versions)
      .when(ListPolicyVersions, { PolicyArn })
      .replies({ Versions: [shown(10, true), shown(9), shown(1)], IsTruncated: false }));

  test('page by page', async () => {
    await given(...versions)
      .when(ListPolicyVersions, { PolicyArn, MaxItems: 2 })
      .replies({ Versions: [shown(10, true), shown(9)], IsTruncated: true, Marker: 'v9' });
    await given(...versions)
      .when(ListPolicyVersions, { PolicyArn, MaxItems: 2, Marker: 'v9' })
      .replies({ Versions: [shown(1)], IsTruncated: false });
  });

  test("has the history of AWS's policies", async () => {
    const newestFirst = [...(awsManagedPolicy(arns.readOnly)?.versions ?? [])].reverse();
    const shownOf = ({ versionId, createdAt }: (typeof newestFirst)[number]) => ({
      VersionId: versionId,
      IsDefaultVersion: versionId === newestFirst[0]?.versionId,
      CreateDate: new Date(createdAt),
    });
    const [last] = newestFirst.slice(99);
    await given()
      .when(ListPolicyVersions, { PolicyArn: arns.readOnly })
      .replies({
        Versions: newestFirst.slice(0, 100).map(shownOf),
        IsTruncated: true,
        Marker: last?.versionId ?? '',
      });
    await given()
      .when(ListPolicyVersions, { PolicyArn: arns.readOnly, Marker: last?.versionId ?? '' })
      .replies({ Versions: newestFirst.slice(100).map(shownOf), IsTruncated: false });
  });

  test('of nothing is refused', () =>
    given().when(ListPolicyVersions, { PolicyArn }).fails('NoSuchEntity', `Policy ${PolicyArn} was not found.`));
});

describe('DeletePolicyVersion', () => {
  test('removes a version', () =>
    given(created.policy, made(2))
      .when(DeletePolicyVersion, { PolicyArn, VersionId: 'v2' })
      .then([gone(2)]));

  test('the default stays (requirements-2 section 27)', () =>
    given(created.policy, made(2, true))
      .when(DeletePolicyVersion, { PolicyArn, VersionId: 'v2' })
      .fails('DeleteConflict', 'Cannot delete the default version of a policy.'));

  test('of nothing is refused', () =>
    given(created.policy)
      .when(DeletePolicyVersion, { PolicyArn, VersionId: 'v7' })
      .fails('NoSuchEntity', missing('v7')));
});

describe('SetDefaultPolicyVersion', () => {
  test('moves the default', () =>
    given(created.policy, made(2))
      .when(SetDefaultPolicyVersion, { PolicyArn, VersionId: 'v2' })
      .then([event('PolicyDefaultVersionSet', { policyId: ids.policy, versionId: 'v2' })]));

  test('to where it is changes nothing', () =>
    given(created.policy).when(SetDefaultPolicyVersion, { PolicyArn, VersionId: 'v1' }).then([]));

  test('to a version that is not there is refused', () =>
    given(created.policy)
      .when(SetDefaultPolicyVersion, { PolicyArn, VersionId: 'v2' })
      .fails('NoSuchEntity', missing('v2')));
});
