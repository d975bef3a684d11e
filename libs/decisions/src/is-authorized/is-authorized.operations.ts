import { muniment } from '@muniment/aws-model';
import { type Ask, type Call, query, type Sources } from '@muniment/kernel';
import type { Asked } from './deciding.js';
import type { Answered } from './inquiries.js';

/** Asking about somebody is a right on that somebody, oneself included; a batch needs it on everybody in it. */
const action = 'muniment:IsAuthorized';

const rightOn = (principals: readonly (string | undefined)[], call: Call): Ask[] =>
  [...new Set(principals.map((arn) => arn ?? call.caller.principal.arn))].map((resource) => ({ action, resource }));

const answerTo = async (from: Sources, asked: Asked, call: Call): Promise<unknown> => from.decide(asked, call);

export const IsAuthorized = query(muniment.IsAuthorized, {
  gather: (input, from, call) => answerTo(from, { one: input }, call) as Promise<Answered>,
  authorize: ({ Principal }, _, call) => rightOn([Principal], call),
  decide: (_, answered, call) =>
    'error' in answered ? call.fault(answered.error.code, answered.error.message) : answered,
  reply: (answer) => answer,
});

export const BatchIsAuthorized = query(muniment.BatchIsAuthorized, {
  gather: (input, from, call) => answerTo(from, { many: input }, call) as Promise<readonly muniment.Answer[]>,
  authorize: ({ Questions, Principal }, _, call) =>
    rightOn(
      Questions.map((question) => question.Principal ?? Principal),
      call,
    ),
  reply: (answers) => ({ Answers: [...answers] }),
});
