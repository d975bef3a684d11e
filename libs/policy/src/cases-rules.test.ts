import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { caseTexts, rules } from './cases.testing.js';

const sources = new URL('.', import.meta.url);
const tests = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(new URL(name, sources), 'utf8'));
const named = new Set([...tests, ...caseTexts].flatMap((text) => text.match(/\b[A-Z]{3}-\d+\b/g) ?? []));
const all = Object.entries(rules.families).flatMap(([family, last]) =>
  Array.from({ length: last }, (_, index) => `${family}-${index + 1}`),
);

test('every rule of the requirements that the engine can hold is named by a test', () => {
  expect(all.filter((id) => !named.has(id) && rules.elsewhere[id] === undefined)).toEqual([]);
});

test('what is out of its hands is a rule, and has its reason', () => {
  expect(Object.keys(rules.elsewhere).filter((id) => !all.includes(id))).toEqual([]);
  expect(Object.entries(rules.elsewhere).filter(([, reason]) => reason.length < 20)).toEqual([]);
});
