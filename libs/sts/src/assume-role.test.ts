import { describe, expect, test } from '@jest/globals';
import type { Caller } from '@muniment/kernel';
import { AssumeRole } from './assume-role.js';
import { assume, notAuthorized, reader, expectRefused, sessionFrom, tag, trust, until } from './assume-role.testing.js';
import { account, alice, aliceInSession, otherAccount, root, sessionOf } from './sts.testing.js';

const actions = async (input: object, caller?: Caller) =>
  (await assume(input, caller)).asks.map(({ action }) => action);

describe('what is granted', () => {
  test('credentials of the role, in the role’s account, for an hour (requirements-2 section 8)', async () => {
    const { output, sealed } = await assume({});
    const arn = `arn:aws:sts::${otherAccount}:assumed-role/Reader/ann`;
    expect(output).toEqual({
      Credentials: expect.objectContaining({ Expiration: until(3600) }),
      AssumedRoleUser: { Arn: arn, AssumedRoleId: 'AROAREADER:ann' },
      SessionTokenSize: expect.any(Number),
      SessionTokenUtilization: expect.any(Number),
    });
    expect(sealed).toEqual({
      accessKeyId: output.Credentials.AccessKeyId,
      secretAccessKey: output.Credentials.SecretAccessKey,
      account: otherAccount,
      principal: {
        type: 'AssumedRole',
        account: otherAccount,
        arn,
        roleArn: reader,
        roleId: 'AROAREADER',
        sessionName: 'ann',
      },
      session: { kind: 'AssumeRole', issuedAt: until(0).toISOString(), expiresAt: until(3600).toISOString() },
    });
  });

  test('a mark of MFA stays with the session that has it (requirements-1 section 14)', async () => {
    const caller = { ...aliceInSession, session: sessionOf('GetSessionToken', { mfaAt: until(0).toISOString() }) };
    expect((await sessionFrom({}, caller)).session).not.toHaveProperty('mfaAt');
  });

  test('a session without policies and tags has no packed size, one with them has', async () => {
    expect((await assume({})).output).not.toHaveProperty('PackedPolicySize');
    for (const input of [
      { Policy: trust.replace('[]', '[{"Effect":"Allow","Action":"*","Resource":"*"}]') },
      { Tags: [tag('a', 'b')] },
    ]) {
      const { PackedPolicySize, SessionTokenUtilization } = (await assume(input)).output;
      expect(PackedPolicySize).toBe(SessionTokenUtilization);
      expect(PackedPolicySize).toBeGreaterThan(0);
    }
  });
});

describe('what is asked', () => {
  test('the role’s trust, in its own account, with what the request says', async () => {
    const { asks } = await assume({ ExternalId: 'x-1' });
    expect(asks).toEqual([
      {
        action: 'sts:AssumeRole',
        resource: reader,
        account: otherAccount,
        resourcePolicy: { kind: 'trust', id: 'AROAREADER', document: trust },
        context: {
          'aws:ResourceTag/Star': '3',
          'iam:ResourceTag/Star': '3',
          'sts:RoleSessionName': 'ann',
          'sts:ExternalId': 'x-1',
          'sts:SourceIdentity': undefined,
        },
      },
    ]);
  });

  test('passing tags needs sts:TagSession too, and both see the tags (requirements-2 section 7)', async () => {
    const { asks } = await assume({ Tags: [tag('Team', 'red'), tag('Cost', '7')], TransitiveTagKeys: ['Team'] });
    expect(asks.map(({ action }) => action)).toEqual(['sts:AssumeRole', 'sts:TagSession']);
    for (const { context, resourcePolicy } of asks) {
      expect(resourcePolicy?.document).toBe(trust);
      expect(context).toMatchObject({
        'aws:RequestTag/Team': 'red',
        'aws:RequestTag/Cost': '7',
        'aws:TagKeys': ['Team', 'Cost'],
        'sts:TransitiveTagKeys': ['Team'],
      });
    }
  });

  test('tags without a transitive one leave sts:TransitiveTagKeys out, for Null conditions (requirements-2 section 7)', async () => {
    const [ask] = (await assume({ Tags: [tag('Team', 'red')] })).asks;
    expect(ask?.context).not.toHaveProperty(['sts:TransitiveTagKeys']);
  });

  test('a source identity needs sts:SetSourceIdentity too (requirements-2 section 10)', async () => {
    const { asks } = await assume({ SourceIdentity: 'ann' });
    expect(asks.map(({ action }) => action)).toEqual(['sts:AssumeRole', 'sts:SetSourceIdentity']);
    expect(asks.map(({ context }) => context?.['sts:SourceIdentity'])).toEqual(['ann', 'ann']);
  });
});

