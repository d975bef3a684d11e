import { randomUUID } from 'node:crypto';
import type { Position } from '@muniment/kernel';
import {
  type EventLog,
  type Following,
  type Live,
  type ReadModels,
  Rebuild,
  type RebuildProgress,
  type Rebuilt,
} from '@muniment/runtime';

export type WorkKind = 'verify' | 'rebuild';

/** Whose rows: this replica's own, or those that all replicas of the control plane share. */
export type Place = 'own' | 'shared';

/** Rows, and what keeps them. */
export interface Keeper {
  readonly place: Place;
  readonly readModels: ReadModels;
  readonly projectors: readonly (Following & Live)[];
}

export interface WorkAsked {
  /** Names of projections; all that are kept here when absent. */
  readonly projections?: readonly string[];
  readonly place?: Place;
}

interface Named {
  readonly projection: string;
  readonly place: Place;
}

/** Work that has begun, under an id; or why it has not: it is under way already, or another replica folds these rows. */
export type Begun = Named & ({ readonly id: string } | { readonly refused: 'busy' | 'elsewhere' });

/** How a piece of work stands. */
export interface WorkStatus extends Named {
  readonly id: string;
  readonly kind: WorkKind;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'ended';
  readonly position: Position;
  readonly head: Position;
  /** Events folded by this run, and in a second. */
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly secondsLeft?: number;
  readonly result?: Rebuilt;
  /** Why it has failed. */
  readonly error?: string;
}

interface Job extends Named {
  readonly id: string;
  readonly kind: WorkKind;
  readonly keeper: Keeper;
  readonly live: Following & Live;
  state: WorkStatus['state'];
  cancelled: boolean;
  progress?: RebuildProgress;
  result?: Rebuilt;
  error?: string;
}

/** So much work is remembered: whoever has asked for it may look a little late. */
const remembered = 100;

const isOpen = ({ state }: Job): boolean => state === 'waiting' || state === 'running';

/** Verifies and rebuilds read models in the background, one after another, while they go on being used. */
export class ProjectionWork {
  readonly #keepers: readonly Keeper[];
  readonly #log: EventLog;
  readonly #ended: (status: WorkStatus) => void;
  /** By id, in the order in which they were begun. */
  readonly #jobs = new Map<string, Job>();
  #queue: Promise<void> = Promise.resolve();
  #stopped = false;

  /** `ended` is told how each piece of work has ended. */
  constructor(keepers: readonly Keeper[], log: EventLog, ended: (status: WorkStatus) => void = () => undefined) {
    this.#keepers = keepers;
    this.#log = log;
    this.#ended = ended;
  }

  /** Answers at once; `progress` tells how it goes on. */
  begin(kind: WorkKind, { projections, place }: WorkAsked = {}): readonly Begun[] {
    return this.#keepers
      .filter((keeper) => place === undefined || keeper.place === place)
      .flatMap((keeper) =>
        keeper.projectors
          .filter(({ projection: { name } }) => projections === undefined || projections.includes(name))
          .map((live) => this.#begin(kind, keeper, live)),
      );
  }

  /** How everything stands that was begun, of late. */
  progress(): readonly WorkStatus[] {
    return Array.from(this.#jobs.values(), statusOf);
  }

  /** Ends work soon; what it has made is gone on from the next time. */
  cancel(ids: readonly string[]): void {
    for (const job of this.#jobs.values()) if (ids.includes(job.id)) job.cancelled = true;
  }

  /** Ends all work; resolves when nothing of it touches any rows. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.cancel(Array.from(this.#jobs.values(), ({ id }) => id));
    await this.#queue;
  }

  #begin(kind: WorkKind, keeper: Keeper, live: Following & Live): Begun {
    const { place } = keeper;
    const projection = live.projection.name;
    const jobs = [...this.#jobs.values()];
    if (jobs.some((job) => job.live === live && isOpen(job))) return { projection, place, refused: 'busy' };
    if (live.role === 'watches' || this.#stopped) return { projection, place, refused: 'elsewhere' };
    const id = randomUUID();
    const job: Job = { id, projection, place, kind, keeper, live, state: 'waiting', cancelled: false };
    this.#jobs.set(id, job);
    this.#forgetOldest(jobs);
    this.#queue = this.#queue.then(() => this.#run(job));
    return { projection, place, id };
  }

  #forgetOldest(jobs: readonly Job[]): void {
    for (const job of jobs) {
      if (this.#jobs.size <= remembered) return;
      if (!isOpen(job)) this.#jobs.delete(job.id);
    }
  }

  /** Never rejects. */
  async #run(job: Job): Promise<void> {
    try {
      if (!job.cancelled) job.result = await this.#make(job);
      job.state = job.result ? 'done' : 'ended';
    } catch (error) {
      job.state = job.cancelled ? 'ended' : 'failed';
      if (!job.cancelled) job.error = error instanceof Error ? error.message : String(error);
    }
    this.#ended(statusOf(job));
  }

  #make(job: Job): Promise<Rebuilt> {
    job.state = 'running';
    const rebuild = new Rebuild(job.live, this.#log, job.keeper.readModels, {
      progress: (progress) => {
        job.progress = progress;
      },
      cancelled: () => job.cancelled,
    });
    return rebuild[job.kind]();
  }
}

function statusOf({ id, projection, place, kind, state, live, progress, result, error }: Job): WorkStatus {
  const left = progress?.millisecondsLeft;
  return {
    id,
    projection,
    place,
    kind,
    state,
    position: result?.position ?? progress?.position ?? 0,
    head: progress?.head ?? live.position,
    events: progress?.events ?? 0,
    eventsPerSecond: Math.round(progress?.eventsPerSecond ?? 0),
    ...(left !== undefined && state === 'running' && { secondsLeft: Math.ceil(left / 1000) }),
    ...(result && { result }),
    ...(error !== undefined && { error }),
  };
}
