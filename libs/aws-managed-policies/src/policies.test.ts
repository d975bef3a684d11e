import { describe, expect, test } from '@jest/globals';
import { type AwsManagedPolicy, awsManagedPolicies, awsManagedPolicy } from './policies.js';

const arnOf = (name: string) => `arn:aws:iam::aws:policy/${name}`;
const named = (name: string): AwsManagedPolicy => {
  const policy = awsManagedPolicies().find((each) => each.name === name);
  if (!policy) throw new Error(`no policy \`${name}\``);
  return policy;
};

/** Those that the requirements name, for themselves (1 section 1, 2 section 16, 4 section 12) or as cases (3, 5). */
const wanted = [
  'AdministratorAccess',
  'PowerUserAccess',
  'ReadOnlyAccess',
  'SecurityAudit',
  'AWSBillingReadOnlyAccess',
  'IAMFullAccess',
  'IAMReadOnlyAccess',
  'IAMUserChangePassword',
  'AmazonEC2FullAccess',
  'AmazonS3ReadOnlyAccess',
  'job-function/Billing',
  'job-function/DatabaseAdministrator',
  'job-function/DataScientist',
  'job-function/NetworkAdministrator',
  'job-function/SupportUser',
  'job-function/SystemAdministrator',
  'job-function/ViewOnlyAccess',
  'IAMAccessAnalyzerFullAccess',
  'IAMAccessAnalyzerReadOnlyAccess',
  'aws-service-role/AccessAnalyzerServiceRolePolicy',
  'aws-service-role/AWSSupportServiceRolePolicy',
  'AmazonEMRFullAccessPolicy_v2',
  'CloudWatchSyntheticsFullAccess',
  'AWSGlueConsoleSageMakerNotebookFullAccess',
  'AlexaForBusinessFullAccess',
  'aws-service-role/AWSOrganizationsServiceTrustPolicy',
  'AWSCloudShellFullAccess',
  'AdministratorAccess-Amplify',
  'aws-service-role/AWSServiceRoleForAmazonEKSNodegroup',
];

describe('the index of the policies that AWS maintains', () => {
  test('AdministratorAccess allows everything', () => {
    const { name, policyId, arn, path, defaultVersionId, createdAt, updatedAt, document } =
      named('AdministratorAccess');
    expect({ name, policyId, arn, path, defaultVersionId, createdAt, updatedAt, document }).toEqual({
      name: 'AdministratorAccess',
      policyId: 'ANPAIWMBCKSKIEE64ZLYK',
      arn: 'arn:aws:iam::aws:policy/AdministratorAccess',
      path: '/',
      defaultVersionId: 'v1',
      createdAt: '2015-02-06T18:39:46.000Z',
      updatedAt: '2015-02-06T18:39:46.000Z',
      document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    });
  });

  test.each(wanted)('%s is there', (name) => {
    expect(awsManagedPolicy(arnOf(name))?.arn).toBe(arnOf(name));
  });

  test('paths are those that AWS has', () => {
    const paths = new Set(awsManagedPolicies().map(({ path }) => path));
    expect([...paths].sort()).toEqual(['/', '/aws-service-role/', '/job-function/', '/root-task/', '/service-role/']);
  });

  test('is ordered as a listing is: by name, whatever the case', () => {
    const names = awsManagedPolicies().map(({ name }) => name.toLowerCase());
    expect(names).toEqual([...names].sort());
  });

  test('names, in any case, and ids are each used once', () => {
    const all = awsManagedPolicies();
    expect(new Set(all.map(({ name }) => name.toLowerCase())).size).toBe(all.length);
    expect(new Set(all.map(({ policyId }) => policyId)).size).toBe(all.length);
  });

  test('every member is well formed', () => {
    const malformed = awsManagedPolicies().filter(({ policyId, arn, versions, defaultVersionId, updatedAt }) => {
      const { versionId, createdAt, dated } = versions.at(-1) ?? {};
      return (
        !/^ANPA[A-Z0-9]{17}$/.test(policyId) ||
        !/^arn:aws:iam::aws:policy\/(?:[\w-]+\/)?[\w+=,.@-]+$/.test(arn) ||
        !(versionId === defaultVersionId && createdAt === updatedAt && dated)
      );
    });
    expect(malformed.map(({ name }) => name)).toEqual([]);
  });

  test('versions go up in number and in time, from when the policy was made', () => {
    const jumbled = awsManagedPolicies().filter(({ createdAt, versions }) => {
      const numbers = versions.map(({ versionId }) => Number(versionId.slice(1)));
      const times = [createdAt, ...versions.map((version) => version.createdAt)];
      const upwards = numbers.every((number, at) => number > (numbers[at - 1] ?? 0));
      return !upwards || times.some((time, at) => time < (times[at - 1] ?? ''));
    });
    expect(jumbled.map(({ name }) => name)).toEqual([]);
  });

  test('a version whose date nobody recorded says so, and has that of the one before', () => {
    const versions = named('PowerUserAccess').versions.slice(4, 6);
    expect(versions.map(({ dated }) => dated)).toEqual([true, false]);
    expect(versions[1]?.createdAt).toBe(versions[0]?.createdAt);
  });
});