describe('chains of roles', () => {
  const starAndHeart = { Tags: [tag('Star', '1'), tag('Heart', '1')], TransitiveTagKeys: ['Star', 'Heart'] };

  test('inherited tags need sts:TagSession and replace the role’s own in the question (requirements-2 section 7)', async () => {
    const first = await sessionFrom(starAndHeart);
    const { asks, sealed } = await assume({}, first);
    expect(asks.map(({ action }) => action)).toEqual(['sts:AssumeRole', 'sts:TagSession']);
    expect(asks[0]?.context).toMatchObject({ 'aws:ResourceTag/Star': '1', 'iam:ResourceTag/Star': '1' });
    expect(asks[0]?.context).not.toHaveProperty(['aws:ResourceTag/Heart']);
    expect(sealed.session).toMatchObject({ tags: { Star: '1', Heart: '1' }, transitiveTagKeys: ['Star', 'Heart'] });
  });

  test('tags that are not transitive end with the session that they were passed to', async () => {
    const first = await sessionFrom({ Tags: [tag('Sun', '2')] });
    const { asks, sealed } = await assume({}, first);
    expect(asks).toHaveLength(1);
    expect(sealed.session).not.toHaveProperty('tags');
  });

  test.each(['Star', 'STAR'])('passing %s again, which is inherited as transitive, fails (ruling 16)', async (key) => {
    const first = await sessionFrom(starAndHeart);
    await expectRefused(
      { Tags: [tag(key, '9')] },
      'InvalidParameterValue',
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
      first,
    );
  });

  test('a source identity goes along and is asked for, though it is not passed again (requirements-2 section 10)', async () => {
    const first = await sessionFrom({ SourceIdentity: 'ann' });
    expect(await actions({}, first)).toEqual(['sts:AssumeRole', 'sts:SetSourceIdentity']);
    const { output, sealed } = await assume({ SourceIdentity: 'ann' }, first);
    expect(output.SourceIdentity).toBe('ann');
    expect(sealed.session.sourceIdentity).toBe('ann');
  });

  test('another source identity is refused (requirements-2 section 10)', async () => {
    const first = await sessionFrom({ SourceIdentity: 'ann' });
    await expectRefused(
      { SourceIdentity: 'bob' },
      'AccessDenied',
      notAuthorized('sts:SetSourceIdentity', reader, first),
      first,
    );
  });

  test('a session of a role gets an hour and not a second more (requirements-4 LIM-16)', async () => {
    const first = await sessionFrom({});
    expect((await assume({ DurationSeconds: 3600 }, first)).output.Credentials.Expiration).toEqual(until(3600));
    await expectRefused(
      { DurationSeconds: 3601 },
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      first,
    );
  });

  test('credentials of GetSessionToken are not a chain', async () => {
    expect((await assume({ DurationSeconds: 7200 }, aliceInSession)).output.Credentials.Expiration).toEqual(
      until(7200),
    );
  });
});

describe('how long (requirements-1 section 21)', () => {
  test.each([900, 7200])('%i seconds, within what the role allows', async (DurationSeconds) => {
    expect((await assume({ DurationSeconds })).output.Credentials.Expiration).toEqual(until(DurationSeconds));
  });

  test('longer than the role allows', () =>
    expectRefused(
      { DurationSeconds: 7201 },
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    ));
});

describe('which role', () => {
  test.each([
    ['no such role', `arn:aws:iam::${otherAccount}:role/team/Writer`],
    ['a name in other letters (requirements-4 NAM-7)', `arn:aws:iam::${otherAccount}:role/team/reader`],
    ['a path in other letters', `arn:aws:iam::${otherAccount}:role/Team/Reader`],
    ['without its path', `arn:aws:iam::${otherAccount}:role/Reader`],
    ['with a path it has not', `arn:aws:iam::${account}:role/team/Reader`],
    ['in another partition', `arn:aws-cn:iam::${otherAccount}:role/team/Reader`],
    ['with a Region', `arn:aws:iam:us-east-1:${otherAccount}:role/team/Reader`],
    ['of another service', `arn:aws:sts::${otherAccount}:role/team/Reader`],
    ['not a role', `arn:aws:iam::${otherAccount}:user/team/Reader`],
    ['in no account', 'arn:aws:iam:::role/team/Reader'],
    ['in an unknown account', 'arn:aws:iam::000000000000:role/team/Reader'],
  ])('%s: denied as a role that one may not assume', (_, RoleArn) =>
    expectRefused({ RoleArn }, 'AccessDenied', notAuthorized('sts:AssumeRole', RoleArn)),
  );

  test('a role that is not there has no trust to ask for', async () => {
    const RoleArn = `arn:aws:iam::${otherAccount}:role/team/Writer`;
    const asks = AssumeRole.definition.authorize as (...rest: unknown[]) => unknown[];
    const [ask] = asks(
      { RoleArn, RoleSessionName: 'ann' },
      { account: otherAccount, role: undefined, arns: [], missing: undefined },
      { caller: alice },
    );
    expect(ask).toMatchObject({ resource: RoleArn, account: otherAccount });
    expect(ask).not.toHaveProperty('resourcePolicy');
  });

  test.each([
    'nothing-valid-in-here',
    'arn::b:::something/test-role',
    'arn:a::::something/test-role',
    'arn:a:::something/test-role',
    'arn:a:a::aaaaaaaaaa:',
  ])('%s is no ARN (recorded from AWS)', (RoleArn) =>
    expectRefused({ RoleArn }, 'ValidationError', `${RoleArn} is invalid`),
  );
});

describe('who may not', () => {
  test('root credentials (requirements-1 section 23)', () =>
    expectRefused({}, 'AccessDenied', 'Roles may not be assumed by root accounts.', root));

  test('a session of the root user neither', () =>
    expectRefused({}, 'AccessDenied', 'Roles may not be assumed by root accounts.', {
      ...root,
      session: sessionOf('GetSessionToken'),
    }));

  test.each([
    [
      { SerialNumber: 'GAHT12345678', TokenCode: '123456' },
      'MultiFactorAuthentication failed with invalid MFA one time pass code.',
    ],
    [
      { TokenCode: '123456' },
      'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
    ],
  ])('who gives a second factor that cannot be right: %j (requirements-1 section 14)', (input, message) =>
    expectRefused(input, 'AccessDenied', message),
  );

  test('who brings a context that nobody vouches for', () =>
    expectRefused(
      {
        ProvidedContexts: [
          { ProviderArn: 'arn:aws:iam::aws:contextProvider/IdentityCenter', ContextAssertion: 'text' },
        ],
      },
      'InvalidParameterValue',
      'There is no provider of the given contexts.',
    ));
});
