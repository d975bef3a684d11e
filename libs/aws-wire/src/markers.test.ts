import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { markersOf } from './index.js';

const keyed = (key: string) => markersOf((text) => createHmac('sha256', key).update(text).digest());
const markers = keyed('one');
const refused = { ok: false, fault: { code: 'ValidationError', message: 'Invalid Marker.' } };

test('a marker gives back the value it was made of', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.jsonValue({ maxDepth: 2 }), (scope, value) => {
      const text = JSON.stringify(value);
      fc.pre(Buffer.byteLength(text) < 200);
      const unmarked = markers.unmark(scope, markers.mark(scope, value));
      expect(unmarked.ok && JSON.stringify(unmarked.value)).toBe(text);
    }),
    { numRuns: 50 },
  );
});

test("a marker meets IAM's own constraint on markers", () => {
  expect(markers.mark('123456789012/ListUsers', { after: 'é'.repeat(64) })).toMatch(/^[\u0020-\u00ff]{1,320}$/);
});

test('an altered marker is refused, wherever it was altered', () => {
  const marker = markers.mark('ListUsers', { after: 'bob' });
  for (let at = 0; at < marker.length - 1; at++) {
    const other = marker[at] === 'A' ? 'B' : 'A';
    expect(markers.unmark('ListUsers', marker.slice(0, at) + other + marker.slice(at + 1))).toEqual(refused);
  }
});

test.each(['', 'x', 'not base64!', 'A'.repeat(40), 'A'.repeat(400)])('`%s` is not a marker', (text) => {
  expect(markers.unmark('ListUsers', text)).toEqual(refused);
});

test('a marker is good for its scope and its key only', () => {
  const marker = markers.mark('ListUsers', 1);
  expect(markers.unmark('ListRoles', marker)).toEqual(refused);
  expect(keyed('two').unmark('ListUsers', marker)).toEqual(refused);
});

test('a value that would not fit into a marker is refused when it is made', () => {
  expect(() => markers.mark('ListUsers', 'x'.repeat(300))).toThrow(RangeError);
});
