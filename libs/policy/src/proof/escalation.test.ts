import { describe, expect, test } from '@jest/globals';
import { evaluate, type PolicySet } from '../evaluate.js';
import { alice, allowAll, policy, request, session, type Statement } from '../fixtures.js';
import { AUDITED, PARLIAMENT, type EscalationPath } from './escalation.testing.js';

const ALL = [...PARLIAMENT, ...AUDITED];

/** Whether every action of the path is allowed, and so the path is open. */
function isOpen({ actions }: EscalationPath, policies: PolicySet): boolean {
  return [alice, session].some((principal) =>
    actions.every((action) => evaluate(request(principal, { action, resource: '*' }), policies).effect === 'Allow'),
  );
}

/** Everything but one action. */
const allBut = (action: string): Statement => ({ Effect: 'Allow', NotAction: action, Resource: '*' });

const given = (path: EscalationPath): PolicySet => ({
  identity: [policy('identity', { Effect: 'Allow', Action: path.actions, Resource: '*' })],
});

describe('paths to more rights (reliability-security S3)', () => {
  test('are 22 and 8, each named once', () => {
    expect([PARLIAMENT.length, AUDITED.length]).toEqual([22, 8]);
    expect(new Set(PARLIAMENT.map(({ name }) => name)).size).toBe(22);
    expect(new Set(AUDITED.map(({ name }) => name)).size).toBe(8);
  });

  test.each(ALL)('$name is open to who may do all of its actions', (path) => {
    expect(isOpen(path, given(path))).toBe(true);
    const { scps, rcps } = {
      scps: [[policy('scp', allowAll)]],
      rcps: [[policy('rcp', { ...allowAll, Principal: '*' })]],
    };
    expect(isOpen(path, { ...given(path), boundary: policy('boundary', allowAll), scps, rcps })).toBe(true);
  });

  test.each(ALL)('$name is closed by whatever limits any one of its actions', (path) => {
    for (const action of path.actions) {
      const limits: readonly Partial<PolicySet>[] = [
        { boundary: policy('boundary', allBut(action)) },
        { session: [policy('session', allBut(action))] },
        { scps: [[policy('scp', allowAll)], [policy('scp', allBut(action))]] },
        {
          rcps: [
            [
              policy('rcp', { ...allowAll, Principal: '*' }),
              policy('rcp', { Effect: 'Deny', Principal: '*', Action: action, Resource: '*' }),
            ],
          ],
        },
        { identity: [policy('identity', [allowAll, { Effect: 'Deny', Action: action, Resource: '*' }])] },
      ];
      expect(limits.map((limit) => isOpen(path, { ...given(path), ...limit }))).toEqual(limits.map(() => false));
    }
  });

  test.each(ALL)('$name stays closed to who lacks any one of its actions', (path) => {
    for (const action of path.actions) {
      expect(isOpen(path, { identity: [policy('identity', allBut(action))] })).toBe(false);
    }
  });
});
