import { expect, test } from '@jest/globals';
import { compileCondition, forgetAnswers } from './condition/condition.js';
import { contextKey, forgetStamps } from './context-key.js';
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
