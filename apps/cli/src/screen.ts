import { isOpen, type Task } from './task.js';
import { table } from './table.js';

/** Where a person, or a program, watches the work. */
export interface Screen {
  show(tasks: readonly Task[]): void;
  /** Told once, when all has ended. */
  end(tasks: readonly Task[]): void;
}

type Out = Pick<NodeJS.WriteStream, 'write' | 'columns'>;

const whole = new Intl.NumberFormat('en');
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const endings = {
  verify: { equal: 'equal', different: 'DIFFERENT from what the log says' },
  rebuild: { equal: 'made anew: it was equal', different: 'made anew: it was DIFFERENT' },
} as const;

function endingOf({ kind, status: { state, result, error } }: Task): string {
  if (state === 'failed') return `failed: ${error}`;
  if (!result) return 'interrupted';
  const parked = result.parked > 0 ? `; accounts parked: ${result.parked}` : '';
  return endings[kind][result.equal ? 'equal' : 'different'] + parked;
}

/** How far all of it is, in one line. */
export function progressLine(tasks: readonly Task[]): string {
  const running = tasks.filter(isOpen);
  const statuses = tasks.map(({ status }) => status);
  const events = sum(statuses.map((status) => status.events ?? 0));
  const rate = sum(running.map(({ status }) => status.eventsPerSecond ?? 0));
  const left = Math.max(0, ...running.map(({ status }) => status.secondsLeft ?? 0));
  const done = `${tasks.length - running.length} of ${tasks.length} done`;
  const time = left > 0 ? `, ${whole.format(left)} s left` : '';
  return `${done}, ${whole.format(events)} events, ${whole.format(rate)}/s${time}`;
}

const head = ['SERVICE', 'REPLICA', 'READ MODEL', 'ROWS', 'POSITION', 'COUNT', 'RESULT'];

/** One line for each projection. */
export const outcomes = (tasks: readonly Task[]): string =>
  table(
    head,
    tasks.map((task) => {
      const { worker, projection, place, status } = task;
      const { result } = status;
      const counted = result ? [String(result.position), whole.format(result.rows)] : ['', ''];
      return [worker.service, worker.replica, projection, place, ...counted, endingOf(task)];
    }),
  );

/** A line that is written over, then a table. */
export const terminal = (out: Out): Screen => ({
  show: (tasks) => void out.write(`\r\x1b[K${progressLine(tasks).slice(0, (out.columns || 80) - 1)}`),
  end: (tasks) => void out.write(`\r\x1b[K${outcomes(tasks)}\n`),
});

const linePause = 1000;

/** JSON lines: while work goes on one now and then, at the end one for each projection. */
export function lines(out: Out): Screen {
  const shown = new Map<Task, number>();
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    show(tasks) {
      if (performance.now() - shownAt < linePause) return;
      shownAt = performance.now();
      for (const task of tasks) {
        const { position } = task.status;
        if (task.status.state !== 'running' || position === undefined || shown.get(task) === position) continue;
        shown.set(task, position);
        out.write(`${JSON.stringify(lineOf(task))}\n`);
      }
    },
    end(tasks) {
      for (const task of tasks) out.write(`${JSON.stringify(lineOf(task))}\n`);
    },
  };
}

function lineOf({ worker: { service, replica }, kind, projection, place, status }: Task): object {
  const { state, result, error, position, head: end, events, eventsPerSecond, secondsLeft } = status;
  const what = { service, ...(replica && { replica }), work: kind, projection, place, state };
  if (state === 'running') return { ...what, position, head: end, events, eventsPerSecond, secondsLeft };
  const { projection: _, ...outcome } = result ?? { projection };
  return { ...what, ...outcome, ...(error !== undefined && { error }) };
}
