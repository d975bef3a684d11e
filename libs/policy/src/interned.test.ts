import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { Interned } from './interned.js';

interface Thing {
  readonly name: string;
}

test('there is one object for each text, made when it is asked for first', () => {
  const things = new Interned<Thing>();
  let made = 0;
  const thing = (name: string) =>
    things.get(name, () => {
      made += 1;
      return { name };
    });
  expect(things.find('a')).toBeUndefined();
  const [a, b] = [thing('a'), thing('b')];
  expect(thing('a')).toBe(a);
  expect(things.find('b')).toBe(b);
  expect([made, things.size]).toEqual([2, 2]);
  const seen: Thing[] = [];
  things.forEach((one) => seen.push(one));
  expect(seen).toEqual([a, b]);
});

test('what nobody holds any more is forgotten when there are too many, what somebody holds is not', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const things = new Interned<Thing>();
  const held = Array.from({ length: 600 }, (_, index) => things.get(`held ${index}`, () => ({ name: `${index}` })));
  for (let index = 0; index < 424; index += 1) things.get(`dropped ${index}`, () => ({ name: '' }));
  expect(things.size).toBe(1024);
  // Only between two turns may the engine let go of what was looked at in the first.
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  collect();
  expect(things.find('dropped 0')).toBeUndefined();
  const alive: Thing[] = [];
  things.forEach((one) => alive.push(one));
  expect(alive).toEqual(held);
  const more = things.get('one more', () => ({ name: 'one more' }));
  expect(things.size).toBe(601);
  const seen: Thing[] = [];
  things.forEach((one) => seen.push(one));
  expect(seen).toEqual([...held, more]);
});
