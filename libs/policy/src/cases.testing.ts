/** The form of the files in `cases/`, and how their rows become requests and policies. Data only for tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { compilePolicy, type CompiledPolicy, type PolicyType } from './compile.js';
import type { RequestContext } from './context.js';
import type { Decision } from './decision.js';
import type { PolicyKind } from './document.js';
import { evaluate, type AuthorizationRequest, type PolicySet } from './evaluate.js';
import { readPolicy, type ReadPolicyOptions } from './grammar/read-policy.js';
import type { Principal } from './principal.js';

/** A policy of the source; `fill` says what stands for its placeholders. */
export interface PolicyEntry {
  readonly source?: number;
  /** Said only where the policy has principals. */
  readonly kind?: PolicyKind;
  readonly fill?: Readonly<Record<string, string>>;
  readonly document: unknown;
}

export interface ExpectedDecision {
  readonly effect: Decision['effect'];
  readonly explicit?: boolean;
  readonly by?: PolicyType;
  /** Each as `policy#sid`, or `policy#index` where there is no Sid; not looked at when it is left out. */
  readonly statements?: readonly string[];
}

/** One call under some policies, which are named by their ids. */
export interface DecisionCase {
  readonly rule: string;
  readonly name: string;
  readonly principal: string;
  readonly action: string;
  /** Several, when the call touches several resources: all of them have to be allowed. */
  readonly on: string | readonly Touched[];
  /** The account of the resource. */
  readonly owner?: string;
  readonly context?: RequestContext;
  readonly identity?: readonly string[];
  readonly boundary?: string;
  readonly session?: readonly string[];
  readonly resource?: string;
  readonly scps?: readonly (readonly string[])[];
  readonly rcps?: readonly (readonly string[])[];
  readonly decision: ExpectedDecision;
  /** AWS's text for the denial. */
  readonly text?: string;
}

/** One of several resources of a call, with what is known of it alone; and its action, when that is another. */
export interface Touched {
  readonly resource: string;
  readonly action?: string;
  readonly context?: RequestContext;
}

/** A document that is read, or refused with AWS's text. */
export interface DocumentCase {
  readonly rule: string;
  readonly name: string;
  readonly kind: PolicyKind;
  /** As it is; `text` where the document is no JSON, or JSON that a program would not write. */
  readonly document?: unknown;
  readonly text?: string;
  readonly options?: ReadPolicyOptions;
  /** Left out when the document is accepted. */
  readonly refused?: string;
}

/** A file of `cases/`; its topic is its name. */
export interface CaseFile {
  readonly topic: string;
  readonly about: string;
  readonly policies?: Readonly<Record<string, PolicyEntry>>;
  readonly cases?: readonly DecisionCase[];
  readonly documents?: readonly DocumentCase[];
}

const folder = new URL('../cases/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const principals = read('principals.json') as Readonly<Record<string, Principal>>;

/** Every table, by its topic. */
export const caseFiles: readonly CaseFile[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && name !== 'principals.json' && name !== 'rules.json')
  .map((name) => ({ ...(read(name) as CaseFile), topic: name.replace('.json', '') }));

/** The texts of all tables, as they are. */
export const caseTexts: readonly string[] = readdirSync(folder)
  .filter((name) => name !== 'rules.json')
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** Which rules there are: families with the number of their last rule, and rules that this engine does not hold. */
export const rules = read('rules.json') as {
  readonly families: Readonly<Record<string, number>>;
  readonly elsewhere: Readonly<Record<string, string>>;
};

function found<Value>(values: Readonly<Record<string, Value>> | undefined, name: string): Value {
  const value = values?.[name];
  if (value === undefined) throw new Error(`no such entry: ${name}`);
  return value;
}

const known = new Map<string, CompiledPolicy>();

function compiled(file: CaseFile, id: string, type: PolicyType, kind: PolicyKind): CompiledPolicy {
  const key = `${file.topic} ${id} ${type}`;
  const policy = known.get(key) ?? compile(file, id, type, kind);
  known.set(key, policy);
  return policy;
}

function compile(file: CaseFile, id: string, type: PolicyType, kind: PolicyKind): CompiledPolicy {
  const { document, fill = {} } = found(file.policies, id);
  let text = JSON.stringify(document);
  for (const [placeholder, value] of Object.entries(fill)) text = text.replaceAll(placeholder, value);
  const reading = readPolicy(text, kind, { oldVersions: true });
  if (!reading.ok) throw new Error(`${id}: ${reading.error.message} ${reading.error.detail ?? ''}`);
  return compilePolicy(reading.policy, { id, type });
}

/** The policies that a case names. */
export function policiesOf(file: CaseFile, one: DecisionCase): PolicySet {
  const attached = one.resource === undefined ? undefined : (found(file.policies, one.resource).kind ?? 'resource');
  return {
    identity: (one.identity ?? []).map((id) => compiled(file, id, 'identity', 'identity')),
    boundary: one.boundary === undefined ? undefined : compiled(file, one.boundary, 'boundary', 'identity'),
    session: one.session?.map((id) => compiled(file, id, 'session', 'session')),
    resource:
      one.resource === undefined
        ? undefined
        : compiled(file, one.resource, attached === 'trust' ? 'trust' : 'resource', attached ?? 'resource'),
    scps: one.scps?.map((level) => level.map((id) => compiled(file, id, 'scp', 'scp'))),
    rcps: one.rcps?.map((level) => level.map((id) => compiled(file, id, 'rcp', 'rcp'))),
  };
}

/** The requests that a case stands for. */
export function requestsOf(one: DecisionCase): readonly AuthorizationRequest[] {
  const touched: readonly Touched[] = typeof one.on === 'string' ? [{ resource: one.on }] : one.on;
  return touched.map(({ resource, action = one.action, context }) => ({
    principal: found(principals, one.principal),
    action,
    resource,
    resourceAccount: one.owner,
    context: { ...one.context, ...context },
  }));
}

/** The first request that is denied, else the last, with its decision. */
export function decided(file: CaseFile, one: DecisionCase): readonly [AuthorizationRequest, Decision] {
  const policies = policiesOf(file, one);
  const all = requestsOf(one).map((request) => [request, evaluate(request, policies)] as const);
  const first = all.find(([, { effect }]) => effect === 'Deny') ?? all.at(-1);
  if (first === undefined) throw new Error(`${one.name}: touches nothing`);
  return first;
}

/** A decision in the form in which tables expect it. */
export function told({ effect, explicit, by, statements }: Decision): Required<Omit<ExpectedDecision, 'by'>> & {
  readonly by: PolicyType | undefined;
} {
  return { effect, explicit, by, statements: statements.map(({ policy, sid, index }) => `${policy}#${sid ?? index}`) };
}
