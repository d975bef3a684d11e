import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Bus, BusUnavailable } from '@muniment/runtime';
import { eventually } from './eventually.js';

export interface OpenBus {
  readonly bus: Bus;
  readonly close: () => Promise<void>;
}

/** What every bus promises. */
export function busContract(name: string, open: () => Promise<OpenBus>): void {
  describe(`bus: ${name}`, () => {
    let bus: Bus;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ bus, close } = await open());
    });
    afterEach(() => close());

    const echo = async (subject: string, question: unknown) => ({ subject, question });

    test('the service that listens on the prefix answers, and knows the whole subject', async () => {
      await bus.respond('muniment.directory', echo);
      const question = { input: { UserName: 'naïve 💼' }, list: [1, null, true, { deep: [''] }] };
      expect(await bus.request('muniment.directory.CreateUser', question)).toEqual({
        subject: 'muniment.directory.CreateUser',
        question,
      });
    });

    test.each([
      'muniment.sts.AssumeRole',
      'muniment.direct',
      'muniment.directory',
      'muniment.directory.User.Create',
      'muniment.directory2.X',
      'other',
      '',
    ])('nobody answers on %j', async (subject) => {
      await bus.respond('muniment.directory', echo);
      const error = await bus.request(subject, {}).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(BusUnavailable);
      expect((error as Error).message).toContain(`\`${subject}\``);
    });

    test('a prefix is whole words, and exactly one word follows it', async () => {
      await bus.respond('muniment', async () => 'outer');
      await bus.respond('muniment.directory', async () => 'inner');
      expect(await bus.request('muniment.CreateUser', {})).toBe('outer');
      expect(await bus.request('muniment.directory', {})).toBe('outer');
      expect(await bus.request('muniment.directory.CreateUser', {})).toBe('inner');
      await expect(bus.request('muniment.directory2.CreateUser', {})).rejects.toBeInstanceOf(BusUnavailable);
    });

    test("who asks says how long it waits; a late answer is nobody's", async () => {
      await bus.respond('muniment.slow', async (_, milliseconds: number) => {
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        return milliseconds;
      });
      const start = performance.now();
      const error = await bus.request('muniment.slow.X', 300, { milliseconds: 100 }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(BusUnavailable);
      expect(performance.now() - start).toBeGreaterThanOrEqual(99);
      expect(await bus.request('muniment.slow.X', 1, { milliseconds: 2000 })).toBe(1);
    });

    test('answers find the question they belong to', async () => {
      await bus.respond('muniment.slow', async (_, n: number) => {
        await new Promise((resolve) => setTimeout(resolve, (n * 7) % 20));
        return n * 2;
      });
      const numbers = Array.from({ length: 50 }, (_, n) => n);
      const answers = await Promise.all(numbers.map((n) => bus.request<number, number>('muniment.slow.Double', n)));
      expect(answers).toEqual(numbers.map((n) => n * 2));
    });

    test('a failing service is a failing request, at once or later', async () => {
      await bus.respond('muniment.later', async () => {
        throw new Error('later');
      });
      await bus.respond('muniment.once', () => {
        throw new Error('at once');
      });
      await expect(bus.request('muniment.later.X', {})).rejects.toBeInstanceOf(Error);
      await expect(bus.request('muniment.once.X', {})).rejects.toBeInstanceOf(Error);
    });

    test('of several equal services each request gets one, and all get some', async () => {
      const served = [0, 0, 0];
      for (const index of served.keys()) {
        await bus.respond('muniment.sts', async () => {
          served[index] = (served[index] ?? 0) + 1;
          return index;
        });
      }
      await Promise.all(Array.from({ length: 60 }, () => bus.request('muniment.sts.AssumeRole', {})));
      expect(served.reduce((sum, count) => sum + count)).toBe(60);
      expect(Math.min(...served)).toBeGreaterThan(0);
    });

    test('a service that stops gets no more requests; the others go on', async () => {
      const stop = await bus.respond('muniment.sts', async () => 'first');
      const stopOther = await bus.respond('muniment.sts', async () => 'other');
      await stop();
      for (let time = 0; time < 4; time++) expect(await bus.request('muniment.sts.X', {})).toBe('other');
      await stopOther();
      await stopOther();
      await expect(bus.request('muniment.sts.X', {})).rejects.toBeInstanceOf(BusUnavailable);
    });

    test('what has reached a service when it stops is answered', async () => {
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let reached = 0;
      const stop = await bus.respond('muniment.sts', async (_, n: number) => {
        reached++;
        await held;
        return n;
      });
      const answers = Promise.all([1, 2, 3].map((n) => bus.request<number, number>('muniment.sts.X', n)));
      await eventually(() => expect(reached).toBe(3));
      const stopped = stop();
      release();
      await stopped;
      expect(await answers).toEqual([1, 2, 3]);
    });

    test('hints reach all who listen to the subject, until they stop', async () => {
      const heard: Record<string, unknown[]> = { first: [], second: [], other: [] };
      const stop = bus.subscribe('muniment.appended', (hint) => heard['first']?.push(hint));
      bus.subscribe('muniment.appended', (hint) => heard['second']?.push(hint));
      bus.subscribe('muniment.other', (hint) => heard['other']?.push(hint));
      bus.publish('muniment.appended', { position: 7 });
      const once = { first: [{ position: 7 }], second: [{ position: 7 }], other: [] };
      await eventually(() => expect(heard).toEqual(once));
      stop();
      bus.publish('muniment.appended', { position: 8 });
      await eventually(() => expect(heard).toEqual({ ...once, second: [{ position: 7 }, { position: 8 }] }));
    });

    test('a listener that fails hurts neither who publishes nor the others', async () => {
      const heard: unknown[] = [];
      bus.subscribe('muniment.appended', () => {
        throw new Error('a listener that fails on purpose');
      });
      bus.subscribe('muniment.appended', (hint) => heard.push(hint));
      bus.publish('muniment.appended', 1);
      await eventually(() => expect(heard).toEqual([1]));
    });

    test('hints that nobody listens to are lost', () => {
      expect(() => bus.publish('muniment.nobody', {})).not.toThrow();
    });

    test('a closed bus answers nothing', async () => {
      await bus.respond('muniment.sts', echo);
      await bus.close();
      await expect(bus.request('muniment.sts.X', {})).rejects.toBeInstanceOf(BusUnavailable);
    });
  });
}
