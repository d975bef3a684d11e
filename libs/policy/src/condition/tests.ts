import { scalarText, type ContextLookup, type ContextScalar } from '../context.js';
import { fillPattern, fillText, readTemplate, type Template } from '../variables.js';
import { compileText, matchesPattern, matchesText } from '../wildcard.js';
import { contains, readAddress, readNetwork } from './addresses.js';
import { arnParts, compileArn } from './arns.js';
import { readBinary } from './binary.js';
import { readInstant } from './dates.js';
import { readNumber } from './numbers.js';
import type { Operator, Relation } from './operators.js';

/** Whether some policy value matches one value of the request, negation left aside. */
export type ValueTest = (value: ContextScalar, context: ContextLookup) => boolean;

type TestOf = (values: readonly string[], operator: Operator, variables: boolean) => ValueTest;

/** How each family compares. A value that cannot be read as what the family compares matches nothing (ruling 24). */
export const TESTS: Readonly<Record<Exclude<Operator['family'], 'Null'>, TestOf>> = {
  String: (values, _operator, variables) => equalityTest(values, variables, (text) => text),
  StringIgnoreCase: (values, _operator, variables) => equalityTest(values, variables, (text) => text.toLowerCase()),
  Bool: (values, _operator, variables) => equalityTest(values, variables, boolText),
  Binary: (values) => readTest(values, readBinary, (value) => readBinary(scalarText(value)), (given, wanted) => given === wanted),
  Numeric: (values, { relation }) => readTest(values, readNumber, numberOf, RELATIONS[relation]),
  Date: (values, { relation }) => readTest(values, readInstant, instantOf, RELATIONS[relation]),
  Ip: (values) => readTest(values, readNetwork, (value) => readAddress(scalarText(value)), (given, wanted) => contains(wanted, given)),
  Like: (values, _operator, variables) => anyOf(values.map((text) => likeTest(text, variables))),
  Arn: arnTest,
};

const RELATIONS: Readonly<Record<Relation, (given: number, wanted: number) => boolean>> = {
  equal: (given, wanted) => given === wanted,
  less: (given, wanted) => given < wanted,
  lessOrEqual: (given, wanted) => given <= wanted,
  greater: (given, wanted) => given > wanted,
  greaterOrEqual: (given, wanted) => given >= wanted,
};

function anyOf(tests: readonly ValueTest[]): ValueTest {
  const [first] = tests;
  if (tests.length === 1 && first !== undefined) return first;
  return (value, context) => tests.some((test) => test(value, context));
}

/** Reads the policy's values once; the request's value is read by `read` at each call. */
function readTest<Given, Wanted>(
  values: readonly string[],
  readWanted: (text: string) => Wanted | undefined,
  read: (value: ContextScalar) => Given | undefined,
  matches: (given: Given, wanted: Wanted) => boolean,
): ValueTest {
  const wanted = values.map(readWanted).filter((value) => value !== undefined);
  return (value) => {
    const given = read(value);
    if (given === undefined) return false;
    for (const one of wanted) if (matches(given, one)) return true;
    return false;
  };
}

function numberOf(value: ContextScalar): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  // `aws:EpochTime` takes numeric operators as well (requirements-4 CND-12).
  if (value instanceof Date) return numberOf(value.getTime() / 1000);
  return typeof value === 'string' ? readNumber(value) : undefined;
}

function instantOf(value: ContextScalar): number | undefined {
  if (value instanceof Date) return numberOf(value.getTime());
  if (typeof value === 'number') return numberOf(value * 1000);
  return typeof value === 'string' ? readInstant(value) : undefined;
}

function boolText(text: string): string | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' || lower === 'false' ? lower : undefined;
}

/** Equality after `fold`; plain values sit in a set, those with variables are filled in at each call. */
function equalityTest(values: readonly string[], variables: boolean, fold: (text: string) => string | undefined): ValueTest {
  const plain = new Set<string>();
  const templates: Template[] = [];
  for (const text of values) {
    const template = variables ? readTemplate(text) : undefined;
    const folded = template === undefined ? fold(text) : undefined;
    if (template !== undefined) templates.push(template);
    else if (folded !== undefined) plain.add(folded);
  }
  return (value, context) => {
    const given = fold(scalarText(value));
    if (given === undefined) return false;
    if (plain.has(given)) return true;
    return templates.some((template) => {
      const text = fillText(template, context);
      return text !== undefined && fold(text) === given;
    });
  };
}

/** `*` stands for some value; the empty string is no value and matches `""` only (requirements-4 6.3, ruling 28). */
function likeTest(text: string, variables: boolean): ValueTest {
  if (text === '') return (value) => scalarText(value) === '';
  const template = variables ? readTemplate(text) : undefined;
  if (template === undefined) {
    const matcher = compileText(text);
    return (value) => {
      const given = scalarText(value);
      return given !== '' && matchesText(matcher, given);
    };
  }
  return (value, context) => {
    const given = scalarText(value);
    const pattern = given === '' ? undefined : fillPattern(template, context);
    return pattern !== undefined && matchesPattern(pattern, given);
  };
}

function arnTest(values: readonly string[], _operator: Operator, variables: boolean): ValueTest {
  const tests = values.map((text) => compileArn(text, variables));
  return (value, context) => {
    if (typeof value !== 'string') return false;
    const parts = arnParts(value);
    return parts !== undefined && tests.some((test) => test(parts, context));
  };
}
