import type { Caller, Position } from '@muniment/kernel';
import { subjectOf } from './exchange.js';
import type { Authorizer, Question, Verdict } from './ports/authorizer.js';

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

/** Questions of many callers in one message: they came up at the same time, and have nothing else to do with each other. */
export interface Authorizations {
  readonly all: readonly Authorization[];
  /** All of them are worth waiting for. */
  readonly wait?: true;
}

/** What would have to be waited for is not answered: it is asked once more, so that the others need not wait. */
export const later = { later: true } as const;

/** One for each, in their order. */
export interface AuthorizationAnswers {
  readonly answers: readonly (AuthorizationAnswer | typeof later)[];
}

/** Prefix of the subjects that decisions services answer. */
export const decisionsPrefix = 'muniment.decisions';

export const authorizeSubject = subjectOf('decisions', 'Authorize');
export const authorizeAllSubject = subjectOf('decisions', 'AuthorizeAll');

/**
 * What a decisions service answers with. `reached` waits, not for ever, until its rows hold a position or cannot, because
 * the log is away; `holds` tells which of the two it was.
 */
export function authorizationAnswers(
  authorizer: Authorizer,
  reached: (position: Position) => boolean | Promise<boolean>,
  holds: (position: Position) => boolean = () => true,
) {
  const decided = async ({ caller, questions, now, position }: Authorization): Promise<AuthorizationAnswer> => {
    try {
      const judged = authorizer.authorize(caller, questions, new Date(now), position);
      const verdict = judged instanceof Promise ? await judged : judged;
      return holds(position) ? verdict : { ...verdict, provisional: true };
    } catch (error) {
      return { unavailable: `it could not decide: ${error instanceof Error ? error.message : String(error)}` };
    }
  };
  const awaited = async (asked: Authorization): Promise<AuthorizationAnswer> => {
    const ready = reached(asked.position);
    if (ready === true || (await ready)) return decided(asked);
    return { unavailable: 'its policies have not caught up with the last change' };
  };
  const atOnce = async (asked: Authorization) => (holds(asked.position) ? decided(asked) : later);
  return {
    Authorize: awaited,
    AuthorizeAll: async ({ all, wait }: Authorizations): Promise<AuthorizationAnswers> => ({
      answers: await Promise.all(all.map(wait ? awaited : atOnce)),
    }),
  };
}
