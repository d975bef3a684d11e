import { type ContextKey, contextKey } from '../context-key.js';
import { isList, type Given } from '../context.js';
import type { ConditionEntry } from '../document.js';
import { Interned } from '../interned.js';
import type { Run } from '../run.js';
import { readOperator, type Quantifier } from './operators.js';
import { TESTS, type ValueTest } from './tests.js';

/**
 * One entry of a `Condition` block, ready to be asked. There is one object for all entries that say the same, and it
 * keeps its answer for the request that is being decided: `stamp` says which one that is.
 */
export interface Condition {
  readonly key: ContextKey;
  readonly quantifier: Quantifier;
  readonly negated: boolean;
  readonly test: ValueTest;
  /** The answer when the request does not have the key. */
  readonly whenMissing: boolean;
  /** The answer when the key is there without a value; only `Null` asks for that. */
  readonly whenNull: boolean | undefined;
  stamp: number;
  answer: boolean;
}

const conditions = new Interned<Condition>();

/** How many conditions there are in all policies that are in use. */
export function conditionCount(): number {
  return conditions.size;
}

/** Numbers of requests begin anew: no answer may look as if it belonged to one of them. */
export function forgetAnswers(): void {
  conditions.forEach((condition) => {
    condition.stamp = 0;
  });
}

/**
 * Compiles an entry. An operator that is not known can only stand in a document that bypassed `readPolicy`; its
 * answer is then the one that does not allow: false under Allow, true under Deny.
 */
export function compileCondition(entry: ConditionEntry, variables: boolean, allow: boolean): Condition {
  const { operator, key } = entry;
  const texts = entry.values.map(({ text }) => text);
  const effect = readOperator(operator) === undefined ? allow : undefined;
  const identity = JSON.stringify([operator, key.toLowerCase(), variables, effect, ...texts]);
  return conditions.get(identity, () => ({
    ...rules(operator, texts, variables, allow),
    key: contextKey(key),
    stamp: 0,
    answer: false,
  }));
}

type Rules = Omit<Condition, 'key' | 'stamp' | 'answer'>;

const NEVER: ValueTest = () => false;

function rules(text: string, texts: readonly string[], variables: boolean, allow: boolean): Rules {
  const use = readOperator(text);
  if (use === undefined)
    return { quantifier: 'one', negated: !allow, test: NEVER, whenMissing: !allow, whenNull: !allow };
  const { operator, quantifier, ifExists } = use;
  if (operator.family === 'Null') return nullRules(texts);
  const test = TESTS[operator.family](texts, variables && operator.variables, operator.relation);
  const missing = quantifier === 'one' ? operator.negated : quantifier === 'all';
  return { quantifier, negated: operator.negated, test, whenMissing: ifExists || missing, whenNull: undefined };
}

/** `Null: "true"` holds when the key is absent or has no value, `"false"` when it has one (requirements-4 6.2, 6.3). */
function nullRules(texts: readonly string[]): Rules {
  const wanted = new Set(texts.map((text) => text.toLowerCase()));
  const whenNull = wanted.has('true');
  const whenPresent = wanted.has('false');
  return { quantifier: 'one', negated: false, test: () => whenPresent, whenMissing: whenNull, whenNull };
}

/** Whether the entry holds (requirements-4 6.1, 6.3; rulings 27 to 30). */
export function holds(condition: Condition, run: Run): boolean {
  if (condition.stamp !== run.stamp) {
    condition.answer = answerOf(condition, run);
    condition.stamp = run.stamp;
  }
  return condition.answer;
}

function answerOf(condition: Condition, run: Run): boolean {
  const given = run.valueOf(condition.key);
  if (given === undefined) return condition.whenMissing;
  if (isNull(given)) {
    if (condition.whenNull !== undefined) return condition.whenNull;
    if (condition.quantifier !== 'one') return condition.quantifier === 'all';
  }
  const { test, negated } = condition;
  if (!isList(given)) return test(given, run) !== negated;
  switch (condition.quantifier) {
    case 'all':
      return given.every((one) => test(one, run) !== negated);
    case 'any':
      return given.some((one) => test(one, run) !== negated);
    case 'one':
      return given.some((one) => test(one, run)) !== negated;
  }
}

/** Whether a key that is there has no value. */
export function isNull(given: Given): boolean {
  return isList(given) ? given.length === 0 : given.empty;
}
