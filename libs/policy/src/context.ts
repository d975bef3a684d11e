import type { Principal } from './principal.js';

/**
 * The value of a condition key. An array makes the key multivalued, even with one value in it; numbers under date
 * operators are epoch seconds.
 *
 * @example
 * const values: ContextValue[] = ['203.0.113.7', 3600, true, new Date(), ['Department', 'CostCenter']];
 */
export type ContextValue = string | number | boolean | Date | readonly (string | number | boolean)[];

/** A single value under a condition key. */
export type ContextScalar = string | number | boolean | Date;

/**
 * The condition keys of a request. Spelling of keys does not matter; `undefined` is the same as absent.
 *
 * @example
 * const context: RequestContext = { 'aws:SourceIp': '203.0.113.7', 'aws:PrincipalTag/Team': 'blue', 'aws:TagKeys': ['Team'] };
 */
export type RequestContext = Readonly<Record<string, ContextValue | undefined>>;

/** Looks condition keys up by their lower-case name: the request's own, else what the principal itself tells. */
export class ContextLookup {
  readonly #given: RequestContext;
  readonly #principal: Principal;
  #byKey: Map<string, ContextValue> | undefined;

  constructor(given: RequestContext, principal: Principal) {
    this.#given = given;
    this.#principal = principal;
  }

  get(key: string): ContextValue | undefined {
    this.#byKey ??= lowered(this.#given);
    return this.#byKey.get(key) ?? fromPrincipal(key, this.#principal);
  }

  /** The text a policy variable stands for; absent, empty and multivalued keys have none (requirements-4 VAR-2, VAR-6). */
  textOf(key: string): string | undefined {
    const value = this.get(key);
    if (value === undefined || isList(value)) return undefined;
    const text = scalarText(value);
    return text === '' ? undefined : text;
  }
}

export function isList(value: ContextValue): value is readonly (string | number | boolean)[] {
  return Array.isArray(value);
}

/** A value as text: dates in ISO 8601, numbers and booleans as JSON writes them. */
export function scalarText(value: ContextScalar): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  return String(value);
}

function lowered(context: RequestContext): Map<string, ContextValue> {
  const byKey = new Map<string, ContextValue>();
  for (const key of Object.keys(context)) {
    const value = context[key];
    // A null is not in the type, but comes easily out of JSON; it must read as absent, not as a value.
    if (value !== undefined && value !== null) byKey.set(key.toLowerCase(), value);
  }
  return byKey;
}

/** Key values that follow from the principal (requirements-4 section 7, table; rulings 33). */
function fromPrincipal(key: string, principal: Principal): ContextValue | undefined {
  return key.startsWith('aws:') ? PRINCIPAL_KEYS.get(key)?.(principal) : undefined;
}

const PRINCIPAL_TYPES: Readonly<Record<Principal['type'], string>> = {
  Root: 'Account',
  User: 'User',
  AssumedRole: 'AssumedRole',
  FederatedUser: 'FederatedUser',
  Service: 'Service',
  Federated: 'AssumedRole',
  Anonymous: 'Anonymous',
};

const PRINCIPAL_KEYS: ReadonlyMap<string, (principal: Principal) => ContextValue | undefined> = new Map<
  string,
  (principal: Principal) => ContextValue | undefined
>([
  ['aws:principalarn', principalArn],
  ['aws:principaltype', (principal) => PRINCIPAL_TYPES[principal.type]],
  ['aws:principalaccount', principalAccount],
  ['aws:userid', userId],
  ['aws:username', (principal) => (principal.type === 'User' ? principal.userName : undefined)],
  ['aws:principalisawsservice', (principal) => (principal.type === 'Anonymous' ? undefined : principal.type === 'Service')],
  ['aws:principalservicename', (principal) => (principal.type === 'Service' ? principal.names[0] : undefined)],
  ['aws:principalservicenameslist', (principal) => (principal.type === 'Service' ? principal.names : undefined)],
]);

/** A role session shows its role here, unlike in messages and audit (requirements-4 section 15, 8). */
function principalArn(principal: Principal): string | undefined {
  if (principal.type === 'AssumedRole') return principal.roleArn;
  return 'arn' in principal ? principal.arn : undefined;
}

function principalAccount(principal: Principal): string | undefined {
  if (principal.type === 'Anonymous') return 'anonymous';
  return 'account' in principal ? principal.account : undefined;
}

function userId(principal: Principal): string | undefined {
  switch (principal.type) {
    case 'Root':
      return principal.account;
    case 'User':
      return principal.userId;
    case 'AssumedRole':
      return `${principal.roleId}:${principal.sessionName}`;
    case 'FederatedUser':
      return `${principal.account}:${principal.name}`;
    default:
      return undefined;
  }
}
