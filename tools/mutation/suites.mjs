/**
 * Test files on modules that are loaded anew for every mutant, in one process and within milliseconds: nothing that one
 * mutant made, such as an interned pattern, is there when the next one is asked. Jest takes seconds for the same.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { format } from 'node:util';
import vm from 'node:vm';
import { transformSync } from '@swc/core';

const require = createRequire(import.meta.url);
/** The very `expect` that Jest gives its tests. */
const { jestExpect } = createRequire(require.resolve('@jest/globals'))('@jest/expect');
const fastCheck = require('fast-check');

/** Properties are tried the same few times for every mutant: it is noticed soon or by another test, and a score can be had again. */
const TRIES = 25;
const check = (property, { numRuns = TRIES, ...rest } = {}) =>
  fastCheck.assert(property, { ...rest, numRuns: Math.min(numRuns, TRIES), seed: 1, endOnFailure: true });
const lightly = { ...fastCheck, default: { ...fastCheck.default, assert: check }, assert: check };

const scripts = new Map();

function scriptOf(path) {
  let script = scripts.get(path);
  if (script === undefined) {
    const { code } = transformSync(readFileSync(path, 'utf8'), {
      swcrc: false,
      filename: path,
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'commonjs' },
    });
    script = new vm.Script(`(function (exports, require, __filename) {${code}\n})`, { filename: path });
    scripts.set(path, script);
  }
  return script;
}

function sourceNamed(name, from) {
  if (!name.startsWith('.')) return undefined;
  const path = resolve(dirname(from), name.replace(/\.js$/, '.ts'));
  return existsSync(path) ? path : undefined;
}

/** The tests of each of `files`, which are loaded one after another, with all that they import and the ones before did not. */
export function* testsOf(files) {
  const modules = new Map();

  const load = (path, globals) => {
    const known = modules.get(path);
    if (known !== undefined) return known;
    const exports = {};
    modules.set(path, exports);
    const imported = (name) => {
      if (name === '@jest/globals') return globals;
      if (name === 'fast-check') return lightly;
      const source = sourceNamed(name, path);
      return source === undefined ? require(name) : load(source, globals);
    };
    scriptOf(path).runInThisContext()(exports, imported, path);
    return exports;
  };

  for (const file of files) {
    const tests = [];
    load(file, globalsOf(relative(process.cwd(), file), tests));
    yield* tests;
  }
}

/** What a test file takes from Jest; what it declares goes to `tests`. */
function globalsOf(file, tests) {
  const ids = new Set();
  const titles = [];
  const before = [[]];
  const test = (title, body) => {
    const name = [...titles, title].join(' ');
    let id = `${file}: ${name}`;
    for (let again = 2; ids.has(id); again += 1) id = `${file}: ${name} (${again})`;
    ids.add(id);
    tests.push({ id, name, file, body, before: [...before] });
  };
  const describe = (title, body) => {
    titles.push(title);
    before.push([]);
    body();
    before.pop();
    titles.pop();
  };
  const each = (one) => (rows) => (title, body) => {
    for (const row of rows) {
      const values = Array.isArray(row) ? row : [row];
      const taken = title.split(/%[sjdipo]/).length - 1;
      one(format(title, ...values.slice(0, taken)), () => body(...values));
    }
  };
  test.each = each(test);
  describe.each = each(describe);
  return { describe, test, expect: jestExpect, beforeAll: (hook) => before.at(-1).push({ hook, done: false }) };
}

/** Runs a test, and what has to run before it unless that was done; gives the failure, if there is one. */
export async function failureOf({ body, before }) {
  try {
    for (const one of before.flat()) {
      if (one.done) continue;
      one.done = true;
      await one.hook();
    }
    const promise = body();
    if (promise !== undefined) await promise;
    return undefined;
  } catch (failure) {
    return failure;
  }
}
