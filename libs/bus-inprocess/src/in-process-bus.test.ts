import { describe, expect, test } from '@jest/globals';
import { busContract } from '@muniment/testing';
import { InProcessBus } from './in-process-bus.js';

busContract('in process', async () => {
  const bus = new InProcessBus();
  return { bus, close: () => bus.close() };
});

describe('bus in process', () => {
  test('questions, answers and errors are passed on as they are, not as copies', async () => {
    const bus = new InProcessBus();
    const [question, answer, failure] = [{}, {}, new RangeError('as it is')];
    const questions: unknown[] = [];
    await bus.respond('a', async (_, given) => {
      questions.push(given);
      return answer;
    });
    await bus.respond('b', () => Promise.reject(failure));
    expect(await bus.request('a.X', question)).toBe(answer);
    expect(questions[0]).toBe(question);
    await expect(bus.request('b.X', question)).rejects.toBe(failure);
  });
});
