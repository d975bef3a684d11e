import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { inPieces } from './in-pieces.js';

const busy = (milliseconds: number): void => {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
};

function* counted(pieces: number): Generator<void, number, void> {
  for (let piece = 0; piece < pieces; piece += 1) {
    busy(1);
    yield;
  }
  return pieces;
}

test('others have their turn between pieces of long work', async () => {
  let turns = 0;
  let done = false;
  const others = async () => {
    for (; !done; turns += 1) await setImmediate();
  };
  const meanwhile = others();
  expect(await inPieces(counted(40))).toBe(40);
  done = true;
  await meanwhile;
  expect(turns).toBeGreaterThan(5);
});

test('what comes at once is given at once, lists included', () => {
  expect(inPieces(7)).toBe(7);
  expect(inPieces(undefined)).toBeUndefined();
  const list = [1, 2];
  expect(inPieces(list)).toBe(list);
});

test('a fault in a piece is the fault of the whole', async () => {
  const failing = function* (): Generator<void, never, void> {
    yield;
    throw new Error('no such thing');
  };
  await expect(async () => inPieces(failing())).rejects.toThrow('no such thing');
});
