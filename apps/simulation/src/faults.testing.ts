import { MemoryEventLog } from '@muniment/eventlog-memory';
import type { Position } from '@muniment/kernel';
import { MemoryReadModels } from '@muniment/readmodel-memory';
import {
  CheckpointMoved,
  type Commit,
  LogUnavailable,
  type ProjectionId,
  type ReadModels,
  ReadModelsUnavailable,
  type Slice,
} from '@muniment/runtime';

/** A log that can be away; all else is the real one. */
export class FaultyLog extends MemoryEventLog {
  away = false;
  why = 'it is away';
  reads = 0;
  /** Asked before a page is read. */
  beforeRead: () => Promise<void> = async () => undefined;
  /** Hints go through here. */
  hint: (tell: () => void) => void = (tell) => tell();

  override async readAll(categories: readonly string[], after: Position, limit: number): Promise<Slice> {
    this.#mustBeThere();
    this.reads++;
    await this.beforeRead();
    return super.readAll(categories, after, limit);
  }

  override async head(): Promise<Position> {
    this.#mustBeThere();
    return super.head();
  }

  override onAppended(listener: (position: Position, commit?: Commit) => void): () => void {
    return super.onAppended((position) => this.hint(() => listener(position)));
  }

  #mustBeThere(): void {
    if (this.away) throw new LogUnavailable(this.why);
  }
}

type Apply = Parameters<ReadModels['apply']>;

/** Rows that can be away, be lost, or be stored without an answer; all else is the real ones. */
export class FaultyReadModels extends MemoryReadModels {
  away = false;
  /** What happens to each step: done, not done, or done and not answered. */
  step: () => 'done' | 'refused' | 'unanswered' = () => 'done';

  override checkpoint(projection: ProjectionId): Position | undefined {
    this.#mustBeThere();
    return super.checkpoint(projection);
  }

  override async apply(...[projection, changes, position, after]: Apply): Promise<void> {
    this.#mustBeThere();
    const step = this.step();
    if (step !== 'refused') await super.apply(projection, changes, position, after);
    if (step !== 'done') throw new ReadModelsUnavailable(`the step is ${step}`);
  }

  /** What one of several processes has of them: a lease is held under its name. */
  sharedBy(process: string, leases: Leases): ReadModels {
    const shared = (projection: ProjectionId) => leases.mayStore(projection, process);
    return {
      checkpoint: (projection) => this.checkpoint(projection),
      apply: async (projection, changes, position, after) => {
        if (!shared(projection)) throw new CheckpointMoved(projection, 'another process holds the lease');
        await this.apply(projection, changes, position, after);
      },
      clear: (projection) => this.clear(projection),
      replace: (live, rebuilt) => this.replace(live, rebuilt),
      lease: (projection, milliseconds) => {
        this.#mustBeThere();
        return leases.ask(projection, process, milliseconds);
      },
      rows: (projection) => this.rows(projection),
      keep: (name, content) => this.keep(name, content),
      kept: (name) => this.kept(name),
      close: async () => undefined,
    };
  }

  #mustBeThere(): void {
    if (this.away) throw new ReadModelsUnavailable('they are away');
  }
}

/** Leases as Redis keeps them: by name of the process, until a time. */
export class Leases {
  readonly #held = new Map<string, { process: string; until: number }>();

  ask({ name }: ProjectionId, process: string, milliseconds: number): boolean {
    const held = this.#held.get(name);
    if (held && held.process !== process && held.until > performance.now()) return false;
    if (milliseconds > 0) this.#held.set(name, { process, until: performance.now() + milliseconds });
    else this.#held.delete(name);
    return milliseconds > 0;
  }

  mayStore({ name }: ProjectionId, process: string): boolean {
    const held = this.#held.get(name);
    return held === undefined || held.process === process || held.until <= performance.now();
  }

  /** As when the time has run out. */
  end(): void {
    this.#held.clear();
  }
}
