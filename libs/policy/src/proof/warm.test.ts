import { expect, test } from '@jest/globals';
import { evaluate, type AuthorizationRequest } from '../evaluate.js';
import { sceneFrom } from './arbitraries.testing.js';
import { seeded } from './draw.testing.js';
import { breath, counted, TIME } from './long.testing.js';
import { compiledPlan, lineOf, plainPlan } from './plan.testing.js';
import { plainly } from './reference-evaluator.testing.js';

const PAIRS = counted(6000, 1_000_000);
const REQUESTS = 5;

/** Every request right after every other one, by the same policies. */
function afterEachOther(requests: readonly AuthorizationRequest[]): (readonly [number, number])[] {
  return requests.flatMap((_, first) =>
    requests.flatMap((__, second) => (first === second ? [] : [[first, second] as const])),
  );
}

/**
 * The engine keeps no decisions, but it does keep what it has read, interned and answered last. So each request is decided
 * right after another one by policies that have decided before, and by the plain evaluator, which keeps nothing. Policies
 * compiled anew would not do: they share conditions with those that were there before.
 */
test(
  'what was asked before changes no decision (reliability-security S24)',
  async () => {
    const different: string[] = [];
    let pairs = 0;
    for (let seed = 1; pairs < PAIRS; seed++) {
      if (seed % 50 === 0) await breath();
      const { plan, requests } = sceneFrom(seeded(seed), REQUESTS);
      const texts = plainPlan(plan);
      const fresh = requests.map((request) => lineOf(plainly(request, texts)));
      const warm = compiledPlan(plan);
      for (const pair of afterEachOther(requests)) {
        pairs++;
        for (const index of pair) {
          const request = requests[index] as AuthorizationRequest;
          if (lineOf(evaluate(request, warm)) !== fresh[index]) different.push(`seed ${seed}: ${pair.join(' then ')}`);
        }
      }
    }
    expect(different).toEqual([]);
  },
  TIME,
);
