import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuthorizationRequest } from '../evaluate.js';
import { ACCOUNT, OTHER_ACCOUNT } from '../fixtures.js';
import { openWorldFrom, statementFrom, worldFrom, type Statement } from './arbitraries.testing.js';
import {
  allows,
  decided,
  eachDocument,
  eachStatement,
  keysSwapped,
  namesSwapped,
  PLACES,
  rewritten,
  shapeOf,
  split,
  turned,
  withStatement,
} from './changes.testing.js';
import type { Draw } from './draw.testing.js';
import { drawn, proven } from './drawn.testing.js';
import { counted, TIME } from './long.testing.js';
import { lineOf } from './plan.testing.js';

const RUNS = counted(60, 100_000);
const worlds = drawn(worldFrom);
const statements = drawn(statementFrom);
const places = fc.constantFrom(...PLACES);

const EVERYTHING: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };

/** Only what the organization asks of resources, and the resource itself, bind those who have no account. */
function isHeard(place: (typeof PLACES)[number], { principal }: AuthorizationRequest): boolean {
  return 'account' in principal || place === 'resource' || place === 'rcps';
}

describe('a Deny', () => {
  test(
    'that is added never allows, and one that is removed never denies',
    async () => {
      await proven(
        fc.property(worlds, statements, places, ({ request, plan }, statement, place) => {
          const more = withStatement(plan, place, { ...statement, Effect: 'Deny' });
          expect(allows(request, more) && !allows(request, plan)).toBe(false);
        }),
        RUNS,
      );
    },
    TIME,
  );

  test(
    'that matches wins, wherever it stands',
    async () => {
      await proven(
        fc.property(worlds, places, ({ request, plan }, place) => {
          fc.pre(isHeard(place, request) && request.resource !== 'nonsense');
          const denied = decided(request, withStatement(plan, place, { ...EVERYTHING, Effect: 'Deny' }));
          expect([denied.effect, denied.explicit]).toEqual(['Deny', true]);
        }),
        RUNS,
      );
    },
    TIME,
  );
});

describe('how policies are written', () => {
  test(
    'the order of policies, statements, keys and values never matters',
    async () => {
      await proven(
        fc.property(worlds, ({ request, plan }) => {
          const { scps, rcps, ...rest } = plan;
          const levels = { scps: scps?.toReversed().map(turned), rcps: rcps?.toReversed().map(turned) };
          expect(shapeOf(decided(request, { ...turned(rest), ...levels }))).toBe(shapeOf(decided(request, plan)));
        }),
        RUNS,
      );
    },
    TIME,
  );

  test(
    'a policy of many statements decides as many policies of one',
    async () => {
      await proven(
        fc.property(worlds, ({ request, plan }) => {
          expect(shapeOf(decided(request, split(plan)))).toBe(shapeOf(decided(request, plan)));
        }),
        RUNS,
      );
    },
    TIME,
  );

  test(
    'a value is a list of one (requirements-4 5.1)',
    async () => {
      await proven(
        fc.property(worlds, ({ request, plan }) => {
          expect(lineOf(decided(request, eachStatement(plan, rewritten)))).toBe(lineOf(decided(request, plan)));
        }),
        RUNS,
      );
    },
    TIME,
  );

  test(
    'the case of key names never matters (CND-3)',
    async () => {
      await proven(
        fc.property(worlds, ({ request, plan }) => {
          const before = lineOf(decided(request, plan));
          const asked = { ...request, context: namesSwapped(request.context) };
          expect(lineOf(decided(request, eachStatement(plan, keysSwapped)))).toBe(before);
          expect(lineOf(decided(asked, plan))).toBe(before);
        }),
        RUNS,
      );
    },
    TIME,
  );

  test(
    'the newer version changes nothing where there are no variables (ELM-2)',
    async () => {
      await proven(
        fc.property(worlds, ({ request, plan }) => {
          const old = eachDocument(plan, ({ Statement }) => ({ Statement }));
          fc.pre(!JSON.stringify(plan).includes('${'));
          expect(lineOf(decided(request, old))).toBe(lineOf(decided(request, plan)));
        }),
        RUNS / 2,
      );
    },
    TIME,
  );
});

/** A star more in an Allow that says what it is for, and not what it is not for. */
function widened(draw: Draw, statement: Statement): Statement {
  if (statement.Effect === 'Deny' || 'NotAction' in statement || 'NotResource' in statement) return statement;
  const wider = (text: string, from: number): string => {
    const at = from + draw.below(text.length - from + 1);
    // Between the braces of a variable a star would be part of a name; IAM's paths have to begin as they do.
    const where = text.includes('${') || text.includes(':iam:') ? text.length : at;
    return text === '*' || text === '*:*' ? '*' : `${text.slice(0, where)}*${text.slice(where)}`;
  };
  const each = (element: string, from: (text: string) => number): unknown => {
    const value = statement[element];
    return Array.isArray(value)
      ? value.map((text: string) => wider(text, from(text)))
      : typeof value === 'string'
        ? wider(value, from(value))
        : value;
  };
  const name = (text: string): number => text.indexOf(':') + 1;
  const path = (text: string): number => (text === '*' ? 0 : text.split(':', 5).join(':').length + 1);
  const Resource = each('Resource', path);
  return { ...statement, Action: each('Action', name), ...(Resource === undefined ? {} : { Resource }) };
}

const widenedWorlds = drawn((draw) => {
  const world = openWorldFrom(draw);
  return { ...world, wider: eachStatement(world.plan, (statement) => widened(draw, statement)) };
});

describe('what is given', () => {
  test(
    'an Allow that covers more never allows less',
    async () => {
      await proven(
        fc.property(widenedWorlds, ({ request, plan, wider }) => {
          expect(allows(request, plan) && !allows(request, wider)).toBe(false);
        }),
        RUNS,
      );
    },
    TIME,
  );

  test(
    'without policies only root may do anything, and only at home (EVL-1)',
    async () => {
      await proven(
        fc.property(worlds, ({ request }) => {
          const { principal, resource, resourceAccount } = request;
          // Whoever says whose a resource is, says more than its ARN.
          const owner = resourceAccount ?? (resource.includes(OTHER_ACCOUNT) ? OTHER_ACCOUNT : ACCOUNT);
          const home = principal.type === 'Root' && owner === ACCOUNT && resource !== 'nonsense';
          expect(allows(request, { identity: [] })).toBe(home);
        }),
        RUNS,
      );
    },
    TIME,
  );

  test(
    'keys that nobody asks for never matter',
    async () => {
      await proven(
        fc.property(
          worlds,
          fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.boolean())),
          ({ request, plan }, others) => {
            const extra = Object.fromEntries(Object.entries(others).map(([name, value]) => [`other:${name}`, value]));
            const asked = { ...request, context: { ...extra, ...request.context } };
            expect(lineOf(decided(asked, plan))).toBe(lineOf(decided(request, plan)));
          },
        ),
        RUNS,
      );
    },
    TIME,
  );
});
