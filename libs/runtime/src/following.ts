import type { Awaitable, Position } from '@muniment/kernel';
import type { Parked } from './parked.js';
import type { Stalled } from './rounds.js';

/** What follows the log: a projection that keeps rows, or watches those that another process keeps. */
export interface Following {
  readonly projection: { readonly name: string };
  /** Everything up to here is known. It goes back when rows were lost. */
  readonly position: Position;
  /** Below this nothing may be answered: more was known once, or may have been stored. Rows are being made again. */
  readonly floor: Position;
  /** Why it has ended for good. */
  readonly failure: unknown;
  /** Set while something it needs is away: it tries again until that is back. */
  readonly stalled: Stalled | undefined;
  /** Accounts whose rows stand still before an event that cannot be folded. */
  readonly parked: Parked;
  readonly role: 'local' | 'folds' | 'watches' | 'follows';
  /** True when everything up to the position is known; false when it is not within the time. */
  reached(position: Position, withinMilliseconds: number): Awaitable<boolean>;
  /** Resolves when it has caught up, or knows that it cannot for now. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Whether an answer may be given that needs everything up to the position; costs nothing. */
export const hasReached = (following: Following, position: Position): boolean =>
  position <= following.position && following.floor <= following.position && following.failure === undefined;

/** While something is away nobody waits longer than this for it, in milliseconds: callers have a second in all. */
export const patienceWhileStalled = 400;

/** How long it makes sense to wait for a position. */
export const patienceFor = ({ stalled }: Pick<Following, 'stalled'>, milliseconds: number): number =>
  stalled ? Math.min(milliseconds, patienceWhileStalled) : milliseconds;

/** What is shown of a projection: in readiness, metrics and status. */
export interface FollowingStatus {
  readonly projection: string;
  readonly role: Following['role'];
  /** Its rows may be asked: none that were there are being made again. */
  readonly ready: boolean;
  readonly position: Position;
  /** Events or bytes that the log is ahead; absent when nobody knows. */
  readonly lag?: number;
  readonly stalledSince?: string;
  readonly stalledBy?: string;
  /** Accounts that wait for an event to become readable. */
  readonly parked: number;
  readonly failure?: string;
}

const reasonOf = (failure: unknown): string => (failure instanceof Error ? failure.message : 'no reason was given');

/** `head`: of the log, as far as it is known. */
export const statusOf = (following: Following, head: Position | undefined): FollowingStatus => ({
  projection: following.projection.name,
  role: following.role,
  ready: hasReached(following, 0),
  position: following.position,
  ...(head === undefined ? {} : { lag: Math.max(0, head - following.position) }),
  ...(following.stalled && { stalledSince: following.stalled.since.toISOString(), stalledBy: following.stalled.why }),
  parked: following.parked.size,
  ...(following.failure === undefined ? {} : { failure: reasonOf(following.failure) }),
});
