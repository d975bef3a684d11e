/** Plans made into what the engine and what the plain evaluator take. */
import { compilePolicy, type CompiledPolicy, type PolicyType, type StatementRef } from '../compile.js';
import type { Decision } from '../decision.js';
import type { PolicyKind } from '../document.js';
import type { PolicySet } from '../evaluate.js';
import { readPolicy } from '../grammar/read-policy.js';
import type { Document, Plan } from './arbitraries.testing.js';
import type { PlainDecision, PoliciesInText, PolicyInText } from './reference-evaluator.testing.js';

/** Where each policy of a plan goes, made into whatever `make` gives. */
interface Made<One> {
  readonly identity: readonly One[];
  readonly boundary: One | undefined;
  readonly session: readonly One[] | undefined;
  readonly resource: One | undefined;
  readonly scps: readonly (readonly One[])[] | undefined;
  readonly rcps: readonly (readonly One[])[] | undefined;
}

function madeOf<One>(plan: Plan, make: (document: Document, id: string, type: PolicyType) => One): Made<One> {
  const { boundary, resource, trust } = plan;
  return {
    identity: plan.identity.map((one, index) => make(one, `identity${index}`, 'identity')),
    boundary: boundary && make(boundary, 'boundary', 'boundary'),
    session: plan.session?.map((one, index) => make(one, `session${index}`, 'session')),
    resource: resource ? make(resource, 'resource', 'resource') : trust && make(trust, 'trust', 'trust'),
    scps: plan.scps?.map((level, at) => level.map((one, index) => make(one, `scp${at}.${index}`, 'scp'))),
    rcps: plan.rcps?.map((level, at) => level.map((one, index) => make(one, `rcp${at}.${index}`, 'rcp'))),
  };
}

const KINDS: Readonly<Record<PolicyType, PolicyKind>> = {
  identity: 'identity',
  boundary: 'identity',
  session: 'session',
  resource: 'resource',
  trust: 'trust',
  scp: 'scp',
  rcp: 'rcp',
};

/** As every caller does it: by way of the text. */
export function compiledFrom(text: string, id: string, type: PolicyType): CompiledPolicy {
  const reading = readPolicy(text, KINDS[type], { oldVersions: true });
  if (!reading.ok) throw new Error(`${reading.error.message} ${reading.error.detail ?? ''} in ${text}`);
  return compilePolicy(reading.policy, { id, type });
}

export function compiledPlan(plan: Plan): PolicySet {
  return madeOf(plan, (document, id, type) => compiledFrom(JSON.stringify(document), id, type));
}

export function plainPlan(plan: Plan): PoliciesInText {
  return madeOf<PolicyInText>(plan, (document, id, type) => ({ id, type, text: JSON.stringify(document) }));
}

export function nameOf({ policy, index }: StatementRef): string {
  return `${policy}#${index}`;
}

/** A decision as one line, the statements in alphabetical order; the same for both evaluators. */
export function lineOf({ effect, explicit, by, statements }: Decision | PlainDecision): string {
  const names = [...statements].map((one) => (typeof one === 'string' ? one : nameOf(one)));
  return [effect, explicit ? 'explicit' : 'implicit', by ?? '-', ...new Set(names.toSorted())].join(' ');
}
