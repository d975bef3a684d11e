/** Runs the tests of a package for Stryker; `mutation` in its options says which. */
import { dirname, join } from 'node:path';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { filesUnder } from '../workspace.mjs';
import { failureOf, testsOf } from './suites.mjs';

/** What the mutated code asks: which mutant is on, and how often it may come by. */
const switches = (globalThis.__stryker__ ??= {});

const messageOf = (failure) => (failure instanceof Error ? failure.message : String(failure));

function summed(some, more) {
  const sum = { ...some };
  for (const [mutant, hits] of Object.entries(more)) sum[mutant] = (sum[mutant] ?? 0) + hits;
  return sum;
}

async function run(files, { isWanted, bail }) {
  const results = [];
  for (const test of testsOf(files)) {
    if (!isWanted(test.id)) continue;
    switches.currentTestId = test.id;
    const started = performance.now();
    const failure = await failureOf(test);
    switches.currentTestId = undefined;
    const { id, name, file } = test;
    const result = { id, name, fileName: file, timeSpentMs: performance.now() - started };
    if (failure === undefined) results.push({ ...result, status: TestStatus.Success });
    else {
      results.push({ ...result, status: TestStatus.Failed, failureMessage: messageOf(failure) });
      if (bail) break;
    }
  }
  return { status: DryRunStatus.Complete, tests: results };
}

class SuiteRunner {
  static inject = tokens(commonTokens.options);

  constructor({ mutation }) {
    const { folder, last, without } = mutation;
    const paths = filesUnder(folder, (path) => path.endsWith('.test.ts'));
    this.files = paths.map((path) => join(process.cwd(), folder, path));
    this.last = last;
    this.isMeant = (id) => !without.some((part) => id.includes(part));
  }

  /** Who knows the mutated file best is asked first, and what takes long when nothing else has noticed. */
  inOrder(files, mutated) {
    const distance = (file) => {
      if (file === mutated.replace(/\.ts$/, '.test.ts')) return -2;
      const late = this.last.findIndex((part) => file.includes(part));
      return late < 0 && dirname(file) === dirname(mutated) ? -1.5 : late;
    };
    return files.toSorted((a, b) => distance(a) - distance(b));
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  /** What runs while a file loads, runs for each of its tests: all is loaded anew for each mutant, so nothing is static. */
  async dryRun({ disableBail }) {
    switches.activeMutant = undefined;
    const tests = [];
    const perTest = {};
    for (const file of this.files) {
      switches.mutantCoverage = { static: {}, perTest: {} };
      const result = await run([file], { isWanted: this.isMeant, bail: !disableBail });
      const { static: loading, perTest: running } = switches.mutantCoverage;
      for (const { id } of result.tests) perTest[id] = summed(loading, running[id] ?? {});
      tests.push(...result.tests);
    }
    return { status: DryRunStatus.Complete, tests, mutantCoverage: { static: {}, perTest } };
  }

  async mutantRun({ activeMutant, testFilter, disableBail, hitLimit, sandboxFileName }) {
    const wanted = testFilter && new Set(testFilter);
    const isWanted = wanted ? (id) => wanted.has(id) : this.isMeant;
    const wantedFiles = new Set(testFilter?.map((id) => join(process.cwd(), id.split(': ', 1)[0])));
    const known = wanted ? this.files.filter((file) => wantedFiles.has(file)) : this.files;
    const files = this.inOrder(known, sandboxFileName);
    switches.mutantCoverage = { static: {}, perTest: {} };
    switches.hitCount = hitLimit === undefined ? undefined : 0;
    switches.hitLimit = hitLimit;
    switches.activeMutant = activeMutant.id;
    let result;
    try {
      result = await run(files, { isWanted, bail: !disableBail });
    } catch (failure) {
      // Without the mutant every file loads.
      result = {
        status: DryRunStatus.Complete,
        tests: [
          { id: 'load', name: 'load', timeSpentMs: 0, status: TestStatus.Failed, failureMessage: messageOf(failure) },
        ],
      };
    }
    switches.activeMutant = undefined;
    return determineHitLimitReached(switches.hitCount, hitLimit) ?? toMutantRunResult(result, disableBail);
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'suites', SuiteRunner)];

export const strykerValidationSchema = {
  type: 'object',
  properties: {
    mutation: {
      description: 'Where the tests are, which of them come last, and which are left out.',
      type: 'object',
      additionalProperties: false,
      required: ['folder', 'last', 'without'],
      properties: {
        folder: { type: 'string' },
        last: { type: 'array', items: { type: 'string' } },
        without: { type: 'array', items: { type: 'string' } },
      },
    },
  },
};
