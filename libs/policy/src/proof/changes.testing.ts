/** Changes to a plan whose effect on decisions is known. */
import type { Decision } from '../decision.js';
import { evaluate, type AuthorizationRequest } from '../evaluate.js';
import type { Document, Plan, Statement } from './arbitraries.testing.js';
import { compiledPlan } from './plan.testing.js';

export function decided(request: AuthorizationRequest, plan: Plan): Decision {
  return evaluate(request, compiledPlan(plan));
}

export function allows(request: AuthorizationRequest, plan: Plan): boolean {
  return decided(request, plan).effect === 'Allow';
}

/** Effect, explicitness, denier and how many statements decided: what stays when statements move. */
export function shapeOf({ effect, explicit, by, statements }: Decision): string {
  return `${effect} ${explicit} ${by} ${statements.length}`;
}

/** Where a statement can be put. */
export const PLACES = ['identity', 'boundary', 'session', 'resource', 'scps', 'rcps'] as const;
export type Place = (typeof PLACES)[number];

const documentOf = (statement: Statement): Document => ({ Version: '2012-10-17', Statement: [statement] });

function appended(document: Document | undefined, statement: Statement): Document {
  return document === undefined
    ? documentOf(statement)
    : { ...document, Statement: [...document.Statement, statement] };
}

/** The plan with one more statement; the statement names nobody, and is made to name everybody where it has to. */
export function withStatement(plan: Plan, place: Place, statement: Statement): Plan {
  const { NotAction, ...rest } = statement;
  const forEverybody: Statement = { ...statement, Principal: '*' };
  switch (place) {
    case 'identity':
    case 'session':
      return { ...plan, [place]: [...(plan[place] ?? []), documentOf(statement)] };
    case 'boundary':
      return { ...plan, boundary: appended(plan.boundary, statement) };
    case 'resource':
      return plan.trust === undefined
        ? { ...plan, resource: appended(plan.resource, forEverybody) }
        : { ...plan, trust: appended(plan.trust, { Effect: statement.Effect, Principal: '*', Action: 'sts:*' }) };
    case 'scps':
      return { ...plan, scps: intoLastLevel(plan.scps, statement) };
    case 'rcps':
      return {
        ...plan,
        rcps: intoLastLevel(plan.rcps, { ...rest, Action: NotAction ?? statement['Action'], Principal: '*' }),
      };
  }
}

function intoLastLevel(levels: Plan['scps'], statement: Statement): Plan['scps'] {
  const [last, ...before] = (levels ?? [[]]).toReversed();
  return [...before.toReversed(), [...(last ?? []), documentOf(statement)]];
}

/** The plan with every document changed. */
export function eachDocument(plan: Plan, change: (document: Document) => Document): Plan {
  const { identity, boundary, session, resource, trust, scps, rcps } = plan;
  return {
    identity: identity.map(change),
    boundary: boundary && change(boundary),
    session: session?.map(change),
    resource: resource && change(resource),
    trust: trust && change(trust),
    scps: scps?.map((level) => level.map(change)),
    rcps: rcps?.map((level) => level.map(change)),
  };
}

export function eachStatement(plan: Plan, change: (statement: Statement) => Statement): Plan {
  return eachDocument(plan, (document) => ({ ...document, Statement: document.Statement.map(change) }));
}

/** Everything that is a list, back to front; and the keys of objects as well. */
export function turned<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.toReversed().map(turned) as Value;
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([name, part]) => [name, turned(part)])) as Value;
}

/** Policies of one statement each, wherever there may be several. */
export function split(plan: Plan): Plan {
  const apart = (documents: readonly Document[]): Document[] =>
    documents.flatMap((document) => document.Statement.map((statement) => ({ ...document, Statement: [statement] })));
  return {
    ...plan,
    identity: apart(plan.identity),
    session: plan.session && apart(plan.session),
    scps: plan.scps?.map(apart),
    rcps: plan.rcps?.map(apart),
  };
}

const LISTED = ['Action', 'NotAction', 'Resource', 'NotResource'];

const otherwise = (value: unknown): unknown => {
  if (!Array.isArray(value)) return [value];
  return value.length === 1 ? (value[0] as unknown) : value;
};

/** One value written as a list, and a list of one written as its value. */
export function rewritten(statement: Statement): Statement {
  const { Condition: block } = statement;
  const entries = Object.entries(statement).map(([name, value]) => [
    name,
    LISTED.includes(name) ? otherwise(value) : value,
  ]);
  const condition = Object.entries(block ?? {}).map(([operator, keys]) => [
    operator,
    Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, otherwise(values)])),
  ]);
  const made = Object.fromEntries(entries) as Statement;
  return block === undefined ? made : { ...made, Condition: Object.fromEntries(condition) as typeof block };
}

const swapped = (text: string): string =>
  [...text].map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase())).join('');

/** The names of condition keys in the other case. */
export function keysSwapped(statement: Statement): Statement {
  const { Condition: block } = statement;
  if (block === undefined) return statement;
  const condition = Object.entries(block).map(([operator, keys]) => [operator, namesSwapped(keys)]);
  return { ...statement, Condition: Object.fromEntries(condition) as typeof block };
}

export function namesSwapped<Value>(named: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [swapped(name), value]));
}
