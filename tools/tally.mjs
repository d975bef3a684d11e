/**
 * How a suite says that a program it needs is missing: it throws an error of this text while it loads. Behind a colon
 * may stand how to install it.
 */
const missingProgram = /needs the program `([^`]+)`(?:[^:\n]*: ([^\n]+))?/;

const isAbsent = (suite) => suite.status === 'failed' && suite.assertionResults.length === 0;

/**
 * Counts tests from Jest's JSON. A suite that breaks before its first test counts as one failure. One that only lacks
 * a program is listed; it counts as a failure where `strict` (in CI, where every program is to be present).
 */
export function tally(results, { strict }) {
  if (!results) return { passed: 0, failed: 1, lacking: [] };
  const broken = results.testResults.filter(isAbsent);
  const lacking = broken.flatMap(({ name: suite, message }) => {
    const [, program, install] = missingProgram.exec(message) ?? [];
    return program ? [{ program, suite, ...(install && { install }) }] : [];
  });
  const forgiven = strict ? 0 : lacking.length;
  const nothingRan = results.numTotalTests + broken.length === 0 && !results.success ? 1 : 0;
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + broken.length - forgiven + nothingRan,
    lacking,
  };
}
