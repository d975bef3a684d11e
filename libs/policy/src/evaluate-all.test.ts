import { expect, test } from '@jest/globals';
import { evaluateAll } from './evaluate-all.js';
import { alice, allowAll, BUCKET, denyAll, policy, request } from './fixtures.js';

const a = request(alice, { resource: `${BUCKET}/a` });
const b = request(alice, { resource: `${BUCKET}/b` });
const identity = [
  policy('identity', [
    { ...allowAll, Resource: `${BUCKET}/a` },
    { ...allowAll, Resource: `${BUCKET}/b` },
  ]),
];

test('every request has to be allowed, if by different statements (requirements-4 CND-17; requirements-2 section 31, 19)', () => {
  const { decision, denied } = evaluateAll([a, b, a], () => ({ identity }));
  expect(decision.effect).toBe('Allow');
  expect(decision.statements.map(({ index }) => index)).toEqual([0, 1]);
  expect(denied).toBeUndefined();
});

test('the first denial is the answer, and says which request it was', () => {
  const c = request(alice, { resource: `${BUCKET}/c` });
  const { decision, denied } = evaluateAll([a, c, b], () => ({ identity }));
  expect(decision).toMatchObject({ effect: 'Deny', explicit: false, by: 'identity' });
  expect(denied).toBe(c);
});

test('each request has the policies of its resource', () => {
  const closed = policy('resource', { ...denyAll, Principal: '*' });
  const { decision, denied } = evaluateAll([a, b], ({ resource }) => ({
    identity,
    resource: resource === b.resource ? closed : undefined,
  }));
  expect(decision).toMatchObject({ effect: 'Deny', explicit: true, by: 'resource' });
  expect(denied).toBe(b);
});

test('who asks for nothing is allowed nothing', () => {
  expect(evaluateAll([], () => ({ identity }))).toEqual({
    decision: { effect: 'Deny', explicit: false, by: undefined, statements: [] },
    denied: undefined,
  });
});
