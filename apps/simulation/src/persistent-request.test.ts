import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { InProcessBus } from '@muniment/bus-inprocess';
import { BusUnavailable, requestPersistently } from '@muniment/runtime';

const subject = 'muniment.directory.CreateUser';
const persistence = { tryMilliseconds: 100, silentMilliseconds: 350, absentMilliseconds: 150 };

/** Asks who answers the nth question after so many milliseconds, or never. */
async function asked(
  ...delays: readonly number[]
): Promise<{ answer: unknown; questions: number; milliseconds: number }> {
  const bus = new InProcessBus();
  let questions = 0;
  await bus.respond('muniment.directory', async () => {
    const number = ++questions;
    const delay = delays[number - 1] ?? delays.at(-1) ?? 0;
    if (delay === Infinity) return new Promise(() => undefined);
    await sleep(delay);
    return number;
  });
  const started = performance.now();
  const answer = await requestPersistently(bus, subject, {}, persistence).catch((error: unknown) => error);
  const milliseconds = performance.now() - started;
  await sleep(150);
  return { answer, questions, milliseconds };
}

test('who answers in time is asked once', async () => {
  expect(await asked(20)).toMatchObject({ answer: 1, questions: 1 });
});

test('where one is silent another is asked', async () => {
  expect(await asked(Infinity, 10)).toMatchObject({ answer: 2, questions: 2 });
});

test('where all are slow the first answer counts, however often it was asked for', async () => {
  const { answer, questions } = await asked(240);
  expect(answer).toBe(1);
  expect(questions).toBeGreaterThan(1);
});

test('silence is told in time, and nobody is asked after that', async () => {
  const { answer, questions, milliseconds } = await asked(Infinity);
  expect(answer).toBeInstanceOf(BusUnavailable);
  expect(questions).toBeLessThanOrEqual(4);
  expect(milliseconds).toBeGreaterThan(350);
});

test('where nobody is there it is tried for a while, and who comes meanwhile is asked', async () => {
  const bus = new InProcessBus();
  const started = performance.now();
  await expect(requestPersistently(bus, subject, {}, persistence)).rejects.toThrow(BusUnavailable);
  expect(performance.now() - started).toBeGreaterThanOrEqual(150);
  const answer = requestPersistently(bus, subject, {}, persistence);
  await bus.respond('muniment.directory', async () => 'here');
  expect(await answer).toBe('here');
});

test('an error that is no absence is told at once', async () => {
  const bus = new InProcessBus();
  let questions = 0;
  await bus.respond('muniment.directory', async () => {
    questions++;
    throw new Error('a bug');
  });
  await expect(requestPersistently(bus, subject, {}, persistence)).rejects.toThrow('a bug');
  expect(questions).toBe(1);
});
