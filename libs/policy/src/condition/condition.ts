import { isList, type ContextLookup, type Given } from '../context.js';
import type { ConditionEntry } from '../document.js';
import { readOperator, type Quantifier } from './operators.js';
import { TESTS, type ValueTest } from './tests.js';

/** One entry of a `Condition` block, ready to be asked. */
export interface Condition {
  /** In lower case. */
  readonly key: string;
  readonly quantifier: Quantifier;
  readonly negated: boolean;
  readonly test: ValueTest;
  /** The answer when the request does not have the key. */
  readonly whenMissing: boolean;
  /** The answer when the key is there without a value; only `Null` asks for that. */
  readonly whenNull: boolean | undefined;
}

const NEVER: ValueTest = () => false;

/**
 * Compiles an entry. An operator that is not known can only stand in a document that bypassed `readPolicy`; its
 * answer is then the one that does not allow: false under Allow, true under Deny.
 */
export function compileCondition(entry: ConditionEntry, variables: boolean, allow: boolean): Condition {
  const key = entry.key.toLowerCase();
  const use = readOperator(entry.operator);
  if (use === undefined)
    return { key, quantifier: 'one', negated: !allow, test: NEVER, whenMissing: !allow, whenNull: !allow };
  const { operator, quantifier, ifExists } = use;
  const texts = entry.values.map((value) => value.text);
  if (operator.family === 'Null') return nullCondition(key, texts);
  const test = TESTS[operator.family](texts, variables && operator.variables, operator.relation);
  const missing = quantifier === 'one' ? operator.negated : quantifier === 'all';
  return { key, quantifier, negated: operator.negated, test, whenMissing: ifExists || missing, whenNull: undefined };
}

/** `Null: "true"` holds when the key is absent or has no value, `"false"` when it has one (requirements-4 6.2, 6.3). */
function nullCondition(key: string, texts: readonly string[]): Condition {
  const wanted = new Set(texts.map((text) => text.toLowerCase()));
  const whenNull = wanted.has('true');
  const whenPresent = wanted.has('false');
  return { key, quantifier: 'one', negated: false, test: () => whenPresent, whenMissing: whenNull, whenNull };
}

/** Whether the entry holds (requirements-4 6.1, 6.3; rulings 27 to 30). */
export function holds(condition: Condition, context: ContextLookup): boolean {
  const given = context.get(condition.key);
  if (given === undefined) return condition.whenMissing;
  if (isNull(given)) {
    if (condition.whenNull !== undefined) return condition.whenNull;
    if (condition.quantifier !== 'one') return condition.quantifier === 'all';
  }
  const { test, negated } = condition;
  if (!isList(given)) return test(given, context) !== negated;
  switch (condition.quantifier) {
    case 'all':
      return given.every((one) => test(one, context) !== negated);
    case 'any':
      return given.some((one) => test(one, context) !== negated);
    case 'one':
      return given.some((one) => test(one, context)) !== negated;
  }
}

function isNull(given: Given): boolean {
  return isList(given) ? given.length === 0 : given.empty;
}
