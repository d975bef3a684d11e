import type { Caller, Position } from '@muniment/kernel';
import { subjectOf } from './exchange.js';
import type { Authorizer, Question, Verdict } from './ports/authorizer.js';
import { type Bus, BusUnavailable } from './ports/bus.js';
import { requestPersistently } from './persistent-request.js';

/** What a decisions service is asked over the bus. */
export interface Authorization {
  readonly caller: Caller;
  readonly questions: readonly Question[];
  /** Milliseconds since 1970: a message without anything marked costs half. */
  readonly now: number | Date;
  readonly position: Position;
}

/**
 * A service that cannot decide says so: that is neither a permission nor a refusal. `provisional`: the log is away from
 * this replica, and its last state is older than what the caller has seen; another replica may know better.
 */
export type AuthorizationAnswer = (Verdict & { readonly provisional?: true }) | { readonly unavailable: string };

/** Prefix of the subjects that decisions services answer. */
export const decisionsPrefix = 'muniment.decisions';

const subject = subjectOf('decisions', 'Authorize');

/**
 * Decisions take microseconds: who is silent for longer is gone, or waits for rows that another replica may have. When
 * nobody is there, that is known before the gateway asks once more for the operation that waits for it.
 */
const persistence = { tryMilliseconds: 400, silentMilliseconds: 2000, absentMilliseconds: 450 };

/** So often others are asked before a provisional verdict is the best that there is. */
const mostProvisional = 4;

/** Asks the decisions service. Rejects when none can tell; nobody is ever let in then. */
export class BusAuthorizer implements Authorizer {
  readonly #bus: Pick<Bus, 'request'>;

  constructor(bus: Pick<Bus, 'request'>) {
    this.#bus = bus;
  }

  async authorize(caller: Caller, questions: readonly Question[], now: Date, position = 0): Promise<Verdict> {
    const asked: Authorization = { caller, questions, now: now.getTime(), position };
    for (let tries = 1; ; tries++) {
      const answer = await requestPersistently<Authorization, Answered>(this.#bus, subject, asked, persistence);
      if (!isVerdict(answer)) throw new BusUnavailable(subject, answer?.unavailable ?? 'the answer is no verdict');
      if (!answer.provisional || tries === mostProvisional) return answer;
    }
  }
}

/** Whatever came over the bus. */
type Answered =
  | { readonly allowed?: unknown; readonly unavailable?: string; readonly provisional?: unknown }
  | null
  | undefined;

/** Only what says so in so many words is a permission. */
const isVerdict = (answer: Answered): answer is Verdict & { provisional?: unknown } =>
  typeof answer?.allowed === 'boolean';

/**
 * What a decisions service answers with. `reached` waits, not for ever, until its rows hold a position or cannot, because
 * the log is away; `holds` tells which of the two it was.
 */
export const authorizationAnswers =
  (
    authorizer: Authorizer,
    reached: (position: Position) => boolean | Promise<boolean>,
    holds: (position: Position) => boolean = () => true,
  ) =>
  async ({ caller, questions, now, position }: Authorization): Promise<AuthorizationAnswer> => {
    const ready = reached(position);
    if (ready !== true && !(await ready))
      return { unavailable: 'its policies have not caught up with the last change' };
    try {
      const judged = authorizer.authorize(caller, questions, new Date(now), position);
      const verdict = judged instanceof Promise ? await judged : judged;
      return holds(position) ? verdict : { ...verdict, provisional: true };
    } catch (error) {
      return { unavailable: `it could not decide: ${error instanceof Error ? error.message : String(error)}` };
    }
  };
