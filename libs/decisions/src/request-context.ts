import { type Ask, type Caller, fold, type Session, type Tag } from '@muniment/kernel';
import type { ContextValue } from '@muniment/policy';
import type { Place } from './place.js';

type Keys = Record<string, ContextValue | undefined>;

/** Of a session all or less: who asks about another's session need not know when it began. */
type SessionFacts = Pick<Session, 'kind'> & Partial<Session>;

/** Whom a question is about, and what is known of the request: of who calls, everything. */
export interface Subject
  extends Pick<Caller, 'account' | 'principal'>,
    Partial<Pick<Caller, 'sourceIp' | 'userAgent' | 'referer' | 'secureTransport' | 'region'>> {
  readonly session?: SessionFacts;
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/**
 * Whether a second factor was given (requirements-4 section 6, MFA table): long-term keys cannot say, so the key is
 * absent; role sessions always say no, whatever the assuming user did.
 */
const mfa: Readonly<Record<Session['kind'], (session: SessionFacts, now: Date) => Keys>> = {
  AssumeRole: () => ({ 'aws:MultiFactorAuthPresent': false }),
  GetSessionToken: ({ mfaAt }, now) =>
    mfaAt === undefined
      ? { 'aws:MultiFactorAuthPresent': false }
      : {
          'aws:MultiFactorAuthPresent': true,
          'aws:MultiFactorAuthAge': Math.max(0, seconds(now) - seconds(new Date(mfaAt))),
        },
};

const ofSession = (session: SessionFacts, now: Date): Keys => ({
  'aws:TokenIssueTime': session.issuedAt,
  'aws:SourceIdentity': session.sourceIdentity,
  ...mfa[session.kind](session, now),
});

interface TagKey {
  readonly key: string;
  readonly folded: string;
  readonly value: string;
}

const tagKeys = new WeakMap<readonly Tag[], readonly TagKey[]>();

/** Tags as condition keys; spelled once for as long as they stay. */
function tagKeysOf(tags: readonly Tag[]): readonly TagKey[] {
  const known = tagKeys.get(tags);
  if (known) return known;
  const made = tags.map(({ Key, Value }) => ({ key: `aws:PrincipalTag/${Key}`, folded: fold(Key), value: Value }));
  tagKeys.set(tags, made);
  return made;
}

/** Session tags come before those of the user or role, regardless of case (requirements-2 section 7). */
function addPrincipalTags(keys: Keys, tags: readonly Tag[], session: Readonly<Record<string, string>> = {}): void {
  const ofSession = Object.keys(session);
  const overridden = ofSession.length > 0 ? new Set(ofSession.map(fold)) : undefined;
  for (const { key, folded, value } of tagKeysOf(tags)) if (!overridden?.has(folded)) keys[key] = value;
  for (const key of ofSession) keys[`aws:PrincipalTag/${key}`] = session[key];
}

/** IAM has one endpoint in each partition, in this region (requirements-4 section 9). */
const regionOfIam: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
};

const regionOfOrganizations: typeof regionOfIam = { ...regionOfIam, 'aws-cn': 'cn-northwest-1' };

/** Services without regions. */
const globally: Readonly<Record<string, (partition: string) => string | undefined>> = {
  iam: (partition) => regionOfIam[partition],
  organizations: (partition) => regionOfOrganizations[partition],
};

/** The fifth part of an ARN. */
function accountOf(arn: string): string | undefined {
  let from = 0;
  for (let colons = 0; colons < 4; colons++) {
    from = arn.indexOf(':', from) + 1;
    if (from === 0) return undefined;
  }
  const end = arn.indexOf(':', from);
  return arn.slice(from, end < 0 ? undefined : end) || undefined;
}

/** The account that a question's resource belongs to: as the question says, as its ARN says, else the caller's. */
export const ownerOf = ({ resource, account }: Pick<Ask, 'resource' | 'account'>, caller: Subject): string =>
  account ?? accountOf(resource) ?? caller.account;

/** The service of an action, spelt as it is asked for. */
export const serviceOf = (action: string): string => action.slice(0, action.indexOf(':'));

/** What has been looked up for a question. */
export interface Known {
  /** Of the user or role. */
  readonly tags: readonly Tag[];
  /** The account that the resource belongs to. */
  readonly ownerAccount: string;
  /** Where the principal's account and the resource's account stand. */
  readonly home: Place | undefined;
  readonly owner: Place | undefined;
}

/**
 * Condition keys of one question of a call (requirements-4 section 9); what the operation itself says counts. Those
 * that say who the principal is follow from the principal itself when a policy is evaluated.
 */
export function contextOf(
  caller: Subject,
  { tags, ownerAccount, home, owner }: Known,
  now: Date,
  service: string,
  ofOperation: Ask['context'],
  partition: string,
): Keys {
  const { session } = caller;
  // One literal with all keys that every question has: objects that grow key by key are slow to read.
  const keys: Keys = {
    'aws:CurrentTime': now,
    'aws:EpochTime': seconds(now),
    'aws:SourceIp': caller.sourceIp === '' ? undefined : caller.sourceIp,
    'aws:UserAgent': caller.userAgent,
    'aws:referer': caller.referer,
    'aws:SecureTransport': caller.secureTransport,
    'aws:ViaAWSService': false,
    'aws:RequestedRegion': globally[service]?.(partition) ?? caller.region,
    'aws:ResourceAccount': ownerAccount,
    'aws:PrincipalOrgID': home?.organizationId,
    'aws:PrincipalOrgPaths': home?.paths,
    'aws:ResourceOrgID': owner?.organizationId,
    'aws:ResourceOrgPaths': owner?.paths,
  };
  if (tags.length > 0 || session?.tags) addPrincipalTags(keys, tags, session?.tags);
  if (session) Object.assign(keys, ofSession(session, now));
  for (const key in ofOperation) {
    const value = ofOperation[key];
    if (value !== undefined) keys[key] = value;
  }
  return keys;
}
