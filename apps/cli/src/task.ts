import type { Begun, Place, WorkKind, WorkStatus } from '@muniment/hosting/control';
import type { Worker } from './worker.js';

/** A piece of work, at one worker: as far as it is known to be. */
export interface Task {
  readonly worker: Worker;
  readonly kind: WorkKind;
  readonly projection: string;
  readonly place: Place;
  /** What it is known under; absent when it has not begun. */
  readonly id?: string;
  status: Pick<WorkStatus, 'state' | 'error' | 'result'> & Partial<WorkStatus>;
}

export const isOpen = ({ status: { state } }: Task): boolean => state === 'waiting' || state === 'running';

/** Whether it has ended as it should. */
export const isWell = ({ kind, status: { state, result } }: Task): boolean =>
  state === 'done' && (kind === 'rebuild' || result?.equal === true);

const busy = 'it is being verified or rebuilt already: try again when that has ended';

export function taskOf(worker: Worker, kind: WorkKind, begun: Begun): Task {
  const { projection, place } = begun;
  const known = { worker, kind, projection, place };
  return 'id' in begun
    ? { ...known, id: begun.id, status: { state: 'waiting' } }
    : { ...known, status: { state: 'failed', error: busy } };
}

/** Work that could not begin. */
export const failedTask = (
  worker: Worker,
  kind: WorkKind,
  { projection, place }: Pick<Task, 'projection' | 'place'>,
  error: string,
): Task => ({ worker, kind, projection, place, status: { state: 'failed', error } });
