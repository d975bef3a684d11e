import type { Caller } from '@muniment/kernel';
import { type Authorization, type Authorizations, authorizeAllSubject, authorizeSubject } from './authorization.js';
import { requestPersistently } from './persistent-request.js';
import type { Authorizer, Question, Verdict } from './ports/authorizer.js';
import { type Bus, BusUnavailable } from './ports/bus.js';

/**
 * Decisions take microseconds: who is silent for longer is gone, or waits for rows that another replica may have. When
 * nobody is there, that is known before the gateway asks once more for the operation that waits for it.
 */
const persistence = { tryMilliseconds: 400, silentMilliseconds: 2000, absentMilliseconds: 450 };

/** So often others are asked before a provisional verdict is the best that there is. */
const mostProvisional = 4;

/** A message costs several times what a decision does; more than so many of them do not make it cheaper. */
const mostTogether = 32;

interface Waiting {
  readonly asked: Authorization;
  readonly resolve: (verdict: Verdict | Promise<Verdict>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks the decisions service; what comes up in one turn of the event loop goes out in one message. Rejects when none can
 * tell; nobody is ever let in then.
 */
export class BusAuthorizer implements Authorizer {
  readonly #bus: Pick<Bus, 'request'>;
  #waiting: Waiting[] = [];

  constructor(bus: Pick<Bus, 'request'>) {
    this.#bus = bus;
  }

  authorize(caller: Caller, questions: readonly Question[], now: Date, position = 0): Promise<Verdict> {
    const asked: Authorization = { caller, questions, now: now.getTime(), position };
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ asked, resolve, reject }) === 1) setImmediate(() => this.#askWaiting());
    });
  }

  #askWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < waiting.length; from += mostTogether) {
      const group = waiting.slice(from, from + mostTogether);
      if (group.length === 1) this.#askEach(group);
      else void this.#askAll(group);
    }
  }

  /** Those whom somebody has to wait for are asked once more, together: who asks for the same is behind by the same. */
  async #askAll(group: readonly Waiting[], wait?: true): Promise<void> {
    const all = group.map(({ asked }) => asked);
    const answers = await this.#answers({ all, ...(wait && { wait }) }).catch((error: unknown) => {
      for (const { reject } of group) reject(error);
    });
    if (answers === undefined) return;
    const late: Waiting[] = [];
    for (const [index, waiting] of group.entries()) {
      const answer = answers[index];
      if (isVerdict(answer) && !answer.provisional) waiting.resolve(answer);
      else if (answer?.unavailable !== undefined) waiting.reject(noVerdict(authorizeAllSubject, answer));
      else late.push(waiting);
    }
    if (late.length > 1 && answers.length > 0 && !wait) void this.#askAll(late, true);
    else this.#askEach(late);
  }

  /** One for each, or none at all: a service of an earlier version fails at it, and the bus carries only so much. */
  async #answers(asked: Authorizations): Promise<readonly Answered[]> {
    try {
      const answer = await requestPersistently<Authorizations, AnsweredAll>(
        this.#bus,
        authorizeAllSubject,
        asked,
        persistence,
      );
      const answers: readonly Answered[] = Array.isArray(answer?.answers) ? answer.answers : [];
      return answers.length === asked.all.length ? answers : [];
    } catch (error) {
      if (error instanceof BusUnavailable) throw error;
      return [];
    }
  }

  #askEach(group: readonly Waiting[]): void {
    for (const { asked, resolve } of group) resolve(this.#ask(asked));
  }

  async #ask(asked: Authorization): Promise<Verdict> {
    for (let tries = 1; ; tries++) {
      const answer = await requestPersistently<Authorization, Answered>(
        this.#bus,
        authorizeSubject,
        asked,
        persistence,
      );
      if (!isVerdict(answer)) throw noVerdict(authorizeSubject, answer);
      if (!answer.provisional || tries === mostProvisional) return answer;
    }
  }
}

/** Whatever came over the bus. */
type Answered =
  | { readonly allowed?: unknown; readonly unavailable?: string; readonly provisional?: unknown }
  | null
  | undefined;

type AnsweredAll = { readonly answers?: unknown } | null | undefined;

/** Only what says so in so many words is a permission. */
const isVerdict = (answer: Answered): answer is Verdict & { provisional?: unknown } =>
  typeof answer?.allowed === 'boolean';

const noVerdict = (subject: string, answer: Answered): BusUnavailable =>
  new BusUnavailable(subject, answer?.unavailable ?? 'the answer is no verdict');
