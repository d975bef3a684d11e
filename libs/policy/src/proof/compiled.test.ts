import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evaluate } from '../evaluate.js';
import { identityDocumentFrom, worldFrom, type Plan } from './arbitraries.testing.js';
import { shapeOf } from './changes.testing.js';
import { drawn, proven } from './drawn.testing.js';
import { counted, TIME } from './long.testing.js';
import { compiledPlan, lineOf } from './plan.testing.js';

const RUNS = counted(60, 100_000);
const worlds = drawn(worldFrom);
const documents = drawn(identityDocumentFrom);

describe('compiled policies', () => {
  test(
    'a matched Deny is named, a missing Allow names nothing, and asking again changes nothing',
    async () => {
      await proven(
        fc.property(worlds, ({ request, plan }) => {
          const policies = compiledPlan(plan);
          const decision = evaluate(request, policies);
          expect(evaluate(request, policies)).toEqual(decision);
          const { effect, explicit, by, statements: named } = decision;
          const implicitNames = effect === 'Deny' && !explicit && named.length > 0;
          const matchedIsSilent = explicit && by !== 'scp' && by !== 'rcp' && named.length === 0;
          expect({ implicitNames, matchedIsSilent }).toEqual({ implicitNames: false, matchedIsSilent: false });
        }),
        RUNS,
      );
    },
    TIME,
  );

  test(
    'a policy that is compiled again by itself decides as a set compiled anew',
    async () => {
      await proven(
        fc.property(worlds, documents, fc.nat(5), ({ request, plan }, changed, at) => {
          fc.pre(plan.identity.length > 0);
          const before = compiledPlan(plan);
          evaluate(request, before);
          const index = at % plan.identity.length;
          const later: Plan = { ...plan, identity: plan.identity.with(index, changed) };
          const [only] = compiledPlan({ identity: [changed] }).identity;
          const renamed = only && { ...only, id: before.identity[index]?.id ?? '' };
          fc.pre(renamed !== undefined);
          const incremental = { ...before, identity: before.identity.with(index, renamed) };
          expect(shapeOf(evaluate(request, incremental))).toBe(shapeOf(evaluate(request, compiledPlan(later))));
          expect(lineOf(evaluate(request, before))).toBe(lineOf(evaluate(request, compiledPlan(plan))));
        }),
        RUNS,
      );
    },
    TIME,
  );

  test(
    'a decision made while another one is under way changes neither',
    async () => {
      await proven(
        fc.property(worlds, worlds, (outer, inner) => {
          const [outerSet, innerSet] = [compiledPlan(outer.plan), compiledPlan(inner.plan)];
          const alone = [lineOf(evaluate(outer.request, outerSet)), lineOf(evaluate(inner.request, innerSet))];
          const nested: string[] = [];
          const context = Object.defineProperties(
            {},
            Object.fromEntries(
              Object.entries(outer.request.context).map(([key, value]) => [
                key,
                {
                  enumerable: true,
                  get: () => {
                    nested.push(lineOf(evaluate(inner.request, innerSet)), lineOf(evaluate(outer.request, outerSet)));
                    return value;
                  },
                },
              ]),
            ),
          );
          expect(lineOf(evaluate({ ...outer.request, context }, outerSet))).toBe(alone[0]);
          expect(nested.every((line, index) => line === alone[(index + 1) % 2])).toBe(true);
        }),
        RUNS,
      );
    },
    TIME,
  );
});
