import { describe, expect, test } from '@jest/globals';
import { assume, expectRefused, sessionFrom, tag } from './assume-role.testing.js';
import { account, fault, otherAccount } from './sts.testing.js';

describe('session policies (requirements-4 section 2.2)', () => {
  const allow = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}';
  const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  const own = `arn:aws:iam::${otherAccount}:policy/Narrow`;
  const descriptors = (...arns: string[]) => arns.map((arn) => ({ arn }));

  test('travel with the session: the inline one without white space, the managed ones by ARN', async () => {
    const Policy = JSON.stringify({ ...JSON.parse(allow), Id: 'a "b" \\ c ' }, null, 2);
    const { session } = await sessionFrom({ Policy, PolicyArns: descriptors(readOnly, own) });
    expect(session?.policy).toBe(JSON.stringify(JSON.parse(Policy)));
    expect(session?.policyArns).toEqual([readOnly, own]);
  });

  test('a document that is no policy is refused with the grammar’s text', async () => {
    await expectRefused({ Policy: '{' }, 'MalformedPolicyDocument', 'Syntax errors in policy.');
    await expectRefused(
      { Policy: allow.replace('"Effect"', '"Principal":"*","Effect"') },
      'MalformedPolicyDocument',
      'Policy document should not specify a principal.',
    );
  });

  test.each([
    ['that is not there', `arn:aws:iam::${otherAccount}:policy/Wide`],
    ['of another account than the role’s', `arn:aws:iam::${account}:policy/Narrow`],
    ['that AWS does not have', 'arn:aws:iam::aws:policy/NoSuchPolicy'],
  ])('a managed policy %s is refused', (_, arn) =>
    expectRefused(
      { PolicyArns: descriptors(own, arn) },
      'ValidationError',
      `Policy ${arn} does not exist or is not attachable.`,
    ),
  );

  test('ten managed policies and no more', async () => {
    const ten = Array.from({ length: 10 }, () => own);
    expect((await sessionFrom({ PolicyArns: descriptors(...ten) })).session?.policyArns).toHaveLength(10);
    await expectRefused(
      { PolicyArns: descriptors(...ten, own) },
      'ValidationError',
      'The number of managed session policies exceeds the limit of 10.',
    );
  });

  test('a managed policy needs an ARN', () =>
    expectRefused({ PolicyArns: [{}] }, 'ValidationError', 'A managed session policy has no arn.'));

  test('inline text and ARNs together may have 2048 characters', async () => {
    const Policy = allow.padEnd(2048 - own.length, ' ');
    expect((await sessionFrom({ Policy, PolicyArns: descriptors(own) })).session?.policy).toBe(allow);
    await expectRefused(
      { Policy: `${Policy} `, PolicyArns: descriptors(own) },
      'PackedPolicyTooLarge',
      'Packed policy consumes 101% of allotted space, please use smaller policy.',
    );
  });

  test('policies within their limit may still, with tags, be too large packed (requirements-2 section 8)', async () => {
    const Policy = allow.replace('*', `arn:aws:s3:::${'a'.repeat(1900)}`);
    await expect(assume({ Policy })).resolves.toBeDefined();
    await expect(assume({ Policy, Tags: [1, 2, 3, 4].map((n) => tag(`k${n}`, 'v'.repeat(256))) })).rejects.toEqual(
      fault(
        'PackedPolicyTooLarge',
        expect.stringMatching(/^Packed policy consumes 1\d\d% of allotted space, please use smaller policy\.$/),
      ),
    );
  });
});
