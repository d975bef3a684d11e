import { accountOf, type Event, type Evolve, type RecordedEvent, readModel, type Subject } from '@muniment/kernel';
import type { Credentials } from '../credentials.js';

export type KeyStatus = 'Active' | 'Inactive';

/** A long-term key. Whose it is is said by id alone: names change, and a dangling id authenticates nobody. */
export interface AccessKey {
  readonly accessKeyId: string;
  /** The user's id (`AIDA…`), or the account's for keys of the root user. */
  readonly userId: string;
  readonly status: KeyStatus;
  readonly createdAt: string;
  /** The secret, sealed for the subject `{ account, id: accessKeyId }`. */
  readonly sealed: string;
}

export type AccessKeyEvent =
  | Event<'AccessKeyCreated', { accessKeyId: string; userId: string; sealed: string }>
  | Event<'AccessKeyStatusChanged', { accessKeyId: string; status: KeyStatus }>
  | Event<'AccessKeyDeleted', { accessKeyId: string }>;

/** Found by id in whatever account: a request names its key, not its account. */
export const accessKeys = readModel<AccessKey>('access-keys', {
  id: (key) => key.accessKeyId,
  indexes: { user: (key) => [key.userId] },
  anywhere: true,
});

export const accessKeyEvents: Evolve<Credentials, AccessKeyEvent> = {
  AccessKeyCreated: ({ accessKeys: keys }, key, { at }) => keys.set({ ...key, status: 'Active', createdAt: at }),
  AccessKeyStatusChanged: ({ accessKeys: keys }, { accessKeyId, status }) => keys.update(accessKeyId, { status }),
  AccessKeyDeleted: ({ accessKeys: keys }, { accessKeyId }) => keys.remove(accessKeyId),
};

/**
 * The first key of an account's root user, preset or made at first start; appended by what starts the platform, since
 * nobody can call an operation before it.
 */
export const rootKeyEvents = (account: string, accessKeyId: string, sealed: string): AccessKeyEvent[] => [
  { type: 'AccessKeyCreated', data: { accessKeyId, userId: account, sealed } },
];

/** Whose sealed secret an event ends: nobody may open it again, in the log or in any copy of it. */
export function secretEndedBy({ type, stream, data }: RecordedEvent): Subject | undefined {
  if (type !== ('AccessKeyDeleted' satisfies AccessKeyEvent['type'])) return undefined;
  return { account: accountOf(stream), id: (data as { accessKeyId: string }).accessKeyId };
}
