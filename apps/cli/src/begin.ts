import { setTimeout as sleep } from 'node:timers/promises';
import type { Begun, WorkKind } from '@muniment/hosting/control';
import { failedTask, type Task, taskOf } from './task.js';
import type { Worker } from './worker.js';

/** Rows that nobody folds have a new holder soon: leases run out after two seconds. */
const tries = 12;
const pause = 500;

type Refusal = Begun & { readonly refused: 'busy' | 'elsewhere' };
const isElsewhere = (begun: Begun): begun is Refusal => 'refused' in begun && begun.refused === 'elsewhere';

/**
 * Has every worker begin. All replicas of a service are asked for the rows that they share, and the one that folds them
 * does the work.
 */
export async function begin(
  kind: WorkKind,
  workers: readonly Worker[],
  projections: readonly string[] | undefined,
): Promise<Task[]> {
  const asked = projections === undefined ? {} : { projections };
  const answers = await Promise.all(workers.map((worker) => answerOf(worker, kind, asked)));
  const tasks = answers.flatMap(({ tasks: begun }) => begun);
  const left = answers.flatMap(({ worker, elsewhere }) => elsewhere.map((refusal) => ({ worker, refusal })));
  for (const { worker, refusal } of left) {
    const { projection } = refusal;
    const { service } = worker;
    const isTaken = tasks.some(
      (task) => task.worker.service === service && task.place === refusal.place && task.projection === projection,
    );
    if (!isTaken)
      tasks.push(
        await whereFolded(
          workers.filter((each) => each.service === service),
          kind,
          refusal,
        ),
      );
  }
  return tasks;
}

interface Answer {
  readonly worker: Worker;
  readonly tasks: readonly Task[];
  readonly elsewhere: readonly Refusal[];
}

async function answerOf(worker: Worker, kind: WorkKind, asked: object): Promise<Answer> {
  try {
    const begun = await worker.begin(kind, asked);
    const own = begun.filter((each) => !isElsewhere(each));
    return { worker, tasks: own.map((each) => taskOf(worker, kind, each)), elsewhere: begun.filter(isElsewhere) };
  } catch (error) {
    const task = failedTask(worker, kind, { projection: '', place: 'own' }, (error as Error).message);
    return { worker, tasks: [task], elsewhere: [] };
  }
}

/** The replica that folded may have gone, or come, while they were asked. */
async function whereFolded(workers: readonly Worker[], kind: WorkKind, { projection, place }: Refusal): Promise<Task> {
  for (let attempt = 0; attempt < tries; attempt++) {
    await sleep(pause);
    for (const worker of workers) {
      const { tasks } = await answerOf(worker, kind, { projections: [projection], place });
      if (tasks[0]) return tasks[0];
    }
  }
  const error = 'no replica folds these rows at present: try again';
  return failedTask(workers[0] as Worker, kind, { projection, place }, error);
}
