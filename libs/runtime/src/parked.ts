import { type Change, type RecordedEvent, readModel, type Revision } from '@muniment/kernel';
import { ReadModelsUnavailable } from './ports/read-models.js';

/** An account whose events cannot be folded any further, and where that ended. */
export interface ParkedStream {
  readonly account: string;
  /** The event that cannot be folded. */
  readonly stream: string;
  readonly revision: Revision;
  readonly position: number;
  readonly type: string;
  readonly version: number;
  readonly reason: string;
  /** First event that is not in the rows, by stream. */
  readonly behind: Readonly<Record<string, Revision>>;
}

/** By account. */
export type Parked = ReadonlyMap<string, ParkedStream>;

export const nobodyParked: Parked = new Map();

/** Kept among the rows of each projection, in the step that leaves the account behind: a restart knows them. */
export const parkedStreams = readModel<ParkedStream>('parked-streams', { id: ({ account }) => account });

/** Parked streams of all accounts stand in one list. */
export const everyAccount = 'all';

/** Parks an account at the first of these events, which are all that is known not to be in its rows. */
export function park(account: string, events: readonly RecordedEvent[], error: unknown): ParkedStream {
  const [first] = events as readonly [RecordedEvent];
  const { stream, revision, position, type, version } = first;
  const at = { account, stream, revision, position, type, version, reason: String(error), behind: {} };
  return leaveBehind(at, events);
}

/** Notes events that a parked account's rows do not hold either; the same object when that was known. */
export function leaveBehind(parked: ParkedStream, events: readonly RecordedEvent[]): ParkedStream {
  const news = events.filter(({ stream }) => !Object.hasOwn(parked.behind, stream));
  if (news.length === 0) return parked;
  const behind = { ...parked.behind };
  for (const { stream, revision } of news) behind[stream] ??= revision;
  return { ...parked, behind };
}

export const parkedChange = (before: ParkedStream | undefined, after: ParkedStream | undefined): Change => ({
  model: parkedStreams as unknown as Change['model'],
  account: everyAccount,
  before,
  after,
});

/** For logs: which event it is. */
export const parkedBy = ({ account, type, version, position, reason }: ParkedStream): string =>
  `account \`${account}\` stands still before event \`${type}\` version ${version} at position ${position}: ${reason}`;

/** What readers of a parked account are told: nothing about any row. */
export function mustNotBeParked(parked: Parked, account: string): void {
  const row = parked.get(account);
  if (row) throw new ReadModelsUnavailable(parkedBy(row));
}
