import type { muniment } from '@muniment/aws-model';
import { type ContextValue, fold } from '@muniment/kernel';
import { isReadable, type ReadableType } from '@muniment/policy';
import type { ConditionKeyType } from '@muniment/service-catalog';
import { Noted } from './noted.js';
import { Unanswerable } from './unanswerable.js';
import type { OwnService } from './own-service.js';

/** Keys that Muniment knows better than who asks: whoever could give them could be anybody. */
const known: ReadonlySet<string> = new Set(
  [
    'CurrentTime',
    'EpochTime',
    'PrincipalAccount',
    'PrincipalArn',
    'PrincipalIsAWSService',
    'PrincipalOrgID',
    'PrincipalOrgPaths',
    'PrincipalServiceName',
    'PrincipalServiceNamesList',
    'PrincipalType',
    'ResourceAccount',
    'ResourceOrgID',
    'ResourceOrgPaths',
    'userid',
    'username',
  ].map((name) => fold(`aws:${name}`)),
);

/** Of the caller's own session, too. */
const knownOfCaller: ReadonlySet<string> = new Set(
  ['MultiFactorAuthAge', 'MultiFactorAuthPresent', 'SourceIdentity', 'TokenIssueTime'].map((name) =>
    fold(`aws:${name}`),
  ),
);

/** Global keys of AWS that condition operators read as more than text; all have one value. */
const types: ReadonlyMap<string, ConditionKeyType> = new Map(
  Object.entries({
    Ec2InstanceSourcePrivateIPv4: 'IPAddress',
    MultiFactorAuthAge: 'Numeric',
    MultiFactorAuthPresent: 'Bool',
    SecureTransport: 'Bool',
    SourceArn: 'ARN',
    SourceIp: 'IPAddress',
    TokenIssueTime: 'Date',
    ViaAWSService: 'Bool',
    VpcSourceIp: 'IPAddress',
  } as const).map(([name, type]) => [fold(`aws:${name}`), type]),
);

const principalTags = fold('aws:PrincipalTag/');

/** What is to be known of a key before its value. */
interface KeyFacts {
  readonly folded: string;
  /** Why nobody, or nobody who asks about itself, can give it. */
  readonly refusal: string | undefined;
  readonly refusalOfCaller: string | undefined;
}

const facts = new Noted<KeyFacts>((key) => {
  const folded = fold(key);
  const isKnown = known.has(folded) || folded.startsWith(principalTags);
  const refusal =
    folded.indexOf(':') < 1 ? `\`${key}\` is no condition key: it has no prefix` : isKnown ? knownText(key) : undefined;
  return { folded, refusal, refusalOfCaller: knownOfCaller.has(folded) ? knownText(key) : undefined };
});

const knownText = (key: string): string => `the condition key \`${key}\` is known to Muniment and cannot be given`;

/** What is no text is read by condition operators: what they cannot read no Deny would see. */
const isOf = (value: Single, type: string): boolean =>
  type === 'String' ? typeof value === 'string' : isReadable(value, type as ReadableType);

type Single = string | number | boolean;

/** A value by whichever member it came. Bounds of numbers are checked here: JSON has names for what is not finite. */
function valueOf(key: string, given: muniment.ContextValue): Single | readonly Single[] {
  const { String: text, StringList, Number: figure, NumberList, Boolean: flag, Date: time } = given;
  const value = text ?? StringList ?? figure ?? NumberList ?? flag ?? time?.toISOString();
  if (value === undefined) throw new Unanswerable(`the condition key \`${key}\` has no value`);
  if (figure !== undefined) checkNumber(key, figure);
  for (const each of NumberList ?? []) checkNumber(key, each);
  return value;
}

function checkNumber(key: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new Unanswerable(`the condition key \`${key}\` has \`${value}\`, which is no number`);
}

const listPrefix = 'ArrayOf';

function typed(key: string, value: Single | readonly Single[], type: ConditionKeyType): Single | readonly Single[] {
  const many = type.startsWith(listPrefix);
  const single = many ? type.slice(listPrefix.length) : type;
  const values = isList(value) ? value : [value];
  if ((isList(value) && !many) || !values.every((each) => isOf(each, single))) {
    throw new Unanswerable(`the condition key \`${key}\` is of type \`${type}\``);
  }
  return many ? values : value;
}

const isList = (value: Single | readonly Single[]): value is readonly Single[] => Array.isArray(value);

/** Condition keys that came with a question, and how they are called regardless of case. */
export interface GivenKeys {
  readonly keys: Readonly<Record<string, ContextValue>>;
  readonly folded: readonly string[];
}

const none: GivenKeys = { keys: {}, folded: [] };

/** The condition keys that come with a question, checked against what is known of the service; `common` come with all of a batch. */
export function contextIn(
  given: muniment.Question['Context'],
  service: OwnService | undefined,
  ofCaller: boolean,
  common: GivenKeys = none,
): GivenKeys {
  if (given === undefined) return common;
  const keys: Record<string, ContextValue> = { ...common.keys };
  const seen: string[] = [...common.folded];
  for (const key of Object.keys(given)) {
    const { folded, refusal, refusalOfCaller } = facts.of(key) as KeyFacts;
    const refused = refusal ?? (ofCaller ? refusalOfCaller : undefined);
    if (refused !== undefined) throw new Unanswerable(refused);
    if (seen.includes(folded)) throw new Unanswerable(`the condition key \`${key}\` is given twice`);
    seen.push(folded);
    const value = valueOf(key, given[key] as muniment.ContextValue);
    const type = service?.owns(folded) ? typeIn(service, key, folded) : types.get(folded);
    const read = type === undefined ? value : typed(key, value, type);
    keys[key] = isList(read) ? read.map(String) : read;
  }
  return { keys, folded: seen };
}

/** A key that is spelt wrong is a condition that is not looked at: a denial could be missed. */
function typeIn(service: OwnService, key: string, folded: string): ConditionKeyType {
  const type = service.typeOf(folded);
  if (type === undefined) throw new Unanswerable(`the service has no condition key \`${key}\``);
  return type;
}
