import { describe, test } from '@jest/globals';
import { encodeDocument } from '@muniment/kernel';
import { account, arns, created, event, given, ids, tags, trusting } from '../directory.testing.js';
import { GetInstanceProfile } from '../instance-profile/instance-profile.operations.js';
import { CreateRole, GetRole, ListRoles, UpdateAssumeRolePolicy, UpdateRoleDescription } from './role.operations.js';

const other = '444455556666';

const saved = (trust: string) => event('RoleTrustChanged', { roleId: ids.audit, trust });

type Situation = ReturnType<typeof given>;
const usual = given(created.alice, created.deploy, created.audit);

const put = (document: string, situation: Situation) =>
  situation.when(UpdateAssumeRolePolicy, { RoleName: 'audit', PolicyDocument: document });

const proveKept = (document: string, kept: string, situation = usual) => put(document, situation).then([saved(kept)]);

const proveRefused = (document: string, code: string, text: string, situation = usual) =>
  put(document, situation).fails(code, text);

const proveShown = (principal: unknown, situation: Situation) =>
  situation.when(GetRole, { RoleName: 'audit' }).replies({
    Role: {
      Path: '/',
      RoleName: 'audit',
      RoleId: ids.audit,
      Arn: arns.audit,
      CreateDate: new Date('2026-11-20T10:00:00.000Z'),
      AssumeRolePolicyDocument: encodeDocument(trusting(principal)),
      Description: 'Reads everything',
      MaxSessionDuration: 7200,
      RoleLastUsed: {},
    },
  });

