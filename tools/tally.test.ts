import { describe, expect, test } from '@jest/globals';
import { tally } from './tally.mjs';

const suite = (name: string, message = '', tests = 0) => ({
  name,
  message,
  status: message ? 'failed' : 'passed',
  assertionResults: Array.from({ length: tests }, () => ({})),
});
const results = (suites: readonly ReturnType<typeof suite>[], passed: number, failed: number) => ({
  success: failed === 0,
  numPassedTests: passed,
  numFailedTests: failed,
  numTotalTests: passed + failed,
  testResults: suites,
});
const terraform = suite('terraform.test.ts', 'Error: needs the program `terraform`');

describe('the closing line of a test run', () => {
  test('counts tests, not suites', () => {
    expect(tally(results([suite('a', '', 3), suite('b', 'x', 2)], 4, 1), { strict: true })).toEqual({
      passed: 4,
      failed: 1,
      lacking: [],
    });
  });

  test('counts a suite that broke before its first test as one failure', () => {
    expect(tally(results([suite('a', '', 3), suite('b', 'SyntaxError: x')], 3, 0), { strict: false })).toMatchObject({
      passed: 3,
      failed: 1,
    });
  });

  test('names a suite that lacks a program, and fails for it only where all programs are to be present', () => {
    const run = results([suite('a', '', 3), terraform], 3, 0);
    const lacking = [{ program: 'terraform', suite: 'terraform.test.ts' }];
    expect(tally(run, { strict: false })).toEqual({ passed: 3, failed: 0, lacking });
    expect(tally(run, { strict: true })).toEqual({ passed: 3, failed: 1, lacking });
  });

  test('says how to install what lacks, where the suite knows it', () => {
    const lacks = suite(
      'bus.test.ts',
      '\n  ● Test suite failed\n\n    needs the program `nats-server`: apt-get x\n\n    at',
    );
    expect(tally(results([lacks], 0, 0), { strict: false }).lacking).toEqual([
      { program: 'nats-server', suite: 'bus.test.ts', install: 'apt-get x' },
    ]);
  });

  test('is a failure when Jest left no results, or found no test', () => {
    expect(tally(undefined, { strict: false })).toMatchObject({ passed: 0, failed: 1 });
    expect(tally({ ...results([], 0, 0), success: false }, { strict: false })).toMatchObject({ passed: 0, failed: 1 });
  });
});
