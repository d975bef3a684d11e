/**
 * Every condition key of requirements-4 sections 9 and 10, one row each: when it is there, proved by calls that a
 * condition on it allows, or why nothing here can know it.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Caller, Session } from '@muniment/kernel';
import { type Answer, Client, type Sent } from './client.testing.js';
import { type Keys, home, other, Platform } from './platform.testing.js';

let platform: Platform;
let root: Client;
let user: Client;
let session: Client;
let organizationId: string;
let path: string;

const probe = `arn:aws:iam::${home}:user/probe`;
const night = `arn:aws:iam::${home}:role/night`;
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

const document = (...Statement: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: string, more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more });

const done = async (answer: Promise<Answer>): Promise<Answer> => {
  const given = await answer;
  if (given.status !== 200) throw new Error(given.text);
  return given;
};

const tag = (Key: string, Value: string, prefix = 'Tags.member.1') => ({
  [`${prefix}.Key`]: Key,
  [`${prefix}.Value`]: Value,
});

/** Home manages an organization; `probe` is a user of it with a tag, `night` a role, assumed with all that can be said. */
beforeAll(async () => {
  const opened = await Platform.open();
  ({ platform } = opened);
  root = new Client(platform, opened.root);
  const organization = await done(root.organizations('CreateOrganization'));
  organizationId = /"Id":"(o-[^"]+)"/.exec(organization.text)?.[1] ?? '';
  const rootId = /"Id":"(r-[^"]+)"/.exec((await done(root.organizations('ListRoots'))).text)?.[1];
  path = `${organizationId}/${rootId}/`;
  user = new Client(platform, await person('probe', tag('Team', 'red')));
  const starter = new Client(platform, await person('starter'));
  await put('User', 'starter', allow('*'));
  const trusting = (AWS: string) => document({ Effect: 'Allow', Principal: { AWS }, Action: 'sts:*' });
  const trust = { AssumeRolePolicyDocument: trusting(`arn:aws:iam::${home}:root`) };
  await done(root.iam('CreateRole', { RoleName: 'night', ...trust }));
  await done(root.iam('CreateInstanceProfile', { InstanceProfileName: 'machine' }));
  const assumed = await done(
    starter.sts('AssumeRole', {
      RoleArn: night,
      RoleSessionName: 'watch',
      SourceIdentity: 'ann',
      ...tag('Team', 'blue'),
    }),
  );
  session = new Client(platform, Client.keysIn(assumed));
});

async function person(UserName: string, tags: Record<string, string> = {}): Promise<Keys> {
  await done(root.iam('CreateUser', { UserName, ...tags }));
  return Client.keysIn(await done(root.iam('CreateAccessKey', { UserName })));
}

const put = (kind: 'User' | 'Role', name: string, ...statements: object[]): Promise<Answer> =>
  done(
    root.iam(`Put${kind}Policy`, { [`${kind}Name`]: name, PolicyName: 'own', PolicyDocument: document(...statements) }),
  );

/** A call; `also` is allowed without a condition, since it asks for it without the key. */
interface Case {
  readonly by?: 'session';
  readonly call: (client: Client) => Promise<Answer>;
  readonly also?: string;
}

/** Whether policies with the condition let a call pass. */
async function passes({ by, call, also }: Case, Condition: object): Promise<boolean> {
  const statements = [allow('*', { Condition }), ...(also === undefined ? [] : [allow(also)])];
  if (by === 'session') await put('Role', 'night', ...statements);
  else await put('User', 'probe', ...statements);
  const { code, text } = await call(by === 'session' ? session : user);
  if (code !== undefined && !code.startsWith('AccessDenied')) throw new Error(text);
  return code === undefined;
}

type Row = readonly [
  key: string,
  operator: string,
  value: () => unknown,
  there: readonly Case[],
  absent: readonly Case[],
];

const getUser = (sent: Sent = {}): Case => ({ call: (client) => client.iam('GetUser', { UserName: 'probe' }, sent) });
const plain = getUser();
const inSession: Case = { ...plain, by: 'session' };
const listRoles: Case = { call: (client) => client.iam('ListRoles') };
const tagging: Case = { call: (client) => client.iam('TagUser', { UserName: 'probe', ...tag('App', 'x') }) };
const attaching: Case = {
  call: (client) => client.iam('AttachUserPolicy', { UserName: 'starter', PolicyArn: readOnly }),
};
const bounding: Case = {
  call: (client) => client.iam('PutUserPermissionsBoundary', { UserName: 'starter', PermissionsBoundary: readOnly }),
};
const passing: Case = {
  call: async (client) => {
    const input = { InstanceProfileName: 'machine', RoleName: 'night' };
    const answer = await client.iam('AddRoleToInstanceProfile', input);
    await root.iam('RemoveRoleFromInstanceProfile', input);
    return answer;
  },
  also: 'iam:AddRoleToInstanceProfile',
};
const assuming = (more: Record<string, string>): Case => ({
  call: (client) => client.sts('AssumeRole', { RoleArn: night, RoleSessionName: 'watch', ...more }),
});
const assumingWithTags = assuming({ ...tag('App', 'x'), 'TransitiveTagKeys.member.1': 'App' });
const abroad: Case = {
  call: (client) => client.sts('AssumeRole', { RoleArn: `arn:aws:iam::${other}:role/x`, RoleSessionName: 'watch' }),
};
const value = (of: unknown) => () => of;
const anyValue = 'ForAnyValue:StringEquals';

