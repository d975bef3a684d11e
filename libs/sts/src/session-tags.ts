import { type Call, fold, type Session, type Tag } from '@muniment/kernel';

const tagsPerSession = 50;

/** What a request says of tags. */
export interface TagInput {
  readonly Tags?: readonly Tag[];
  readonly TransitiveTagKeys?: readonly string[];
}

/** The tags of a session and which of them go on along a chain of roles. */
export type SessionTags = Pick<Session, 'tags' | 'transitiveTagKeys'>;

/** The transitive tags that a chain of roles hands on from the caller's session. */
export function inheritedTags(session: Session | undefined): Tag[] {
  const tags = session?.tags ?? {};
  return (session?.transitiveTagKeys ?? []).flatMap((Key) =>
    Object.hasOwn(tags, Key) ? [{ Key, Value: tags[Key] as string }] : [],
  );
}

/** Refuses tags that AWS refuses; keys are told apart regardless of case (requirements-2 section 7). */
export function checkSessionTags(
  { Tags = [], TransitiveTagKeys = [] }: TagInput,
  inherited: readonly Tag[],
  call: Call,
): void {
  const keys = new Set(Tags.map(({ Key }) => fold(Key)));
  if (keys.size < Tags.length) {
    call.fault('InvalidParameterValue', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  if (Tags.some(({ Key, Value }) => [Key, Value].some((text) => fold(text).startsWith('aws:')))) {
    call.fault('InvalidParameterValue', 'Tag keys and values cannot begin with aws:, which is reserved.');
  }
  if (!TransitiveTagKeys.every((key) => keys.has(fold(key)))) {
    call.fault('InvalidParameterValue', 'The specified transitive tag key must be included in the requested tags.');
  }
  if (inherited.some(({ Key }) => keys.has(fold(Key)))) {
    call.fault(
      'InvalidParameterValue',
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  if (Tags.length + inherited.length > tagsPerSession) {
    call.fault('InvalidParameterValue', 'The number of tags has reached the maximum limit.');
  }
}

/** Tags of a new session; those of its role are not among them, the role has them itself. */
export function sessionTags({ Tags = [], TransitiveTagKeys = [] }: TagInput, inherited: readonly Tag[]): SessionTags {
  if (Tags.length + inherited.length === 0) return {};
  const goOn = new Set(TransitiveTagKeys.map(fold));
  const transitive = [...inherited, ...Tags.filter(({ Key }) => goOn.has(fold(Key)))].map(({ Key }) => Key);
  return {
    tags: Object.fromEntries([...inherited, ...Tags].map(({ Key, Value }) => [Key, Value])),
    ...(transitive.length > 0 ? { transitiveTagKeys: transitive } : {}),
  };
}

/** A role's tags as its trust policy sees them: transitive tags of the caller replace those of the same key. */
export function tagsOnTrial(roleTags: readonly Tag[], inherited: readonly Tag[]): Tag[] {
  const values = new Map(inherited.map(({ Key, Value }) => [fold(Key), Value]));
  return roleTags.map(({ Key, Value }) => ({ Key, Value: values.get(fold(Key)) ?? Value }));
}
