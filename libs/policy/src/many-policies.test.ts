import { expect, test } from '@jest/globals';
import { compilePolicy, type CompiledPolicy, WORTH_MERGING } from './compile.js';
import { evaluate } from './evaluate.js';
import { alice, policy, request, type Statement } from './fixtures.js';

function named(id: string, ...statements: Statement[]): CompiledPolicy {
  const { document } = policy('identity', statements);
  if (document === undefined) throw new Error('no document');
  return compilePolicy(document, { id, type: 'identity' });
}

const about = (name: string, Effect = 'Allow'): CompiledPolicy =>
  named(name, { Effect, Action: `s3:${name}`, Resource: '*' });

/** More policies than are looked through one by one. */
const many = (): CompiledPolicy[] => Array.from({ length: WORTH_MERGING + 2 }, (_, index) => about(`Thing${index}`));

function asked(identity: readonly CompiledPolicy[], action: string): string[] {
  const { effect, statements } = evaluate(request(alice, { action }), { identity });
  return [effect, ...statements.map((ref) => ref.policy)];
}

test('of many policies the one that is about the action decides, asked for the first time and again', () => {
  const identity = many();
  for (const _ of [1, 2]) {
    expect(asked(identity, 's3:Thing0')).toEqual(['Allow', 'Thing0']);
    expect(asked(identity, 'S3:thing9')).toEqual(['Allow', 'Thing9']);
    expect(asked(identity, 's3:Other')).toEqual(['Deny']);
  }
});

test('all that is about the action is asked, in the order of the policies', () => {
  const everything = named('everything', { Effect: 'Allow', Action: '*', Resource: '*' });
  const identity = [everything, ...many(), about('Thing0')];
  expect(asked(identity, 's3:Thing0')).toEqual(['Allow', 'everything', 'Thing0', 'Thing0']);
  expect(asked([...identity, about('Thing1', 'Deny')], 's3:Thing1')).toEqual(['Deny', 'Thing1']);
});

test.each<[string, (identity: CompiledPolicy[]) => unknown, string[]]>([
  ['the first one was replaced', (identity) => identity.splice(0, 1, about('Later')), ['Allow', 'Later']],
  ['the last one was replaced', (identity) => identity.splice(-1, 1, about('Later')), ['Allow', 'Later']],
  ['one was added', (identity) => identity.push(about('Later')), ['Allow', 'Later']],
  ['nothing', () => undefined, ['Deny']],
])('a list is asked anew when it was changed: %s', (_name, change, expected) => {
  const identity = many();
  expect(asked(identity, 's3:Later')).toEqual(['Deny']);
  change(identity);
  expect(asked(identity, 's3:Later')).toEqual(expected);
});

test('a policy that was taken out of a list allows nothing any more', () => {
  const identity = many();
  expect(asked(identity, 's3:Thing9')).toEqual(['Allow', 'Thing9']);
  identity.pop();
  expect(asked(identity, 's3:Thing9')).toEqual(['Deny']);
});

test.each([
  ['*', 'NoService'],
  ['*:*', 'NoService'],
  ['*:*', 's3:GetObject'],
])('NotAction %s spares %s', (NotAction, action) => {
  const denied = named('denied', { Effect: 'Deny', NotAction, Resource: '*' });
  expect(asked([denied, about('Other')], action)).toEqual(['Deny']);
});