describe('a policy is found by its ARN', () => {
  test.each(['aws', 'aws-cn', 'aws-us-gov'])('in partition %s', (partition) => {
    expect(awsManagedPolicy(`arn:${partition}:iam::aws:policy/job-function/Billing`)?.name).toBe('Billing');
  });

  test.each([
    ['another path', 'arn:aws:iam::aws:policy/Billing'],
    ['an account', 'arn:aws:iam::111122223333:policy/job-function/Billing'],
    ['another case', 'arn:aws:iam::aws:policy/job-function/billing'],
    ['another partition', 'arn:mine:iam::aws:policy/job-function/Billing'],
    ['no policy', 'arn:aws:iam::aws:policy/'],
  ])('not by one of %s', (_, arn) => {
    expect(awsManagedPolicy(arn)).toBeUndefined();
  });
});

describe('documents', () => {
  test('the one in force is at hand at once', async () => {
    const { document, defaultVersionId } = named('IAMUserChangePassword');
    expect(JSON.parse(document)).toMatchObject({ Statement: [{ Action: ['iam:ChangePassword'] }, {}] });
    expect(await named('IAMUserChangePassword').documentOf(defaultVersionId)).toBe(document);
  });

  test('earlier ones are loaded', async () => {
    const policy = named('PowerUserAccess');
    expect(await policy.documentOf('v1')).toBe(
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}]}',
    );
    expect(await policy.documentOf('v3')).toContain('"organizations:DescribeOrganization"');
  });

  test('the first and the last of all earlier ones are where they should be', async () => {
    const first = named('AccessAnalyzerServiceRolePolicy');
    expect(await first.documentOf('v1')).toContain('"iam:GetRole"');
    expect(await first.documentOf('v1')).not.toBe(await first.documentOf('v2'));
    const last = named('WellArchitectedConsoleReadOnlyAccess');
    for (const versionId of ['v1', 'v2']) expect(await last.documentOf(versionId)).toContain('"wellarchitected:Get*"');
  });

  test('many at once are no other than one by one', async () => {
    const policies = awsManagedPolicies().filter(({ versions }) => versions.length > 20);
    const first = async (policy: AwsManagedPolicy) => policy.documentOf(policy.versions[0]?.versionId ?? '');
    const together = await Promise.all(policies.map(first));
    for (const [at, policy] of policies.entries()) expect(await first(policy)).toBe(together[at]);
  });

  test.each(['v0', 'v2', 'v01', '1', ''])('there is none of version `%s`', async (versionId) => {
    expect(await named('AdministratorAccess').documentOf(versionId)).toBeUndefined();
  });
});
