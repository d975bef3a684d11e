import type { Caller, Position } from '@muniment/kernel';
import { subjectOf } from './exchange.js';
import type { Authorizer, Question, Verdict } from './ports/authorizer.js';
import { type Bus, BusUnavailable } from './ports/bus.js';
import { requestPersistently } from './persistent-request.js';

/** What a decisions service is asked over the bus. */
export interface Authorization {
  readonly caller: Caller;
  readonly questions: readonly Question[];
  readonly now: Date;
  readonly position: Position;
}

/** A service that cannot decide says so: that is neither a permission nor a refusal. */
export type AuthorizationAnswer = Verdict | { readonly unavailable: string };

/** Prefix of the subjects that decisions services answer. */
export const decisionsPrefix = 'muniment.decisions';

const subject = subjectOf('decisions', 'Authorize');

/**
 * Decisions take microseconds: who is silent for longer is gone, or waits for rows that another replica may have. When
 * nobody is there, that is known before the gateway asks once more for the operation that waits for it.
 */
const persistence = { tryMilliseconds: 400, silentMilliseconds: 2000, absentMilliseconds: 450 };

/** Asks the decisions service. Rejects when none can tell; nobody is ever let in then. */
export class BusAuthorizer implements Authorizer {
  readonly #bus: Pick<Bus, 'request'>;

  constructor(bus: Pick<Bus, 'request'>) {
    this.#bus = bus;
  }

  async authorize(caller: Caller, questions: readonly Question[], now: Date, position = 0): Promise<Verdict> {
    const asked: Authorization = { caller, questions, now, position };
    const answer = await requestPersistently<Authorization, Answered>(this.#bus, subject, asked, persistence);
    if (isVerdict(answer)) return answer;
    throw new BusUnavailable(subject, answer?.unavailable ?? 'the answer is no verdict');
  }
}

/** Whatever came over the bus. */
type Answered = { readonly allowed?: unknown; readonly unavailable?: string } | null | undefined;

/** Only what says so in so many words is a permission. */
const isVerdict = (answer: Answered): answer is Verdict => typeof answer?.allowed === 'boolean';

/** What a decisions service answers with. `reached` waits, not for ever, until its rows hold a position. */
export const authorizationAnswers =
  (authorizer: Authorizer, reached: (position: Position) => boolean | Promise<boolean>) =>
  async ({ caller, questions, now, position }: Authorization): Promise<AuthorizationAnswer> => {
    if (!(await reached(position))) return { unavailable: 'its policies have not caught up with the last change' };
    try {
      return await authorizer.authorize(caller, questions, now, position);
    } catch (error) {
      return { unavailable: `it could not decide: ${error instanceof Error ? error.message : String(error)}` };
    }
  };
