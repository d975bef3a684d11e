import { expect, test } from '@jest/globals';
import type { muniment } from '@muniment/aws-model';
import { answerText } from './answer-text.js';

const statement: muniment.Statement = { PolicyId: 'a "b" \\', PolicyType: 'SESSION_POLICY', Index: 3, Sid: 'é' };

test.each<[string, muniment.IsAuthorizedResponse]>([
  ['by nothing', { Decision: 'ALLOW', Explicit: false, DeterminingStatements: [] }],
  ['by one', { Decision: 'ALLOW', Explicit: false, DeterminingStatements: [statement] }],
  [
    'by several',
    { Decision: 'ALLOW', Explicit: false, DeterminingStatements: [statement, { ...statement, Index: 0 }] },
  ],
  ['explained', { Decision: 'ALLOW', Explicit: false, DeterminingStatements: [], Traces: [] }],
  ['denied', { Decision: 'DENY', Explicit: true, Message: 'no', DeterminingStatements: [statement] }],
])('an answer is written as JSON would have it: %s', (_, answer) => {
  expect(answerText(answer)).toBe(JSON.stringify(answer));
  expect(answerText(answer)).toBe(JSON.stringify(answer));
});