describe('a trust policy on its way in', () => {
  test.each([
    ['a user', arns.alice, ids.alice],
    ['a role', arns.deploy, ids.deploy],
    ['the role itself', arns.audit, ids.audit],
  ])('names %s by unique id from then on (requirements-4 PRI-7)', (_, arn, id) =>
    proveKept(trusting({ AWS: arn }), trusting({ AWS: id })),
  );

  test('stays as it was written elsewhere, to the last space', () => {
    const written = (alice: string, deploy: string) =>
      `{ "Version": "2012-10-17",\n "Statement": [{"Effect":"Allow","Principal":{"AWS":[ "${alice}","*" ,"${deploy}"]},
        "Action":"sts:AssumeRole","Condition":{"ArnEquals":{"aws:PrincipalArn":"${arns.alice}"}}}] }`;
    // Condition keys are not converted (requirements-4 PRI-9).
    return proveKept(written(arns.alice, arns.deploy), written(ids.alice, ids.deploy));
  });

  test('may escape its characters', () =>
    proveKept(trusting({ AWS: arns.alice }).replaceAll('/', '\\/'), trusting({ AWS: ids.alice })));

  test('names users and roles of other accounts by their ids too', () => {
    const both = given(created.audit).elsewhere(other, created.bob, created.deploy);
    const inOther = (rest: string) => `arn:aws:iam::${other}:${rest}`;
    const document = trusting({ AWS: [inOther('user/bob'), inOther('role/service/Deploy')] });
    return proveKept(document, trusting({ AWS: [ids.bob, ids.deploy] }), both);
  });

  test.each([
    '*',
    { AWS: '*' },
    { AWS: `arn:aws:iam::${other}:root` },
    { AWS: 'AIDANOBODY00000000000' },
    { AWS: 'arn:aws:sts::111122223333:assumed-role/Deploy/session' },
    { Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'] },
    { Federated: 'accounts.google.com' },
  ])('leaves %j as it is (requirements-4 PRI-1)', (principal) => proveKept(trusting(principal), trusting(principal)));

  test('an account is kept as its root ARN, however it was written (requirements-4 GRM-15)', () =>
    proveKept(trusting({ AWS: [other, '*'] }), trusting({ AWS: [`arn:aws:iam::${other}:root`, '*'] })));

  test.each([
    ['of nobody', 'arn:aws:iam::111122223333:user/nobody'],
    ['in another path', 'arn:aws:iam::111122223333:user/Alice'],
    ['in other letters (requirements-4 NAM-7)', 'arn:aws:iam::111122223333:user/staff/alice'],
    ['of a user as a role', 'arn:aws:iam::111122223333:role/staff/Alice'],
    ['in another account', `arn:aws:iam::${other}:user/staff/Alice`],
    ['in another partition (requirements-4 ARN-3)', 'arn:aws-cn:iam::111122223333:user/staff/Alice'],
    ['of a group (requirements-4 PRI-1)', 'arn:aws:iam::111122223333:group/teams/Admins'],
  ])('with a name %s is refused', (_, arn) =>
    proveRefused(
      trusting({ AWS: arn }),
      'MalformedPolicyDocument',
      `Invalid principal in policy: "AWS":"${arn}"`,
      given(created.alice, created.admins, created.audit),
    ),
  );

  test.each([
    ['is no JSON', '{', 'This policy contains invalid Json'],
    ['has no statement', '{"Version":"2012-10-17"}', 'Missing required field Statement'],
    [
      "is an identity's",
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}',
      'Missing required field Principal',
    ],
  ])("that %s is refused with AWS's text", (_, document, text) =>
    proveRefused(document, 'MalformedPolicyDocument', text),
  );

  test('has 2048 characters at the most, white space not counted (requirements-4 section 2.2, LIM-10)', async () => {
    const sized = (size: number) => {
      const named = (name: string) => trusting({ Federated: name });
      return named('x'.repeat(size - named('').length));
    };
    await proveKept(`${sized(2048)}  \n`, `${sized(2048)}  \n`);
    await proveRefused(sized(2049), 'LimitExceeded', 'Cannot exceed quota for ACLSizePerRole: 2048');
  });

  test('is checked at creation too', () =>
    given()
      .when(CreateRole, { RoleName: 'New', AssumeRolePolicyDocument: trusting({ AWS: arns.alice }) })
      .fails('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${arns.alice}"`));

  test('is answered as it was sent', async () => {
    const document = trusting({ AWS: arns.alice });
    const encoded = encodeDocument(document);
    const role = {
      Path: '/',
      RoleName: 'New',
      RoleId: 'AROA00000000000000001',
      Arn: `arn:aws:iam::${account}:role/New`,
      CreateDate: new Date('2026-11-20T10:00:00.000Z'),
      AssumeRolePolicyDocument: encoded,
      MaxSessionDuration: 3600,
    };
    await given(created.alice)
      .when(CreateRole, { RoleName: 'New', AssumeRolePolicyDocument: document })
      .replies({ Role: role });
  });
});

describe('a trust policy on its way out', () => {
  const trustsAlice = [created.alice, created.audit, saved(trusting({ AWS: [ids.alice, '*'] }))];

  test('shows ARNs (requirements-4 PRI-7)', () => proveShown({ AWS: [arns.alice, '*'] }, given(...trustsAlice)));

  test('follows a rename (requirements-1 section 6)', () =>
    proveShown(
      { AWS: ['arn:aws:iam::111122223333:user/Alicia', '*'] },
      given(...trustsAlice, event('UserRenamed', { userId: ids.alice, userName: 'Alicia', path: '/' })),
    ));

  test('shows the bare id of who is gone, whoever has the name now (requirements-4 PRI-8)', () =>
    proveShown(
      { AWS: [ids.alice, '*'] },
      given(
        ...trustsAlice,
        event('UserDeleted', { userId: ids.alice }),
        event('UserCreated', { userId: 'AIDAALICE000000000002', userName: 'Alice', path: '/staff/', tags: [] }),
      ),
    ));

  test('shows whom other accounts have', () =>
    proveShown(
      { AWS: `arn:aws:iam::${other}:role/service/Deploy` },
      given(created.audit, saved(trusting({ AWS: ids.deploy }))).elsewhere(other, created.deploy),
    ));

  test('is shown so by every answer that holds it', async () => {
    const shown = { AssumeRolePolicyDocument: encodeDocument(trusting({ AWS: [arns.alice, '*'] })) };
    const events = [...trustsAlice, created.server];
    const inProfile = event('InstanceProfileRoleAdded', { instanceProfileId: ids.server, roleId: ids.audit });
    const audit = {
      Path: '/',
      RoleName: 'audit',
      RoleId: ids.audit,
      Arn: arns.audit,
      CreateDate: new Date('2026-11-20T10:00:00.000Z'),
      Description: 'Reads everything',
      MaxSessionDuration: 7200,
      ...shown,
    };
    await given(...events)
      .when(ListRoles, {})
      .replies({ Roles: [audit], IsTruncated: false });
    await given(...events)
      .when(UpdateRoleDescription, { RoleName: 'audit', Description: 'x' })
      .replies({ Role: { ...audit, Description: 'x' } });
    const server = {
      Path: '/web/',
      InstanceProfileName: 'Server',
      InstanceProfileId: ids.server,
      Arn: arns.server,
      CreateDate: new Date('2026-11-20T10:00:00.000Z'),
      Roles: [audit],
      Tags: tags,
    };
    await given(...events, inProfile)
      .when(GetInstanceProfile, { InstanceProfileName: 'Server' })
      .replies({ InstanceProfile: server });
  });
});
