/** Conditions of the plain evaluator (requirements-4 section 6, rulings 23 to 31). */
import type { ContextScalar, ContextValue, RequestContext } from '../context.js';
import type { Principal } from '../principal.js';
import { arnFits, fits, piecesOf, textOf, type Piece } from './reference-patterns.testing.js';
import { addressOf, instantOf, isWithin, numberOf } from './reference-values.testing.js';

/** The value of a condition key as the request, or else the principal, tells it; case means nothing (CND-3). */
export function valueOfKey(key: string, context: RequestContext, principal: Principal): ContextValue | undefined {
  const name = key.toLowerCase();
  const given = Object.entries(context).filter(([other, value]) => other.toLowerCase() === name && value !== undefined);
  return given.at(-1)?.[1] ?? toldByPrincipal(name, principal);
}

/** Section 7, table of principal values, and section 9; rulings 33. */
function toldByPrincipal(name: string, principal: Principal): ContextValue | undefined {
  const { type } = principal;
  switch (name) {
    case 'aws:principaltype':
      return {
        Root: 'Account',
        User: 'User',
        AssumedRole: 'AssumedRole',
        FederatedUser: 'FederatedUser',
        Service: 'Service',
        Federated: 'AssumedRole',
        Anonymous: 'Anonymous',
      }[type];
    case 'aws:principalaccount':
      return type === 'Anonymous' ? 'anonymous' : 'account' in principal ? principal.account : undefined;
    case 'aws:principalarn':
      return type === 'AssumedRole' ? principal.roleArn : 'arn' in principal ? principal.arn : undefined;
    case 'aws:userid':
      if (type === 'Root') return principal.account;
      if (type === 'User') return principal.userId;
      if (type === 'AssumedRole') return `${principal.roleId}:${principal.sessionName}`;
      return type === 'FederatedUser' ? `${principal.account}:${principal.name}` : undefined;
    case 'aws:username':
      return type === 'User' ? principal.userName : undefined;
    case 'aws:principalisawsservice':
      return type === 'Anonymous' ? undefined : type === 'Service';
    case 'aws:principalservicename':
      return type === 'Service' ? principal.names[0] : undefined;
    case 'aws:principalservicenameslist':
      return type === 'Service' ? principal.names : undefined;
    default:
      return undefined;
  }
}

const isSet = (value: ContextValue): value is readonly (string | number | boolean)[] => Array.isArray(value);

function plainText(value: ContextScalar): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

/** What a variable stands for: single values only, and an empty one is none (VAR-2, VAR-6). */
export function variableText(value: ContextValue | undefined): string | undefined {
  if (value === undefined || isSet(value)) return undefined;
  return plainText(value) === '' ? undefined : plainText(value);
}

export interface ConditionEntryText {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** The negated operators and what they negate; the truth of a negated one is that nothing matches (CND-2). */
const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

export function conditionHolds(
  { operator, key, values }: ConditionEntryText,
  variables: boolean,
  context: RequestContext,
  principal: Principal,
): boolean {
  const given = valueOfKey(key, context, principal);
  const [, prefix = '', base = operator, ifExists = ''] =
    /^(ForAllValues:|ForAnyValue:)?(.*?)(IfExists)?$/.exec(operator) ?? [];
  const absent = given === undefined || given === '' || (isSet(given) && given.length === 0);
  if (base === 'Null') return values.some((value) => value.toLowerCase() === String(absent));
  const negated = NEGATED[base] !== undefined;
  if (given === undefined) return ifExists !== '' || (prefix === '' ? negated : prefix === 'ForAllValues:');
  const positive = NEGATED[base] ?? base;
  const lookUp = (name: string): string | undefined => variableText(valueOfKey(name, context, principal));
  const matches = (value: ContextScalar): boolean =>
    values.some((written) => {
      const pieces = piecesOf(written, variables && takesVariables(positive), lookUp);
      return pieces !== undefined && fitsValue(positive, pieces, value);
    });
  // No value at all: the null of a set operator (6.3).
  if (prefix !== '' && absent) return prefix === 'ForAllValues:';
  const given1 = isSet(given) ? given : [given];
  // Under a set prefix each value is asked whether it matches none (CND-15, ruling 30).
  if (prefix === 'ForAllValues:') return given1.every((value) => matches(value) !== negated);
  if (prefix === 'ForAnyValue:') return given1.some((value) => matches(value) !== negated);
  return given1.some(matches) !== negated;
}

/** String and ARN operators take variables (VAR-4), and Bool (ruling 31). */
function takesVariables(operator: string): boolean {
  return operator.startsWith('String') || operator.startsWith('Arn') || operator === 'Bool';
}

function fitsValue(operator: string, pieces: readonly Piece[], value: ContextScalar): boolean {
  const written = textOf(pieces);
  const asText = plainText(value);
  // The empty string is null: only a policy value that is empty itself means it (6.3, ruling 28).
  if (asText === '') return /^(String|Binary)/.test(operator) && written === '';
  if (operator.startsWith('Numeric')) return compare(operator, asNumber(value), numberOf(written));
  if (operator.startsWith('Date')) return compare(operator, asInstant(value), instantOf(written));
  const address = addressOf(asText);
  switch (operator) {
    case 'StringEquals':
      return written === asText;
    case 'StringEqualsIgnoreCase':
      return written.toLowerCase() === asText.toLowerCase();
    case 'StringLike':
      return fits(pieces, asText);
    case 'Bool':
      return ['true', 'false'].includes(asText.toLowerCase()) && written.toLowerCase() === asText.toLowerCase();
    case 'BinaryEquals':
      return sameBytes(written, asText);
    case 'IpAddress':
      return address !== undefined && isWithin(address, written);
    case 'ArnEquals':
    case 'ArnLike':
      return arnFits(pieces, asText);
    default:
      return false;
  }
}

function asNumber(value: ContextScalar): number | undefined {
  if (value instanceof Date) return value.getTime() / 1000;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return typeof value === 'string' ? numberOf(value) : undefined;
}

/** A number is seconds since 1970, whatever it looks like. */
function asInstant(value: ContextScalar): number | undefined {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'number') return Number.isFinite(value) ? value * 1000 : undefined;
  return typeof value === 'string' ? instantOf(value) : undefined;
}

function compare(operator: string, left: number | undefined, right: number | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  if (operator.endsWith('LessThan')) return left < right;
  if (operator.endsWith('LessThanEquals')) return left <= right;
  if (operator.endsWith('GreaterThan')) return left > right;
  if (operator.endsWith('GreaterThanEquals')) return left >= right;
  return left === right;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function sameBytes(left: string, right: string): boolean {
  return BASE64.test(left) && BASE64.test(right) && Buffer.from(left, 'base64').equals(Buffer.from(right, 'base64'));
}
