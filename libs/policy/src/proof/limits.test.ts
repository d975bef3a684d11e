import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  broadDocumentFrom,
  identityDocumentFrom,
  openWorldFrom,
  type Document,
  type Plan,
} from './arbitraries.testing.js';
import { allows, eachStatement } from './changes.testing.js';
import { drawn, proven } from './drawn.testing.js';
import { counted, TIME } from './long.testing.js';

/** Reliability-security S3 asks for 100,000. */
const RUNS = counted(60, 100_000);
const openWorlds = drawn(openWorldFrom);
const documents = drawn(identityDocumentFrom);
const broadDocuments = drawn((draw) => broadDocumentFrom(draw, 70));

/** Session policies that take nothing away; a federated session may do nothing without any. */
const SESSION: readonly Document[] = [{ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }];

describe('limits (reliability-security S3)', () => {
  test(
    'a session may do no more than without its session policies',
    async () => {
      await proven(
        fc.property(openWorlds, documents, ({ request, plan }, extra) => {
          const child = { ...plan, session: [...(plan.session ?? []), extra] };
          const session = request.principal.type === 'FederatedUser' ? SESSION : undefined;
          expect(allows(request, child) && !allows(request, { ...plan, session })).toBe(false);
        }),
        RUNS,
      );
    },
    TIME,
  );

  test(
    'boundary, service and resource control policies only take away',
    async () => {
      await proven(
        fc.property(openWorlds, ({ request, plan }) => {
          fc.pre(allows(request, plan));
          const free: Plan[] = [
            { ...plan, boundary: undefined },
            { ...plan, scps: undefined },
            { ...plan, rcps: undefined },
            { ...plan, scps: plan.scps?.slice(1), rcps: plan.rcps?.slice(1) },
          ];
          expect(free.map((one) => allows(request, one))).toEqual([true, true, true, true]);
        }),
        RUNS,
      );
    },
    TIME,
  );

  test(
    'who is allowed, is allowed by each level of the organization',
    async () => {
      await proven(
        fc.property(openWorlds, ({ request, plan }) => {
          const { principal } = request;
          fc.pre(allows(request, plan) && 'account' in principal);
          const here = { ...request, resourceAccount: 'account' in principal ? principal.account : undefined };
          for (const level of [...(plan.scps ?? []), ...(plan.rcps ?? [])]) {
            const alone = eachStatement(
              { identity: level, session: SESSION },
              ({ Principal: _everybody, ...statement }) => statement,
            );
            expect(allows(here, alone)).toBe(true);
          }
        }),
        RUNS,
      );
    },
    TIME,
  );

  test(
    'who is allowed without the help of a resource policy, is allowed by the boundary',
    async () => {
      await proven(
        fc.property(openWorlds, broadDocuments, ({ request, plan }, boundary) => {
          const asked = { ...request, resourceAccount: undefined };
          const capped: Plan = { ...plan, resource: undefined, trust: undefined, boundary };
          fc.pre(request.principal.type !== 'Root' && allows(asked, capped));
          expect(allows(asked, { identity: [boundary], session: SESSION })).toBe(true);
        }),
        RUNS,
      );
    },
    TIME,
  );
});
