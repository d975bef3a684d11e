import type { GivenValue } from '../context.js';
import type { Run } from '../run.js';
import { compileTemplate, fillText, matchesTemplate, readTemplate, type Template } from '../variables.js';
import { compileText, matchesText } from '../wildcard.js';
import { contains, readNetwork } from './addresses.js';
import { compileArn } from './arns.js';
import { readBinary } from './binary.js';
import { readInstant } from './dates.js';
import { readNumber } from './numbers.js';
import type { Operator, Relation } from './operators.js';

/** Whether some policy value matches one value of the request, negation left aside. */
export type ValueTest = (given: GivenValue, run: Run) => boolean;

type TestOf = (values: readonly string[], variables: boolean, relation: Relation) => ValueTest;

/** How each family compares. A value that cannot be read as what the family compares matches nothing (ruling 24). */
export const TESTS: Readonly<Record<Exclude<Operator['family'], 'Null'>, TestOf>> = {
  String: (values, variables) =>
    equalityTest(
      values,
      variables,
      (text) => text,
      (given) => given.text,
    ),
  StringIgnoreCase: (values, variables) =>
    equalityTest(
      values,
      variables,
      (text) => text.toLowerCase(),
      (given) => given.lower,
    ),
  Bool: (values, variables) => equalityTest(values, variables, boolText, (given) => boolText(given.text)),
  Binary: (values) => equalityTest(values, false, readBinary, (given) => readBinary(given.text)),
  Numeric: (values, _variables, relation) => relationTest(values.map(readNumber), relation, (given) => given.number),
  Date: (values, _variables, relation) => relationTest(values.map(readInstant), relation, (given) => given.instant),
  Ip: networkTest,
  Like: (values, variables) => anyOf(likeTests(values, variables)),
  Arn: (values, variables) => anyOf(values.map((text) => arnTest(text, variables))),
};

function anyOf(tests: readonly ValueTest[]): ValueTest {
  const [first] = tests;
  if (tests.length === 1 && first !== undefined) return first;
  return (given, run) => {
    for (const test of tests) if (test(given, run)) return true;
    return false;
  };
}

const RELATIONS: Readonly<Record<Relation, (given: number, wanted: number) => boolean>> = {
  equal: (given, wanted) => given === wanted,
  less: (given, wanted) => given < wanted,
  lessOrEqual: (given, wanted) => given <= wanted,
  greater: (given, wanted) => given > wanted,
  greaterOrEqual: (given, wanted) => given >= wanted,
};

/** What cannot be read is NaN, which stands in no relation to anything. */
function relationTest(
  values: readonly (number | undefined)[],
  relation: Relation,
  read: (given: GivenValue) => number,
): ValueTest {
  const wanted = values.filter((value) => value !== undefined);
  const related = RELATIONS[relation];
  return (given) => {
    const value = read(given);
    for (const one of wanted) if (related(value, one)) return true;
    return false;
  };
}

function networkTest(values: readonly string[]): ValueTest {
  const networks = values.map(readNetwork).filter((network) => network !== undefined);
  return (given) => {
    const { address } = given;
    if (address === undefined) return false;
    for (const network of networks) if (contains(network, address)) return true;
    return false;
  };
}

function boolText(text: string): string | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' || lower === 'false' ? lower : undefined;
}

/** Equality of what `fold` and `read` make of both sides; plain values are read once, variables are filled in at each call. */
function equalityTest(
  values: readonly string[],
  variables: boolean,
  fold: (text: string) => string | undefined,
  read: (given: GivenValue) => string | undefined,
): ValueTest {
  const plain = new Set<string>();
  const templates: Template[] = [];
  for (const text of values) {
    const template = variables ? readTemplate(text) : undefined;
    const folded = template === undefined ? fold(text) : undefined;
    if (template !== undefined) templates.push(template);
    else if (folded !== undefined) plain.add(folded);
  }
  return (given, run) => {
    const value = read(given);
    if (value === undefined) return false;
    if (plain.has(value)) return true;
    for (const template of templates) {
      const text = fillText(template, run);
      if (text !== undefined && fold(text) === value) return true;
    }
    return false;
  };
}

/** Values without wildcards and variables are looked up, the others asked one by one. */
function likeTests(values: readonly string[], variables: boolean): ValueTest[] {
  const plain = new Set(values.filter((text) => !/[*?]/.test(text) && !(variables && readTemplate(text))));
  const tests = values.filter((text) => !plain.has(text)).map((text) => likeTest(text, variables));
  return plain.size === 0 ? tests : [(given) => plain.has(given.text), ...tests];
}

/** `*` stands for some value; the empty string is no value and matches what says `""` only (requirements-4 6.3, ruling 28). */
function likeTest(text: string, variables: boolean): ValueTest {
  const template = variables ? readTemplate(text) : undefined;
  if (template === undefined) {
    const matcher = compileText(text);
    return (given) => given.text !== '' && matchesText(matcher, given.text);
  }
  const matcher = compileTemplate(template);
  return (given, run) =>
    given.text === '' ? fillText(template, run) === '' : matchesTemplate(matcher, given.text, 0, run);
}

function arnTest(text: string, variables: boolean): ValueTest {
  const test = compileArn(text, variables);
  return (given, run) => given.arnOffset >= 0 && test(given, run);
}
