import type { AuthorizationRequest } from '@muniment/policy';
import type { Document, Documents, Statement } from './workload.js';

/*
 * What one writes first: documents as they are, a regular expression for each wildcard, a context in lower case. It knows
 * what the workloads need and no more.
 */

type Context = ReadonlyMap<string, unknown>;

const list = <Item>(items: Item | readonly Item[]): readonly Item[] =>
  Array.isArray(items) ? (items as readonly Item[]) : [items as Item];

function matchesWildcards(pattern: string, text: string, flags = ''): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, flags).test(text);
}

function filled(text: string, context: Context): string | undefined {
  let complete = true;
  const result = text.replace(/\$\{([^}]+)\}/g, (_, key: string) => {
    const value = context.get(key.toLowerCase());
    if (value === undefined) complete = false;
    return String(value);
  });
  return complete ? result : undefined;
}

const addressNumber = (text: string): number => text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);

function inNetwork(network: string, text: string): boolean {
  const [base = '', bits = '32'] = network.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(addressNumber(base) / size) === Math.floor(addressNumber(text) / size);
}

const time = (value: unknown): number => (value instanceof Date ? value.getTime() : Date.parse(String(value)));

const operators: Readonly<Record<string, (wanted: string, given: unknown, context: Context) => boolean>> = {
  StringEquals: (wanted, given, context) => filled(wanted, context) === String(given),
  StringLike: (wanted, given) => matchesWildcards(wanted, String(given)),
  ArnLike: (wanted, given) => matchesWildcards(wanted, String(given)),
  Bool: (wanted, given) => wanted === String(given),
  IpAddress: (wanted, given) => inNetwork(wanted, String(given)),
  DateGreaterThan: (wanted, given) => time(given) > time(wanted),
  NumericLessThan: (wanted, given) => Number(given) < Number(wanted),
};

function holds(operator: string, key: string, wanted: readonly string[], context: Context): boolean {
  const given = context.get(key.toLowerCase());
  if (operator === 'Null') return (given === undefined) === (wanted[0] === 'true');
  if (operator.endsWith('IfExists')) {
    return given === undefined || holds(operator.slice(0, -'IfExists'.length), key, wanted, context);
  }
  const [, prefix, rest = ''] = /^(?:(ForAllValues|ForAnyValue):)?(.*)$/.exec(operator) ?? [];
  if (rest.startsWith('StringNot')) return given === undefined || !holds(rest.replace('Not', ''), key, wanted, context);
  const test = (one: unknown) => wanted.some((value) => operators[rest]?.(value, one, context));
  if (prefix === 'ForAllValues') return list(given ?? []).every(test);
  return given !== undefined && list(given).some(test);
}

function matches(statement: Statement, { action, resource }: AuthorizationRequest, context: Context): boolean {
  if (!list(statement.Action).some((pattern) => matchesWildcards(pattern, action, 'i'))) return false;
  const covers = (pattern: string) => {
    const text = filled(pattern, context);
    return text !== undefined && matchesWildcards(text, resource);
  };
  if (!list(statement.Resource).some(covers)) return false;
  return Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, key, list(wanted), context)),
  );
}

function contextFrom({ context, principal }: AuthorizationRequest): Context {
  const keys = new Map<string, unknown>();
  if (principal.type === 'AssumedRole') keys.set('aws:principalarn', principal.roleArn);
  for (const [key, value] of Object.entries(context)) if (value !== undefined) keys.set(key.toLowerCase(), value);
  return keys;
}

export function naivelyAllowed(request: AuthorizationRequest, documents: Documents): boolean {
  const { identity, boundary, session, scps } = documents;
  const context = contextFrom(request);
  const parts: readonly (readonly Document[])[] = [
    ...(scps ?? []),
    identity,
    ...(boundary ? [[boundary]] : []),
    ...(session ? [session] : []),
  ];
  const matched = parts.map((part) =>
    part.flatMap(({ statements }) => statements).filter((statement) => matches(statement, request, context)),
  );
  if (matched.some((part) => part.some(({ Effect }) => Effect === 'Deny'))) return false;
  return matched.every((part) => part.some(({ Effect }) => Effect === 'Allow'));
}
