import { type Ask, type Caller, fold, type Session, type Tag } from '@muniment/kernel';
import type { ContextValue } from '@muniment/policy';

type Keys = Record<string, ContextValue | undefined>;

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/**
 * Whether a second factor was given (requirements-4 section 6, MFA table): long-term keys cannot say, so the key is
 * absent; role sessions always say no, whatever the assuming user did.
 */
const mfa: Readonly<Record<Session['kind'], (session: Session, now: Date) => Keys>> = {
  AssumeRole: () => ({ 'aws:MultiFactorAuthPresent': false }),
  GetSessionToken: ({ mfaAt }, now) =>
    mfaAt === undefined
      ? { 'aws:MultiFactorAuthPresent': false }
      : {
          'aws:MultiFactorAuthPresent': true,
          'aws:MultiFactorAuthAge': Math.max(0, seconds(now) - seconds(new Date(mfaAt))),
        },
};

const ofSession = (session: Session, now: Date): Keys => ({
  'aws:TokenIssueTime': session.issuedAt,
  'aws:SourceIdentity': session.sourceIdentity,
  ...mfa[session.kind](session, now),
});

/** Session tags come before those of the user or role, regardless of case (requirements-2 section 7). */
function principalTags(tags: readonly Tag[], session: Readonly<Record<string, string>> = {}): Keys {
  const keys: Keys = {};
  const overridden = new Set(Object.keys(session).map(fold));
  for (const { Key, Value } of tags) if (!overridden.has(fold(Key))) keys[`aws:PrincipalTag/${Key}`] = Value;
  for (const key of Object.keys(session)) keys[`aws:PrincipalTag/${key}`] = session[key];
  return keys;
}

/**
 * Condition keys of everything that one call asks (requirements-4 section 9). Those that say who the principal is
 * follow from the principal itself when a policy is evaluated.
 */
export const contextOf = (caller: Caller, tags: readonly Tag[], now: Date): Keys => ({
  ...principalTags(tags, caller.session?.tags),
  'aws:CurrentTime': now,
  'aws:EpochTime': seconds(now),
  'aws:SourceIp': caller.sourceIp === '' ? undefined : caller.sourceIp,
  'aws:UserAgent': caller.userAgent,
  'aws:SecureTransport': caller.secureTransport,
  'aws:ViaAWSService': false,
  ...(caller.session && ofSession(caller.session, now)),
});

/** IAM has one endpoint in each partition, in this region (requirements-4 section 9). */
const regionOfIam: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
};

/** Services without regions. */
const globally: Readonly<Record<string, (partition: string) => string | undefined>> = {
  iam: (partition) => regionOfIam[partition],
};

const resourceAccount = ({ account, resource }: Ask): string | undefined =>
  account ?? (resource.split(':', 5)[4] || undefined);

/** The call's keys and those of one question; what the operation itself says counts. */
export function contextOfQuestion(
  call: Keys,
  question: Ask & { readonly action: string },
  caller: Caller,
  partition: string,
): Keys {
  const service = question.action.slice(0, question.action.indexOf(':'));
  const context: Keys = {
    ...call,
    'aws:RequestedRegion': globally[service]?.(partition) ?? caller.region,
    'aws:ResourceAccount': resourceAccount(question) ?? caller.account,
  };
  for (const key in question.context) {
    const value = question.context[key];
    if (value !== undefined) context[key] = value;
  }
  return context;
}
