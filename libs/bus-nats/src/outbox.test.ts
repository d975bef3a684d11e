import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Outbox, type Outgoing } from './outbox.js';

const message = (subject: string): Outgoing => ({
  subject,
  bytes: new Uint8Array(0),
  reply: undefined,
  headers: undefined,
});

function outbox() {
  const sent: string[] = [];
  const box = new Outbox(({ subject }) => sent.push(subject));
  return { sent, box };
}

test('what is sent in one turn goes out at its end, in order', async () => {
  const { sent, box } = outbox();
  for (const subject of ['a', 'b', 'c']) box.add(message(subject));
  expect(sent).toEqual([]);
  await turn();
  expect(sent).toEqual(['a', 'b', 'c']);
});

test('under load it goes out within milliseconds, nothing is lost or passed, and then as before', async () => {
  const { sent, box } = outbox();
  const expected: string[] = [];
  const add = (): void => {
    expected.push(String(expected.length));
    box.add(message(expected.at(-1) as string));
  };
  for (const end = performance.now() + 30; performance.now() < end; await turn()) {
    for (let count = 0; count < 1000; count++) add();
  }
  add();
  await turn();
  const early = sent.length;
  await sleep(20);
  expect(early).toBeLessThan(expected.length);
  expect(sent).toEqual(expected);
  // What was counted before it went quiet may count once more.
  for (const _ of [1, 2]) {
    add();
    await sleep(20);
  }
  add();
  await turn();
  expect(sent).toEqual(expected);
});

test('what has to go at once does, and what is given up does not', async () => {
  const { sent, box } = outbox();
  box.add(message('a'));
  box.flush();
  expect(sent).toEqual(['a']);
  box.add(message('b'));
  box.clear();
  box.add(message('c'));
  await turn();
  expect(sent).toEqual(['a', 'c']);
});
