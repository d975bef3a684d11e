import { setTimeout as sleep } from 'node:timers/promises';
import { type Bus, BusUnavailable } from './ports/bus.js';

export interface Persistence {
  /** How long one try may take; then another replica may be asked. */
  readonly tryMilliseconds: number;
  /** For how long it is tried when those who are asked stay silent. */
  readonly silentMilliseconds: number;
  /** For how long it is tried when nobody is there to be asked, or the bus is away. */
  readonly absentMilliseconds: number;
}

const pauseMilliseconds = 50;

/**
 * Asks until somebody answers: a replica that is killed takes the questions with it that it was working on. Only for
 * questions that may be asked twice: reads, and commands that carry their command id.
 */
export async function requestPersistently<Question, Answer>(
  bus: Pick<Bus, 'request'>,
  subject: string,
  question: Question,
  { tryMilliseconds, silentMilliseconds, absentMilliseconds }: Persistence,
): Promise<Answer> {
  const started = performance.now();
  for (;;) {
    const tried = performance.now();
    try {
      return await bus.request<Question, Answer>(subject, question, { milliseconds: tryMilliseconds });
    } catch (error) {
      if (!(error instanceof BusUnavailable)) throw error;
      const now = performance.now();
      const silent = now - tried >= tryMilliseconds * 0.9;
      if (now - started >= (silent ? silentMilliseconds : absentMilliseconds)) throw error;
      if (!silent) await sleep(pauseMilliseconds);
    }
  }
}
