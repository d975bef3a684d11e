import { describe, expect, test } from '@jest/globals';
import { flawsOf } from './command-checker.testing.js';
import { historyOf, statesOf } from './command-history.testing.js';
import { runs } from './histories.testing.js';

/** Seeds that failed once stay. */
const kept: readonly number[] = [214];

const check = async (seed: number): Promise<void> => {
  const history = await historyOf(seed);
  const flaws = await flawsOf(history);
  for (const { stream, held, logged } of await statesOf(history)) {
    if (JSON.stringify(held) !== JSON.stringify(logged)) flaws.push(`a replica holds another \`${stream}\``);
  }
  expect({ seed, flaws }).toEqual({ seed, flaws: [] });
};

describe('commands on several replicas over a log with faults do what one would have done alone (R16, R27)', () => {
  for (const seed of kept) test(`seed ${seed}, which failed once`, () => check(seed));

  test(
    'random seeds',
    async () => {
      for (let seed = 1; seed <= runs(200); seed++) await check(seed);
    },
    runs(200) * 1000,
  );

  test('the same seed leads to the same history', async () => {
    const [one, other] = [await historyOf(1), await historyOf(1)];
    expect(one.tried).toEqual(other.tried.map((each, index) => ({ ...each, input: one.tried[index]?.input })));
  });

  test('histories are worth checking: all outcomes and refusals occur', async () => {
    const outcomes = new Set<string>();
    for (let seed = 1; seed <= 20; seed++) {
      for (const { operation, outcome, doubtful } of (await historyOf(seed)).tried) {
        outcomes
          .add(outcome)
          .add(`${operation} ${outcome === 'done'}`)
          .add(`${outcome === 'done'} after doubt ${doubtful}`);
      }
    }
    for (const expected of [
      'done',
      'unknown',
      'NoSuchEntity',
      'EntityAlreadyExists',
      'LimitExceeded',
      'DeleteConflict',
    ]) {
      expect(outcomes).toContain(expected);
    }
    expect(outcomes).toContain('true after doubt true');
    for (const operation of ['CreateUser', 'DeleteUser', 'CreateAccessKey', 'DeleteAccessKey', 'RemoveUserFromGroup']) {
      expect(outcomes).toContain(`${operation} true`);
    }
  });
});
