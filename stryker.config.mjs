import { groups } from './tools/mutation/groups.mjs';

/** `npm run test:mutation`; everything it writes stays in `coverage`. */
export default {
  plugins: ['./tools/mutation/runner.mjs'],
  testRunner: 'suites',
  mutation: {
    folder: 'libs/policy/src',
    last: ['/cases.test', '/proof/'],
    // Files, and tests by what their names hold: they ask a second program, take long for what others notice, watch the clock.
    without: ['differential.test', 'fuzz.test', 'limits.test', 'warm.test', 'time grows with the length'],
  },
  mutate: Object.values(groups).flat(),
  ignorePatterns: ['**', '!libs/policy/src/**', '!libs/policy/cases/**'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 30_000,
  incremental: true,
  incrementalFile: 'coverage/mutation/incremental.json',
  tempDirName: 'coverage/mutation/sandboxes',
  reporters: ['progress', 'html'],
  htmlReporter: { fileName: 'coverage/mutation/report.html' },
  allowConsoleColors: false,
};
