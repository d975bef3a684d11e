/** Asks the engine and the plain evaluator the same, and says where they differ. */
import { evaluate, type AuthorizationRequest, type PolicySet } from '../evaluate.js';
import { sceneFrom, type World } from './arbitraries.testing.js';
import { seeded } from './draw.testing.js';
import { breath } from './long.testing.js';
import { compiledPlan, lineOf, plainPlan } from './plan.testing.js';
import { plainly, type PoliciesInText } from './reference-evaluator.testing.js';
import { smallest } from './smallest.testing.js';

const REQUESTS_PER_PLAN = 10;

export interface Agreement {
  /** How often each outcome was reached, such as `Deny implicit scp`. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Requests answered differently, made as small as possible. */
  readonly disagreements: readonly string[];
}

/** Compares so many requests, ten to a set of policies. Stops looking at the tenth difference. */
export async function compared(requests: number, firstSeed: number): Promise<Agreement> {
  const outcomes = new Map<string, number>();
  const disagreements: string[] = [];
  const last = firstSeed + Math.ceil(requests / REQUESTS_PER_PLAN);
  for (let seed = firstSeed; seed < last && disagreements.length < 10; seed++) {
    if (seed % 100 === 0) await breath();
    const { plan, requests: asked } = sceneFrom(seeded(seed), REQUESTS_PER_PLAN);
    const compiled = compiledPlan(plan);
    const texts = plainPlan(plan);
    for (const request of asked) {
      const { effect, explicit, by } = evaluate(request, compiled);
      const outcome = `${effect} ${explicit ? 'explicit' : 'implicit'} ${by ?? '-'}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (difference(request, compiled, texts) !== undefined) disagreements.push(described({ plan, request }, seed));
    }
  }
  return { outcomes, disagreements };
}

function difference(request: AuthorizationRequest, compiled: PolicySet, texts: PoliciesInText): string | undefined {
  const engine = lineOf(evaluate(request, compiled));
  const reference = lineOf(plainly(request, texts));
  return engine === reference ? undefined : `the engine says ${engine}, the plain evaluator ${reference}`;
}

function described(world: World, seed: number): string {
  const differs = ({ plan, request }: World): string | undefined =>
    difference(request, compiledPlan(plan), plainPlan(plan));
  const least = smallest(world, (one) => differs(one) !== undefined);
  return `seed ${seed}: ${differs(least) ?? ''}: ${JSON.stringify(least)}`;
}