const rows: readonly Row[] = [
  ['aws:CurrentTime', 'DateEquals', () => platform.clock.now().toISOString(), [plain, inSession], []],
  ['aws:EpochTime', 'NumericEquals', () => String(Math.floor(platform.clock.now().getTime() / 1000)), [plain], []],
  ['aws:MultiFactorAuthPresent', 'Bool', value('false'), [inSession], [plain]],
  ['aws:PrincipalAccount', 'StringEquals', value(home), [plain, inSession], []],
  ['aws:PrincipalArn', 'ArnEquals', value([probe, night]), [plain, inSession], []],
  ['aws:PrincipalIsAWSService', 'Bool', value('false'), [plain, inSession], []],
  ['aws:PrincipalOrgID', 'StringEquals', () => organizationId, [plain, inSession], []],
  ['aws:PrincipalOrgPaths', anyValue, () => path, [plain, inSession], []],
  ['aws:PrincipalTag/Team', 'StringEquals', value(['red', 'blue']), [plain, inSession], []],
  ['aws:PrincipalType', 'StringEquals', value(['User', 'AssumedRole']), [plain, inSession], []],
  [
    'aws:referer',
    'StringEquals',
    value('https://x.test/'),
    [getUser({ headers: { Referer: 'https://x.test/' } })],
    [plain],
  ],
  ['aws:RequestedRegion', 'StringEquals', value('us-east-1'), [getUser({ region: 'eu-west-1' })], []],
  ['aws:RequestTag/App', 'StringEquals', value('x'), [tagging], [plain]],
  ['aws:ResourceAccount', 'StringEquals', value(home), [plain, listRoles], []],
  ['aws:ResourceOrgID', 'StringEquals', () => organizationId, [plain], []],
  ['aws:ResourceOrgPaths', anyValue, () => path, [plain], []],
  ['aws:ResourceTag/Team', 'StringEquals', value('red'), [plain], [listRoles]],
  ['aws:SecureTransport', 'Bool', value('false'), [plain], []],
  ['aws:SourceIdentity', 'StringEquals', value('ann'), [inSession], [plain]],
  ['aws:SourceIp', 'IpAddress', value('203.0.113.0/24'), [plain, inSession], []],
  ['aws:TagKeys', anyValue, value('App'), [tagging, assumingWithTags], [plain]],
  ['aws:TokenIssueTime', 'DateEquals', () => platform.clock.now().toISOString(), [inSession], [plain]],
  ['aws:UserAgent', 'StringEquals', value('simulation'), [plain], []],
  ['aws:userid', 'StringLike', value(['AIDA*', 'AROA*:watch']), [plain, inSession], []],
  ['aws:username', 'StringEquals', value('probe'), [plain], [inSession]],
  ['aws:ViaAWSService', 'Bool', value('false'), [plain, inSession], []],
  ['iam:PassedToService', 'StringEquals', value('ec2.amazonaws.com'), [passing], [plain]],
  ['iam:PermissionsBoundary', 'ArnEquals', value(readOnly), [bounding], [plain]],
  ['iam:PolicyARN', 'ArnEquals', value(readOnly), [attaching], [plain]],
  ['iam:ResourceTag/Team', 'StringEquals', value('red'), [plain], [listRoles]],
  ['sts:ExternalId', 'StringEquals', value('secret'), [assuming({ ExternalId: 'secret' })], [assuming({})]],
  ['sts:RoleSessionName', 'StringEquals', value('watch'), [assuming({})], [plain]],
  ['sts:SourceIdentity', 'StringEquals', value('bob'), [assuming({ SourceIdentity: 'bob' })], [assuming({})]],
  ['sts:TransitiveTagKeys', anyValue, value('App'), [assumingWithTags], [assuming({})]],
];

