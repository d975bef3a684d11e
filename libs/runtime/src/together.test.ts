import { expect, test } from '@jest/globals';
import { together } from './together.js';

/** Questions that are answered when a test says so. */
function questions() {
  const answers: ((answer: number | Error) => void)[] = [];
  const ask = together(
    () =>
      new Promise<number>((resolve, reject) => {
        answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
      }),
  );
  return { ask, answers };
}

test('who comes while a question is under way gets the answer to the next, and all of them the same', async () => {
  const { ask, answers } = questions();
  const first = ask();
  const later = Array.from({ length: 100 }, () => ask());
  expect(answers).toHaveLength(1);
  answers[0]?.(1);
  expect(await first).toBe(1);
  expect(answers).toHaveLength(2);
  const last = ask();
  answers[1]?.(2);
  expect(new Set(await Promise.all(later))).toEqual(new Set([2]));
  expect(answers).toHaveLength(3);
  answers[2]?.(3);
  expect(await last).toBe(3);
});

test('a question that fails fails those who asked it, and no others', async () => {
  const { ask, answers } = questions();
  const [first, second] = [ask(), ask()];
  answers[0]?.(new Error('away'));
  await expect(first).rejects.toThrow('away');
  answers[1]?.(2);
  expect(await second).toBe(2);
  const third = ask();
  answers[2]?.(3);
  expect(await third).toBe(3);
});
