import type { Position } from '@muniment/kernel';
import type { Check, Metrics } from '@muniment/nest';
import { type EventLog, type Following, type ParkedStream, parkedBy, statusOf } from '@muniment/runtime';
import type { Logger } from 'pino';

/** Something that a projection needs may be away for so long before its process counts as degraded. */
const stallMilliseconds = 60_000;

/** How each projection of this process stands: degraded when it is stopped, parked, stalled for long, or has no rows to ask. */
export const followingChecks = (followings: readonly Following[], head: Position | undefined): Check[] =>
  followings.map((following) => {
    const { projection, ...detail } = statusOf(following, head);
    const { failure, parked, stalled } = following;
    const stalledLong = stalled !== undefined && Date.now() - stalled.since.getTime() > stallMilliseconds;
    return {
      name: `read model ${projection}${following.role === 'local' ? '' : ` (${following.role})`}`,
      ok: failure === undefined && parked.size === 0 && !stalledLong && detail.ready,
      dispensable: failure === undefined,
      detail,
    };
  });

/** Tells the log of each account that stands still, and before which event. */
export const parkedLogged =
  (logger: Logger, projection: string) =>
  (parked: ParkedStream): void =>
    logger.error({ projection, parked }, parkedBy(parked));

/** What is back by then is not worth a line; and why it is away is known by then. */
const stallWorthLogging = 2000;

/** Tells the log once with each outage what a projection waits for. */
export const stalledLogged = (logger: Logger, following: () => Following) => (): void => {
  const tell = (): void => {
    const { projection, role, stalled } = following();
    if (stalled) logger.warn({ projection: projection.name, role, ...stalled }, 'a read model waits');
  };
  setTimeout(tell, stallWorthLogging).unref();
};

/** Shows how far a projection of this process has come, and how many accounts it had to leave behind. */
export function watchProjection(
  metrics: Metrics,
  following: Following,
  log: Pick<EventLog, 'head' | 'onAppended'>,
): void {
  // A process may follow one projection twice: rows that all share, and a copy of its own.
  const labels = { projection: following.projection.name, rows: rowsOf(following) };
  metrics.watch(
    'muniment_projection_position',
    'Position that a projection has reached',
    labels,
    () => following.position,
  );
  const newest = newestOf(log);
  metrics.watch(
    'muniment_projection_lag',
    'Events, or bytes with EventStoreDB, that the log is ahead of a projection',
    labels,
    () => Math.max(0, newest() - following.position),
  );
  metrics.watch('muniment_projection_watches', 'Whether another process folds the rows of a projection', labels, () =>
    Number(following.role === 'watches'),
  );
  metrics.watch(
    'muniment_projection_parked',
    'Accounts that stand still before an event that cannot be folded',
    labels,
    () => following.parked.size,
  );
  metrics.watch(
    'muniment_projection_stalled_seconds',
    'For how long something that a projection needs has been away',
    labels,
    () => (following.stalled ? (Date.now() - following.stalled.since.getTime()) / 1000 : 0),
  );
}

const rowsOf = ({ role }: Following): 'own' | 'shared' | 'none' =>
  (({ local: 'own', folds: 'shared', watches: 'shared', follows: 'none' }) as const)[role];

/** The newest position of a log that this process has heard of. */
function newestOf(log: Pick<EventLog, 'head' | 'onAppended'>): () => Position {
  let newest: Position = 0;
  const heard = (position: Position): void => {
    newest = Math.max(newest, position);
  };
  log.onAppended(heard);
  // A log that is away is heard of when it is back.
  log.head().then(heard, () => undefined);
  return () => newest;
}
