import type { Ask, Awaitable, Caller, Position } from '@muniment/kernel';

/** An ask whose action is spelled out. */
export type Question = Ask & { readonly action: string };

export type Verdict =
  | { readonly allowed: true }
  /** `message` is AWS's access-denied text, fit for the caller's eyes. */
  | { readonly allowed: false; readonly message: string };

/** Decides by policy, root excepted. Doubt, an error, a missing policy: not allowed, or a rejection; never allowed. */
export interface Authorizer {
  /** `position`: the decision must know everything up to here. */
  authorize(caller: Caller, questions: readonly Question[], now: Date, position?: Position): Awaitable<Verdict>;
}
