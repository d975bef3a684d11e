import {
  type AuthorizationRequest,
  type CompiledPolicy,
  compilePolicy,
  type ContextValue,
  type PolicyKind,
  type PolicySet,
  type PolicyType,
  readPolicy,
} from '@muniment/policy';

export const account = '111122223333';

/** A document as it is written, so that every engine makes of it what it likes. */
export interface Document {
  readonly id: string;
  readonly type: PolicyType;
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** The documents that bear on a request. */
export interface Documents {
  readonly identity: readonly Document[];
  readonly boundary?: Document;
  readonly session?: readonly Document[];
  readonly scps?: readonly (readonly Document[])[];
}

/** One question, and by which of the workload's sets of documents it is answered. */
export interface Question {
  readonly request: AuthorizationRequest;
  readonly set: number;
}

export interface Workload {
  readonly title: string;
  readonly sets: readonly Documents[];
  /** A power of two, so that the next one is found without division. */
  readonly questions: readonly Question[];
  /** Decisions per CPU-second, in thousands. */
  readonly accept: number;
  readonly aim: number;
  /** Microseconds that one decision in a hundred may exceed. */
  readonly acceptTail?: number;
  readonly aimTail?: number;
}

/**
 * A question as it comes in: its texts from JSON, put into a request of its own. Made right before it is asked, since what
 * has just come in is in the processor's cache.
 */
export function received({ request, set }: Question): Question {
  const { principal, action, resource } = copied({ ...request, context: undefined });
  const context: Record<string, ContextValue> = {};
  for (const [key, value] of Object.entries(request.context)) {
    if (value !== undefined) context[key] = value instanceof Date ? value : copied(value);
  }
  return { set, request: { principal: { ...principal }, action, resource, context } };
}

const copied = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

const kinds: Readonly<Record<PolicyType, PolicyKind>> = {
  identity: 'identity',
  boundary: 'identity',
  session: 'session',
  resource: 'resource',
  trust: 'trust',
  scp: 'scp',
  rcp: 'rcp',
};

export const textOf = ({ statements }: Document): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

export function compiled(document: Document): CompiledPolicy {
  const reading = readPolicy(textOf(document), kinds[document.type]);
  if (!reading.ok) throw new Error(`policy \`${document.id}\` cannot be read: ${JSON.stringify(reading.error)}`);
  return compilePolicy(reading.policy, { id: document.id, type: document.type, explainable: false });
}

/** Documents are compiled once each, however many sets they stand in, as the decisions service does. */
export function compiledSets(sets: readonly Documents[]): PolicySet[] {
  const known = new Map<Document, CompiledPolicy>();
  const make = (document: Document): CompiledPolicy => {
    const policy = known.get(document) ?? compiled(document);
    known.set(document, policy);
    return policy;
  };
  return sets.map(({ identity, boundary, session, scps }) => ({
    identity: identity.map(make),
    boundary: boundary && make(boundary),
    session: session?.map(make),
    scps: scps?.map((level) => level.map(make)),
  }));
}

/** Numbers that look random and are the same each time (mulberry32). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export function pick<Item>(items: readonly Item[], random: (below: number) => number): Item {
  return items[random(items.length)] as Item;
}

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
