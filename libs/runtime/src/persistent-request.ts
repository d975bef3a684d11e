import { type Bus, BusUnavailable } from './ports/bus.js';

export interface Persistence {
  /** How long one try may take before another replica is asked as well. */
  readonly tryMilliseconds: number;
  /** For how long it is tried when those who are asked stay silent. */
  readonly silentMilliseconds: number;
  /** For how long it is tried when nobody is there to be asked, or the bus is away. */
  readonly absentMilliseconds: number;
}

const pauseMilliseconds = 50;

/**
 * Asks until somebody answers: a replica that is killed takes the questions with it that it was working on. The first
 * answer counts, also to a question that was asked again meanwhile: where all are slow, waiting is quicker than asking
 * anew. Only for questions that may be asked twice: reads, and commands that carry their command id.
 */
export function requestPersistently<Question, Answer>(
  bus: Pick<Bus, 'request'>,
  subject: string,
  question: Question,
  { tryMilliseconds, silentMilliseconds, absentMilliseconds }: Persistence,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const end = started + Math.ceil(silentMilliseconds / tryMilliseconds) * tryMilliseconds;
    let timer: NodeJS.Timeout | undefined;
    let settled = false;
    const settle = (): void => {
      settled = true;
      clearTimeout(timer);
    };
    const askIn = (milliseconds: number): void => {
      clearTimeout(timer);
      timer = setTimeout(ask, milliseconds);
    };
    const ask = (): void => {
      const tried = performance.now();
      if (end - tried > tryMilliseconds) askIn(tryMilliseconds);
      bus.request<Question, Answer>(subject, question, { milliseconds: end - tried }).then(
        (answer) => {
          settle();
          resolve(answer);
        },
        (error: unknown) => {
          if (settled) return;
          const now = performance.now();
          const silent = now - tried >= tryMilliseconds * 0.9;
          const enough = now - started >= (silent ? silentMilliseconds : absentMilliseconds);
          if (error instanceof BusUnavailable && !enough) {
            askIn(silent ? 0 : pauseMilliseconds);
            return;
          }
          settle();
          reject(error);
        },
      );
    };
    ask();
  });
}
