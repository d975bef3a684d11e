import type { ConditionEntry, PolicyElement, PolicyText, PrincipalElement, PrincipalNaming } from '../document.js';
import { readOperator } from '../condition/operators.js';
import type { JsonMember, JsonNode, JsonObject, Position } from '../json/tree.js';
import { refuse } from './fault.js';

/** A statement whose parts have the right JSON types, and nothing more is known. */
export interface StatementShape {
  readonly index: number;
  readonly position: Position;
  readonly end: Position;
  readonly sid: PolicyText | undefined;
  readonly effect: PolicyText | undefined;
  readonly principal: PrincipalElement | undefined;
  readonly action: PolicyElement | undefined;
  readonly resource: PolicyElement | undefined;
  readonly condition: readonly ConditionEntry[];
}

/** The document likewise; `statements` is undefined when there is no `Statement`. */
export interface DocumentShape {
  readonly version: PolicyText | undefined;
  readonly id: PolicyText | undefined;
  readonly statements: readonly StatementShape[] | undefined;
  readonly position: Position;
}

/** Texts that differ between AWS's two parsers. */
export interface ShapeTexts {
  readonly syntax: string;
  readonly emptyPrincipal: string;
}

const DOCUMENT_KEYS = new Set(['Version', 'Id', 'Statement']);
const STATEMENT_KEYS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
const NAMINGS: ReadonlySet<string> = new Set<PrincipalNaming>(['AWS', 'Service', 'Federated', 'CanonicalUser']);

/** Checks JSON types, known keys and exclusive pairs (requirements-4 5.1). */
export function readShape(root: JsonNode, texts: ShapeTexts): DocumentShape {
  if (root.kind !== 'object') return refuse(texts.syntax, root.position, 'a policy is an object');
  onlyKeys(root, DOCUMENT_KEYS, texts);
  const statement = root.members.get('Statement')?.value;
  return {
    version: optionalText(root, 'Version', texts),
    id: optionalText(root, 'Id', texts),
    statements: statement && readStatements(statement, texts),
    position: root.position,
  };
}

function readStatements(node: JsonNode, texts: ShapeTexts): StatementShape[] {
  const nodes = node.kind === 'array' ? node.items : [node];
  return nodes.map((item, index) => {
    if (item.kind !== 'object') return refuse(texts.syntax, item.position, 'a statement is an object');
    return readStatement(item, index, texts);
  });
}

function readStatement(node: JsonObject, index: number, texts: ShapeTexts): StatementShape {
  onlyKeys(node, STATEMENT_KEYS, texts);
  const condition = node.members.get('Condition')?.value;
  const principal = either(node, 'Principal', 'NotPrincipal', texts);
  return {
    index,
    position: node.position,
    end: node.end,
    sid: optionalText(node, 'Sid', texts),
    effect: optionalText(node, 'Effect', texts),
    principal: principal && readPrincipal(principal, texts),
    action: readElement(node, 'Action', 'NotAction', texts),
    resource: readElement(node, 'Resource', 'NotResource', texts),
    condition: condition === undefined ? [] : readCondition(condition, texts),
  };
}

function onlyKeys(node: JsonObject, known: ReadonlySet<string>, texts: ShapeTexts): void {
  for (const { key, keyPosition } of node.members.values()) {
    if (!known.has(key)) refuse(texts.syntax, keyPosition, `unknown element \`${key}\``);
  }
}

function optionalText(node: JsonObject, key: string, texts: ShapeTexts): PolicyText | undefined {
  const value = node.members.get(key)?.value;
  return value && textOf(value, texts);
}

function textOf(node: JsonNode, texts: ShapeTexts): PolicyText {
  if (node.kind !== 'string') return refuse(texts.syntax, node.position, 'a string is expected');
  return node;
}

function textsOf(node: JsonNode, texts: ShapeTexts): PolicyText[] {
  return node.kind === 'array' ? node.items.map((item) => textOf(item, texts)) : [textOf(node, texts)];
}

function either(node: JsonObject, plain: string, negated: string, texts: ShapeTexts): JsonMember | undefined {
  const first = node.members.get(plain);
  const second = node.members.get(negated);
  if (first !== undefined && second !== undefined)
    refuse(texts.syntax, second.keyPosition, `\`${plain}\` and \`${negated}\` exclude each other`);
  return first ?? second;
}

/** An element of strings. Where an imported document repeats it, the values are joined (requirements-4 GRM-4). */
function readElement(node: JsonObject, plain: string, negated: string, texts: ShapeTexts): PolicyElement | undefined {
  const member = either(node, plain, negated, texts);
  if (member === undefined) return undefined;
  const { key, value, keyPosition } = member;
  const repeated = node.repeated.filter((one) => one.key === key).flatMap((one) => textsOf(one.value, texts));
  const values = textsOf(value, texts);
  return { negated: key === negated, values: [...repeated, ...values], position: keyPosition };
}

function readPrincipal({ key, value, keyPosition }: JsonMember, texts: ShapeTexts): PrincipalElement {
  const negated = key === 'NotPrincipal';
  if (value.kind === 'string') {
    if (value.text !== '*') refuse(`Invalid principal in policy: "${value.text}"`, value.position);
    return { negated, names: [{ naming: 'AWS', text: '*', position: value.position }], position: keyPosition };
  }
  if (value.kind !== 'object') return refuse(texts.syntax, value.position, 'a principal is "*" or an object');
  const names = [...value.members.values()].flatMap((member) => readNames(member, texts));
  if (names.length === 0) refuse(texts.emptyPrincipal, value.position);
  return { negated, names, position: keyPosition };
}

function readNames({ key, value, keyPosition }: JsonMember, texts: ShapeTexts): PrincipalElement['names'] {
  if (!isNaming(key)) return refuse(`Invalid principal in policy: "${key}"`, keyPosition);
  return textsOf(value, texts).map((name) => ({ ...name, naming: key }));
}

function isNaming(key: string): key is PrincipalNaming {
  return NAMINGS.has(key);
}

/** An operator that does not exist is refused only when it holds something, as AWS does. */
function readCondition(node: JsonNode, texts: ShapeTexts): ConditionEntry[] {
  if (node.kind !== 'object') return refuse(texts.syntax, node.position, 'a condition is an object');
  const entries: ConditionEntry[] = [];
  for (const { key: operator, keyPosition, value } of node.members.values()) {
    if (value.kind !== 'object') return refuse(texts.syntax, value.position, 'an operator holds an object of keys');
    if (value.members.size > 0 && readOperator(operator) === undefined) {
      refuse(texts.syntax, keyPosition, `unknown condition operator \`${operator}\``);
    }
    for (const member of value.members.values()) {
      entries.push({
        operator,
        key: member.key,
        values: conditionValues(member.value, texts),
        position: member.keyPosition,
      });
    }
  }
  return entries;
}

/** Numbers and booleans may stand without quotes (requirements-4 5.1); they count as they are written. */
function conditionValues(node: JsonNode, texts: ShapeTexts): PolicyText[] {
  const nodes = node.kind === 'array' ? node.items : [node];
  return nodes.map((item) => {
    if (item.kind === 'object' || item.kind === 'array' || item.kind === 'null') {
      return refuse(texts.syntax, item.position, 'a condition value is a string, a number or a boolean');
    }
    return item;
  });
}
