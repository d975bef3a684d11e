import { expect, test } from '@jest/globals';
import { compileCondition, forgetAnswers } from './condition/condition.js';
import { contextKey, forgetStamps } from './context-key.js';
import { evaluate } from './evaluate.js';
import { alice, allowAll, policy, request } from './fixtures.js';
import { compileResource, forgetResources } from './resource.js';

test('where numbers of requests begin anew, no answer looks as if it belonged to one of them', () => {
  const position = { line: 1, column: 1, offset: 0 };
  const values = [{ text: 'arn:aws:s3:::${run:test}', position }];
  const entry = { operator: 'StringEquals', key: 'run:test', values, position };
  const [pattern] = compileResource({ negated: false, values, position }, true).patterns;
  const [plain] = compileResource({ negated: false, values, position }, false).patterns;
  const answers = [contextKey('run:test'), compileCondition(entry, true, true), pattern, plain];
  for (const answer of answers) if (answer !== undefined) answer.stamp = 7;
  forgetStamps();
  forgetAnswers();
  forgetResources();
  expect(answers.map((answer) => answer?.stamp)).toEqual([0, 0, 0, 0]);
});

test('a decision that another one interrupts is made anew, with the values that were given (reliability-security S24)', () => {
  const Condition = {
    StringEquals: { 'run:text': 'mine' },
    DateEquals: { 'run:date': '2026-11-20' },
    'ForAllValues:StringEquals': { 'run:list': ['a', 'b'] },
    'ForAnyValue:StringEquals': { 'run:list': 'b' },
    Bool: { 'run:last': 'true' },
  };
  const identity = [policy('identity', { ...allowAll, Condition })];
  const others = { 'run:text': 'other', 'run:date': '2020', 'run:list': ['c'], 'run:last': false };
  const context = {
    'run:text': 'mine',
    'run:date': new Date('2026-11-20'),
    'run:list': ['a', 'b'],
    get 'run:last'() {
      expect(evaluate(request(alice, { context: others }), { identity }).effect).toBe('Deny');
      return true;
    },
  };
  expect(evaluate(request(alice, { context }), { identity }).effect).toBe('Allow');
});
