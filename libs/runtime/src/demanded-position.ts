import type { Position } from '@muniment/kernel';

/**
 * The header of an answer that says where the log stood after a change, and of a request whose answer has to know that
 * much.
 */
export const positionHeader = 'x-muniment-position';

/** What this header demands: nothing (0), too, when it is no number. */
export const demandedPosition = (given: string | readonly string[] = ''): Position =>
  typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : 0;
