import { arnParts, resourceOffset } from './arn.js';
import { readAddress, type Address } from './condition/addresses.js';
import { readInstant } from './condition/dates.js';
import { readNumber } from './condition/numbers.js';
import type { Principal } from './principal.js';

/**
 * The value of a condition key. An array makes the key multivalued, even with one value in it; numbers under date
 * operators are epoch seconds.
 *
 * @example
 * const values: ContextValue[] = ['203.0.113.7', 3600, true, new Date(), ['Department', 'CostCenter']];
 */
export type ContextValue = string | number | boolean | Date | readonly (string | number | boolean)[];

/**
 * A single value under a condition key.
 *
 * @example
 * const address: ContextScalar = '203.0.113.7';
 */
export type ContextScalar = string | number | boolean | Date;

/**
 * The condition keys of a request. Spelling of keys does not matter; `undefined` is the same as absent.
 *
 * @example
 * const context: RequestContext = { 'aws:SourceIp': '203.0.113.7', 'aws:PrincipalTag/Team': 'blue', 'aws:TagKeys': ['Team'] };
 */
export type RequestContext = Readonly<Record<string, ContextValue | undefined>>;

/** One value of a condition key. What operators read out of it is kept: many statements ask the same. */
export class GivenValue {
  private readonly raw: ContextScalar;
  private readText: string | undefined;
  private lowerText: string | undefined;
  private readNumber: number | undefined;
  private readInstant: number | undefined;
  private readAddress: Address | 'unreadable' | undefined;
  private readOffset: number | undefined;
  private readParts: readonly string[] | undefined;

  constructor(raw: ContextScalar) {
    this.raw = raw;
    this.readText = undefined;
    this.lowerText = undefined;
    this.readNumber = undefined;
    this.readInstant = undefined;
    this.readAddress = undefined;
    this.readOffset = undefined;
    this.readParts = undefined;
  }

  get text(): string {
    this.readText ??= scalarText(this.raw);
    return this.readText;
  }

  /** Whether the text is empty; a date need not be spelled out for that. */
  get empty(): boolean {
    return this.raw instanceof Date ? Number.isNaN(this.raw.getTime()) : this.raw === '';
  }

  get lower(): string {
    this.lowerText ??= this.text.toLowerCase();
    return this.lowerText;
  }

  /** NaN when the value is not a number. */
  get number(): number {
    this.readNumber ??= numberOf(this.raw);
    return this.readNumber;
  }

  /** Milliseconds since 1970; NaN when the value is not a moment. */
  get instant(): number {
    this.readInstant ??= instantOf(this.raw);
    return this.readInstant;
  }

  get address(): Address | undefined {
    this.readAddress ??= readAddress(this.text) ?? 'unreadable';
    return this.readAddress === 'unreadable' ? undefined : this.readAddress;
  }

  /** Where the part behind the fifth colon starts; -1 when the value is not an ARN. */
  get arnOffset(): number {
    this.readOffset ??= resourceOffset(this.text);
    return this.readOffset;
  }

  /** The six parts of an ARN. */
  get arnParts(): readonly string[] | undefined {
    this.readParts ??= arnParts(this.text);
    return this.readParts;
  }
}

/** A condition key's value, or its values when it is multivalued. */
export type Given = GivenValue | readonly GivenValue[];

export function isList(given: Given): given is readonly GivenValue[] {
  return Array.isArray(given);
}

export function givenOf(value: ContextValue): Given {
  return isValueList(value) ? value.map((one) => new GivenValue(one)) : new GivenValue(value);
}

function isValueList(value: ContextValue): value is readonly (string | number | boolean)[] {
  return Array.isArray(value);
}

/** A value as text: dates in ISO 8601, numbers and booleans as JSON writes them. */
function scalarText(value: ContextScalar): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  return String(value);
}

function numberOf(value: ContextScalar): number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : Number.NaN;
  // `aws:EpochTime` takes numeric operators as well (requirements-4 CND-12).
  if (value instanceof Date) return value.getTime() / 1000;
  return typeof value === 'string' ? (readNumber(value) ?? Number.NaN) : Number.NaN;
}

function instantOf(value: ContextScalar): number {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'number') return numberOf(value) * 1000;
  return typeof value === 'string' ? (readInstant(value) ?? Number.NaN) : Number.NaN;
}

/** Key values that follow from the principal (requirements-4 section 7, table; ruling 33). */
const PRINCIPAL_TYPES: Readonly<Record<Principal['type'], string>> = {
  Root: 'Account',
  User: 'User',
  AssumedRole: 'AssumedRole',
  FederatedUser: 'FederatedUser',
  Service: 'Service',
  Federated: 'AssumedRole',
  Anonymous: 'Anonymous',
};

export const PRINCIPAL_KEYS: ReadonlyMap<string, (principal: Principal) => ContextValue | undefined> = new Map<
  string,
  (principal: Principal) => ContextValue | undefined
>([
  ['aws:principalarn', principalArn],
  ['aws:principaltype', (principal) => PRINCIPAL_TYPES[principal.type]],
  ['aws:principalaccount', principalAccount],
  ['aws:userid', userId],
  ['aws:username', (principal) => (principal.type === 'User' ? principal.userName : undefined)],
  [
    'aws:principalisawsservice',
    (principal) => (principal.type === 'Anonymous' ? undefined : principal.type === 'Service'),
  ],
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
