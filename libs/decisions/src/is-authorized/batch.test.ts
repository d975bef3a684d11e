import { describe, expect, test } from '@jest/globals';
import type { muniment } from '@muniment/aws-model';
import { account, allow, inline, now, roleArn, userArn, userCalls } from '../accounts.testing.js';
import { allowedBy, order, read, shop } from './is-authorized.testing.js';

describe('a batch', () => {
  const { inquiries } = shop();
  const asking = { partition: 'aws', now };
  const about = (name: string) => ({ Principal: userArn(name), Actions: ['orders:GetOrder'], Resources: [order] });

  test('answers each question by itself; what cannot be decided is denied', async () => {
    const answers = await inquiries.answerAll({ Questions: [about('ann'), about('nobody'), about('bob')] }, asking);
    expect(answers).toEqual([
      allowedBy(read),
      {
        Decision: 'DENY',
        Explicit: false,
        DeterminingStatements: [],
        Error: { Code: 'UnknownPrincipalException', Message: `there is no principal \`${userArn('nobody')}\`` },
      },
      expect.objectContaining({ Decision: 'DENY' }),
    ]);
  });

  test('shares what it knows of one principal with no other question, and answers as one by one', async () => {
    const { inquiries: both, happen } = shop();
    happen(account, inline('User', 'bob', 'bill', allow('billing:*')));
    const billing = { Actions: ['billing:Run'], Resources: ['*'] };
    const clerk = { ...about('ann'), Principal: roleArn('Clerk') };
    const questions: muniment.Question[] = [
      about('ann'),
      { ...about('ann'), ...billing },
      { ...about('bob'), ...billing },
      about('ann'),
      { ...about('ann'), SessionTags: [] },
      { ...clerk, SessionPolicy: allow('orders:List*') },
      clerk,
      { ...about('bob'), ...billing },
      about('nobody'),
      about('bob'),
      { ...about('ann'), Actions: ['orders:Get'] },
      about('ann'),
    ];
    const cold = await both.answerAll({ Questions: questions }, asking);
    const warm = await both.answerAll({ Questions: questions }, asking);
    const single = await Promise.all(
      questions.map(async (each) => (await both.answerAll({ Questions: [each] }, asking))[0]),
    );
    expect(cold).toEqual(single);
    expect(warm).toEqual(single);
    expect(single.map((answer) => answer?.Decision).join(' ')).toBe(
      'ALLOW DENY ALLOW ALLOW DENY DENY ALLOW ALLOW DENY DENY DENY ALLOW',
    );
  });

  test('says for all its questions at once whom they are about, and what they have in common', async () => {
    const { inquiries: both, happen } = shop();
    const Condition = { StringEquals: { 'orders:Channel': 'web' }, IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } };
    happen(account, inline('User', 'bob', 'web', allow('orders:*', { Condition })));
    const bare = { Actions: ['orders:GetOrder'], Resources: [order] };
    const elsewhere = { ...bare, Resources: ['arn:aws:orders:eu-west-1:444455556666:order/17'] };
    const batch = {
      Principal: userArn('bob'),
      Context: { 'aws:SourceIp': { String: '192.0.2.7' }, 'orders:Channel': { String: 'web' } },
      Questions: [bare, { ...bare, Context: { 'orders:Express': { Boolean: true } } }, about('ann'), bare, elsewhere],
    };
    const decided = async (asked: muniment.BatchIsAuthorizedRequest, more: object = {}) =>
      (await both.answerAll(asked, { ...asking, ...more })).map(({ Decision, Error }) => Error?.Message ?? Decision);
    const first = await decided(batch);
    expect(first).toEqual(['ALLOW', 'ALLOW', 'ALLOW', 'ALLOW', 'DENY']);
    expect(await decided(batch)).toEqual(first);
    const Context = { 'ORDERS:channel': { String: 'shop' } };
    expect(await decided({ ...batch, Questions: [{ ...bare, Context }, bare] })).toEqual([
      'the condition key `ORDERS:channel` is given twice',
      'ALLOW',
    ]);
    expect(
      await decided({ ...batch, Context: { 'orders:Chanel': { String: 'web' } }, Questions: [bare, bare] }),
    ).toEqual(Array(2).fill('the service has no condition key `orders:Chanel`'));
    expect(await decided({ ...batch, Context: {} })).toEqual(['DENY', 'DENY', 'ALLOW', 'DENY', 'DENY']);
  });

  test('of who asks takes no keys that tell of the session, also when it gives them for all questions', async () => {
    const Context = { 'aws:MultiFactorAuthPresent': { Boolean: true } };
    const own = { Actions: ['orders:GetOrder'], Resources: [order] };
    const answers = await inquiries.answerAll(
      { Context, Questions: [own, about('ann'), own] },
      { ...asking, caller: userCalls('ann') },
    );
    expect(answers.map(({ Error }) => Error?.Code)).toEqual([
      'InvalidQuestionException',
      undefined,
      'InvalidQuestionException',
    ]);
  });

  test('of too many decisions is denied as a whole', async () => {
    const large = { ...about('ann'), Resources: Array.from({ length: 10 }, (_, index) => `${order}${index}`) };
    const answers = await inquiries.answerAll({ Questions: Array(101).fill(large) }, asking);
    expect(new Set(answers.map(({ Decision, Error }) => `${Decision} ${Error?.Message}`))).toEqual(
      new Set(['DENY 1010 decisions are needed for all questions, at most 1000 are made']),
    );
  });
});
