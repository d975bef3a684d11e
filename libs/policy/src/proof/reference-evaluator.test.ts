import { beforeAll, describe, expect, test } from '@jest/globals';
import { compared, type Agreement } from './agreement.testing.js';
import { counted, LONG, TIME } from './long.testing.js';

const REQUESTS = counted(6000, 1_000_000);
/** The long form goes where the usual one has not been. */
const FIRST_SEED = LONG ? 1_000_000 : 1;

describe('the engine and the plain evaluator (requirements-4 sections 5 to 9)', () => {
  let agreement: Agreement;

  beforeAll(async () => {
    agreement = await compared(REQUESTS, FIRST_SEED);
  }, TIME);

  test('agree in effect, explicitness, denier and statements, whatever is asked', () => {
    expect(agreement.disagreements).toEqual([]);
  });

  test('were asked telling questions: every outcome comes up, none prevails', () => {
    const { outcomes } = agreement;
    const share = (outcome: string): number => (outcomes.get(outcome) ?? 0) / REQUESTS;
    expect(share('Allow implicit -')).toBeGreaterThan(0.15);
    const types = ['identity', 'boundary', 'session', 'resource', 'trust'];
    const rare = [
      ...types.map((type) => `Deny explicit ${type}`),
      ...types.map((type) => `Deny implicit ${type}`),
      'Deny explicit scp',
      'Deny explicit rcp',
      'Deny implicit -',
    ].filter((outcome) => share(outcome) < 0.003);
    expect(rare).toEqual([]);
    expect(Math.max(...[...outcomes.keys()].map(share))).toBeLessThan(0.5);
  });
});
