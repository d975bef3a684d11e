import { describe, expect, test } from '@jest/globals';
import { flawsOf } from './command-checker.testing.js';
import { historyOf, statesOf } from './command-history.testing.js';
import { runs } from './histories.testing.js';

/** Seeds that failed once stay. */
const kept: readonly number[] = [214];

/** All that is wrong with the history of a seed. */
async function wrongWith(seed: number): Promise<string[]> {
  const history = await historyOf(seed);
  const flaws = await flawsOf(history);
  for (const { stream, held, logged } of await statesOf(history)) {
    if (JSON.stringify(held) !== JSON.stringify(logged)) flaws.push(`a replica holds another \`${stream}\``);
  }
  return flaws;
}

describe('commands on several replicas over a log with faults do what one would have done alone (R16, R27)', () => {
  test.each(kept)('seed %i, which failed once', async (seed) => {
    expect(await wrongWith(seed)).toEqual([]);
  });

  test(
    'random seeds',
    async () => {
      for (let seed = 1; seed <= runs(60); seed++) {
        expect({ seed, wrong: await wrongWith(seed) }).toEqual({ seed, wrong: [] });
      }
    },
    runs(60) * 1000,
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
