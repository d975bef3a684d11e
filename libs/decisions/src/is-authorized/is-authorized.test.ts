import { expect, test } from '@jest/globals';
import { muniment } from '@muniment/aws-model';
import { type Call, Fault, type Query } from '@muniment/kernel';
import { munimentService } from '@muniment/service-catalog';
import { account, now, roleCalls, userArn, userCalls } from '../accounts.testing.js';
import { decisionsOperations } from '../operations.js';
import { deciding } from './deciding.js';
import { BatchIsAuthorized, IsAuthorized } from './is-authorized.operations.js';
import { order, shop } from './is-authorized.testing.js';

const callBy = (caller = userCalls('asker')): Call => ({
  account,
  partition: 'aws',
  caller,
  requestId: 'request',
  now,
  id: () => 'id',
  after: () => now,
  fault: (code, message) => {
    throw new Fault(code, message);
  },
});

async function called({ definition }: Query, input: object, call = callBy()) {
  const from = { decide: deciding(shop().inquiries) };
  const gathered = await definition.gather(input, from as never, call);
  const asks = (definition.authorize as (...of: unknown[]) => unknown)(input, gathered, call);
  const reply = () =>
    definition.reply(definition.decide ? definition.decide(input, gathered, call) : gathered, input, call, {} as never);
  return { asks, reply };
}

const question = { Principal: userArn('ann'), Actions: ['orders:GetOrder'], Resources: [order] };
const right = (resource: string) => ({ action: 'muniment:IsAuthorized', resource });

test('needs the right on whom it is about, oneself included', async () => {
  expect((await called(IsAuthorized, question)).asks).toEqual([right(userArn('ann'))]);
  const { Principal: _, ...oneself } = question;
  expect((await called(IsAuthorized, oneself)).asks).toEqual([right(userArn('asker'))]);
  const session = roleCalls('Clerk');
  expect((await called(IsAuthorized, oneself, callBy(session))).asks).toEqual([right(session.principal.arn)]);
});

test('a batch needs it on everybody in it, once', async () => {
  const { Principal: _, ...oneself } = question;
  const Questions = [question, oneself, { ...question, Principal: userArn('bob') }, question];
  const { asks, reply } = await called(BatchIsAuthorized, { Questions });
  expect(asks).toEqual([right(userArn('ann')), right(userArn('asker')), right(userArn('bob'))]);
  const { Answers } = reply() as muniment.BatchIsAuthorizedResponse;
  expect(Answers.map(({ Decision }) => Decision)).toEqual(['ALLOW', 'DENY', 'DENY', 'ALLOW']);
});

test('a batch that says whom its questions are about needs the right on that one, and on those that questions name', async () => {
  const { Principal, ...bare } = question;
  const Questions = [bare, { ...question, Principal: userArn('bob') }, bare];
  const { asks, reply } = await called(BatchIsAuthorized, { Principal, Questions });
  expect(asks).toEqual([right(userArn('ann')), right(userArn('bob'))]);
  const { Answers } = reply() as muniment.BatchIsAuthorizedResponse;
  expect(Answers.map(({ Decision }) => Decision)).toEqual(['ALLOW', 'DENY', 'ALLOW']);
});

test('what cannot be decided is an error that the operation declares', async () => {
  const { reply } = await called(IsAuthorized, { ...question, Principal: userArn('nobody') });
  expect(reply).toThrow(new Fault('UnknownPrincipalException', `there is no principal \`${userArn('nobody')}\``));
});

test('there is one right for both', () => {
  const actions = munimentService.actions.map(({ name }) => name);
  expect(decisionsOperations).toContain(IsAuthorized);
  expect(decisionsOperations).toContain(BatchIsAuthorized);
  expect(actions).toContain('IsAuthorized');
  expect(actions).not.toContain('BatchIsAuthorized');
});
