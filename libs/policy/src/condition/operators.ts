/** What an operator compares. */
export type OperatorFamily =
  | 'String'
  | 'StringIgnoreCase'
  | 'Like'
  | 'Arn'
  | 'Numeric'
  | 'Date'
  | 'Bool'
  | 'Binary'
  | 'Ip'
  | 'Null';

/** How numbers and dates are compared: value of the request against value of the policy. */
export type Relation = 'equal' | 'less' | 'lessOrEqual' | 'greater' | 'greaterOrEqual';

export interface Operator {
  readonly family: OperatorFamily;
  /** True when no policy value may match, instead of some (requirements-4 CND-2). */
  readonly negated: boolean;
  readonly relation: Relation;
  /** Whether policy variables are filled in (requirements-4 VAR-4, ruling 31). */
  readonly variables: boolean;
}

/** Which values of a multivalued key have to match. */
export type Quantifier = 'one' | 'any' | 'all';

export interface OperatorUse {
  readonly operator: Operator;
  readonly quantifier: Quantifier;
  readonly ifExists: boolean;
}

const VARIABLES: ReadonlySet<OperatorFamily> = new Set<OperatorFamily>([
  'String',
  'StringIgnoreCase',
  'Like',
  'Arn',
  'Bool',
]);

function operator(family: OperatorFamily, negated = false, relation: Relation = 'equal'): Operator {
  return { family, negated, relation, variables: VARIABLES.has(family) };
}

function ordered(family: 'Numeric' | 'Date'): [string, Operator][] {
  return [
    [`${family}Equals`, operator(family)],
    [`${family}NotEquals`, operator(family, true)],
    [`${family}LessThan`, operator(family, false, 'less')],
    [`${family}LessThanEquals`, operator(family, false, 'lessOrEqual')],
    [`${family}GreaterThan`, operator(family, false, 'greater')],
    [`${family}GreaterThanEquals`, operator(family, false, 'greaterOrEqual')],
  ];
}

/** Every condition operator (requirements-4 6.2). */
const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', operator('String')],
  ['StringNotEquals', operator('String', true)],
  ['StringEqualsIgnoreCase', operator('StringIgnoreCase')],
  ['StringNotEqualsIgnoreCase', operator('StringIgnoreCase', true)],
  ['StringLike', operator('Like')],
  ['StringNotLike', operator('Like', true)],
  ['ArnEquals', operator('Arn')],
  ['ArnLike', operator('Arn')],
  ['ArnNotEquals', operator('Arn', true)],
  ['ArnNotLike', operator('Arn', true)],
  ...ordered('Numeric'),
  ...ordered('Date'),
  ['Bool', operator('Bool')],
  ['BinaryEquals', operator('Binary')],
  ['IpAddress', operator('Ip')],
  ['NotIpAddress', operator('Ip', true)],
  ['Null', operator('Null')],
]);

const PREFIXES: readonly (readonly [string, Quantifier])[] = [
  ['ForAllValues:', 'all'],
  ['ForAnyValue:', 'any'],
];

const SUFFIX = 'IfExists';

/**
 * Takes `ForAllValues:StringLikeIfExists` apart. Undefined when it is not an operator; `Null` takes no `IfExists`,
 * since absence is what it asks for.
 */
export function readOperator(text: string): OperatorUse | undefined {
  const prefix = PREFIXES.find(([word]) => text.startsWith(word));
  const rest = prefix === undefined ? text : text.slice(prefix[0].length);
  const ifExists = rest.endsWith(SUFFIX);
  const found = OPERATORS.get(ifExists ? rest.slice(0, -SUFFIX.length) : rest);
  if (found === undefined || (ifExists && found.family === 'Null')) return undefined;
  return { operator: found, quantifier: prefix?.[1] ?? 'one', ifExists };
}