describe('keys that are there', () => {
  test.each(rows)('%s: %s', async (key, operator, of, there, absent) => {
    for (const each of there) expect(await passes(each, { [operator]: { [key]: of() } })).toBe(true);
    for (const each of there) expect(await passes(each, { Null: { [key]: 'true' } })).toBe(false);
    for (const each of absent) expect(await passes(each, { Null: { [key]: 'true' } })).toBe(true);
    for (const each of absent) expect(await passes(each, { Null: { [key]: 'false' } })).toBe(false);
  });

  test("aws:ResourceOrgID is the resource's: absent where its account is in no organization", async () => {
    const denial = 'because no identity-based policy allows the sts:AssumeRole action';
    await put('User', 'probe', allow('sts:*', { Condition: { Null: { 'aws:ResourceOrgID': 'false' } } }));
    expect((await abroad.call(user)).text).toContain(denial);
    await put('User', 'probe', allow('sts:*', { Condition: { Null: { 'aws:ResourceOrgID': 'true' } } }));
    expect((await abroad.call(user)).text).not.toContain(denial);
  });

  test('aws:MultiFactorAuthAge: seconds since the second factor was given', async () => {
    const at = platform.clock.now();
    const given: Session = {
      kind: 'GetSessionToken',
      issuedAt: at.toISOString(),
      expiresAt: new Date(at.getTime() + 3_600_000).toISOString(),
      mfaAt: new Date(at.getTime() - 60_000).toISOString(),
    };
    const found = /<UserId>([^<]+)</.exec((await done(root.iam('GetUser', { UserName: 'probe' }))).text)?.[1] ?? '';
    const caller = (more: Partial<Caller>): Caller => ({
      account: home,
      principal: { type: 'User', account: home, arn: probe, userId: found, userName: 'probe' },
      accessKeyId: 'ASIA',
      sourceIp: '',
      userAgent: '',
      secureTransport: true,
      region: 'us-east-1',
      ...more,
    });
    await put('User', 'probe', allow('*', { Condition: { NumericEquals: { 'aws:MultiFactorAuthAge': '60' } } }));
    const asked = [{ action: 'iam:GetUser', resource: probe }];
    expect(await platform.decisions.authorize(caller({ session: given }), asked, at)).toEqual({ allowed: true });
    expect(await platform.decisions.authorize(caller({}), asked, at)).toMatchObject({ allowed: false });
  });
});

const noNetwork = 'there is no network of virtual machines whose ends could be told apart';
const noInstances = 'there are no virtual machines that are given roles';
const noForwarding = 'no service here calls another one with the credentials of its caller';
const noOnBehalf = 'no service here calls another one for the owner of a resource';
const noServiceCallers = 'no service of AWS calls here';
const noBearerTokens = 'there are no bearer tokens of services';
const noProviders = 'sessions of third-party identity providers are not issued yet';

/** Nothing here can know these: they are absent from every request. */
const unknown: readonly (readonly [key: string, reason: string])[] = [
  ['aws:CalledVia', noForwarding],
  ['aws:CalledViaFirst', noForwarding],
  ['aws:CalledViaLast', noForwarding],
  ['aws:Ec2InstanceSourceVpc', noInstances],
  ['aws:Ec2InstanceSourcePrivateIPv4', noInstances],
  ['aws:FederatedProvider', noProviders],
  ['aws:PrincipalServiceName', noServiceCallers],
  ['aws:PrincipalServiceNamesList', noServiceCallers],
  ['aws:SourceAccount', noOnBehalf],
  ['aws:SourceArn', noOnBehalf],
  ['aws:SourceVpc', noNetwork],
  ['aws:SourceVpce', noNetwork],
  ['aws:VpcSourceIp', noNetwork],
  ['iam:AssociatedResourceArn', 'the one service that roles are passed to, EC2, has no resource of its own here'],
  ['iam:AWSServiceName', 'service-linked roles are not made yet'],
  ['iam:OrganizationsPolicyId', 'access reports of organizations are not made'],
  ['sts:AWSServiceName', noBearerTokens],
  ['sts:DurationSeconds', noBearerTokens],
  ['accounts.google.com:aud', noProviders],
  ['accounts.google.com:oaud', noProviders],
  ['cognito-identity.amazonaws.com:amr', noProviders],
  ['graph.facebook.com:id', noProviders],
  ['www.amazon.com:user_id', noProviders],
  ['accounts.google.com:sub', noProviders],
  ['saml:aud', noProviders],
  ['saml:doc', noProviders],
  ['saml:iss', noProviders],
  ['saml:namequalifier', noProviders],
  ['saml:sub', noProviders],
  ['saml:sub_type', noProviders],
  ['saml:edupersonaffiliation', noProviders],
  ['saml:edupersonprincipalname', noProviders],
];

describe('keys that nothing here can know', () => {
  test.each(unknown)('%s: %s', async (key) => {
    const Condition = { Null: { [key]: 'true' } };
    for (const each of [plain, inSession, assumingWithTags, passing]) expect(await passes(each, Condition)).toBe(true);
  });
});
