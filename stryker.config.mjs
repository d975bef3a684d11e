import { groups } from './tools/mutation/groups.mjs';

/** `npm run test:mutation`; everything it writes stays in `coverage`. */
export default {
  plugins: ['./tools/mutation/runner.mjs'],
  testRunner: 'suites',
  mutation: {
    folder: 'libs/policy/src',
    last: ['/cases.test', '/proof/'],
    // By what stands in their names: they ask a second program, load the engine themselves, take long for what others notice,
    // or watch the clock.
    without: [
      'differential.test',
      'browser.test',
      'fuzz.test',
      'limits.test',
      'warm.test',
      'metamorphic.test',
      'escalation.test',
      'time grows with the length',
      'are answered at once',
      'are fast',
    ],
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
