import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkKind } from '@muniment/hosting/control';
import { begin } from './begin.js';
import type { Screen } from './screen.js';
import { isOpen, type Task } from './task.js';
import type { Worker } from './worker.js';

export interface WorkOptions {
  readonly kind: WorkKind;
  readonly workers: readonly Worker[];
  /** All when absent. */
  readonly projections: readonly string[] | undefined;
  readonly screen: Screen;
  readonly interrupted: AbortSignal;
}

const lookMilliseconds = 250;
/** So long a worker may be silent before its work counts as failed; and how long an interrupted one may take to end. */
const silenceMilliseconds = 15_000;

/** Has the workers work, and watches until all has ended. */
export async function work({ kind, workers, projections, screen, interrupted }: WorkOptions): Promise<readonly Task[]> {
  const tasks = await begin(kind, workers, projections);
  const watches = workers.map(
    (worker) =>
      new Watch(
        worker,
        tasks.filter((task) => task.worker === worker),
      ),
  );
  for (let cancelled = false; tasks.some(isOpen); ) {
    if (interrupted.aborted && !cancelled) {
      cancelled = true;
      await Promise.all(watches.map((watch) => watch.cancel()));
    }
    await sleep(lookMilliseconds, undefined, cancelled ? {} : { signal: interrupted }).catch(() => undefined);
    await Promise.all(watches.map((watch) => watch.look()));
    screen.show(tasks);
  }
  return tasks;
}

/** Looks how the tasks of one worker stand. */
class Watch {
  readonly #worker: Worker;
  readonly #tasks: readonly Task[];
  #heard = performance.now();

  constructor(worker: Worker, tasks: readonly Task[]) {
    this.#worker = worker;
    this.#tasks = tasks;
  }

  get #open(): Task[] {
    return this.#tasks.filter(isOpen);
  }

  async cancel(): Promise<void> {
    const ids = this.#open.flatMap(({ id }) => id ?? []);
    if (ids.length === 0) return;
    try {
      await this.#worker.cancel(ids);
    } catch (error) {
      this.#fail(`it could not be told to stop: ${(error as Error).message}`);
    }
  }

  async look(): Promise<void> {
    if (this.#open.length === 0) return;
    try {
      const statuses = await this.#worker.progress();
      this.#heard = performance.now();
      for (const task of this.#open) {
        const known = statuses.find(({ id }) => id === task.id);
        task.status = known ?? { state: 'failed', error: 'the process was started anew: run the command again' };
      }
    } catch (error) {
      if (performance.now() - this.#heard > silenceMilliseconds) this.#fail((error as Error).message);
    }
  }

  #fail(error: string): void {
    for (const task of this.#open) task.status = { state: 'failed', error };
  }
}
